// A certificate as the object that `tls` describes it with (Node doc: tls, "Certificate object").
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "runtime/buffer/buffer.h"
#include "runtime/crypto/x509.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;

class Description {
 public:
  Description(Environment* env, X509* certificate)
      : isolate_(env->isolate()),
        context_(isolate_->GetCurrentContext()),
        certificate_(certificate),
        object_(v8::Object::New(isolate_)) {}

  Local<v8::Object> Make() {
    Set("subject", Name(X509_get_subject_name(certificate_)));
    Set("issuer", Name(X509_get_issuer_name(certificate_)));
    if (std::optional<std::string> names = AlternativeNames(certificate_)) Text("subjectaltname", *names);
    // JavaScript makes an object of it.
    if (std::optional<std::string> access = InfoAccess(certificate_)) Text("infoAccess", *access);
    Set("ca", v8::Boolean::New(isolate_, X509_check_ca(certificate_) == 1));
    PublicKey();
    Text("valid_from", TimeText(X509_get0_notBefore(certificate_)));
    Text("valid_to", TimeText(X509_get0_notAfter(certificate_)));
    Text("fingerprint", Fingerprint(certificate_, EVP_sha1()));
    Text("fingerprint256", Fingerprint(certificate_, EVP_sha256()));
    Text("fingerprint512", Fingerprint(certificate_, EVP_sha512()));
    Usage();
    Text("serialNumber", SerialNumber(certificate_));
    Raw();
    ERR_clear_error();
    return object_;
  }

 private:
  void Set(const char* name, Local<Value> value) {
    object_->Set(context_, OneByte(isolate_, name), value).Check();
  }
  void Text(const char* name, const std::string& text) { Set(name, ToV8(isolate_, text)); }
  void Bytes(const char* name, std::span<const uint8_t> bytes) {
    Local<v8::Uint8Array> buffer;
    if (CopyToBuffer(isolate_, bytes).ToLocal(&buffer)) Set(name, buffer);
  }

  // Attributes by their short names; one that is there more than once is a list.
  Local<v8::Object> Name(const X509_NAME* name) {
    Local<v8::Object> object = v8::Object::New(isolate_, v8::Null(isolate_), nullptr, nullptr, 0);
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
      const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
      AddAttribute(object, X509_NAME_ENTRY_get_object(entry), X509_NAME_ENTRY_get_data(entry));
    }
    return object;
  }

  void AddAttribute(Local<v8::Object> object, const ASN1_OBJECT* kind, const ASN1_STRING* data) {
    const int nid = OBJ_obj2nid(kind);
    char numbers[128];
    OBJ_obj2txt(numbers, sizeof(numbers), kind, 1);
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, data);
    if (size < 0) return;
    Local<v8::String> key = ToV8(isolate_, nid == NID_undef ? numbers : OBJ_nid2sn(nid));
    Local<v8::String> value =
        ToV8(isolate_, std::string_view(reinterpret_cast<char*>(utf8), static_cast<size_t>(size)));
    OPENSSL_free(utf8);
    Local<Value> before = object->Get(context_, key).ToLocalChecked();
    if (before->IsArray()) {
      before.As<v8::Array>()->Set(context_, before.As<v8::Array>()->Length(), value).Check();
    } else if (before->IsUndefined()) {
      object->CreateDataProperty(context_, key, value).Check();
    } else {
      Local<Value> both[] = {before, value};
      object->Set(context_, key, v8::Array::New(isolate_, both, 2)).Check();
    }
  }

  void PublicKey() {
    EVP_PKEY* key = X509_get0_pubkey(certificate_);
    if (key == nullptr) return;
    const int id = EVP_PKEY_get_id(key);
    if (id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS) Rsa(key);
    if (id == EVP_PKEY_EC) Ec(key);
  }

  void Rsa(EVP_PKEY* key) {
    BignumPointer modulus = KeyNumber(key, OSSL_PKEY_PARAM_RSA_N);
    BignumPointer exponent = KeyNumber(key, OSSL_PKEY_PARAM_RSA_E);
    if (!modulus || !exponent) return;
    char* hex = BN_bn2hex(modulus.get());
    Text("modulus", hex);
    OPENSSL_free(hex);
    Set("bits", v8::Integer::New(isolate_, BN_num_bits(modulus.get())));
    char text[32];
    snprintf(text, sizeof(text), "0x%lx", BN_get_word(exponent.get()));
    Text("exponent", text);
    BioPointer der = MemoryBio();
    if (i2d_PUBKEY_bio(der.get(), key) == 1) Bytes("pubkey", BioBytes(der.get()));
  }

  void Ec(EVP_PKEY* key) {
    Set("bits", v8::Integer::New(isolate_, EVP_PKEY_get_bits(key)));
    size_t size = 0;
    EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0, &size);
    std::vector<uint8_t> point(size);
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), size, &size) == 1) {
      Bytes("pubkey", point);
    }
    std::optional<std::string> group = KeyText(key, OSSL_PKEY_PARAM_GROUP_NAME);
    if (!group) return;
    Text("asn1Curve", *group);
    const char* nist = EC_curve_nid2nist(OBJ_sn2nid(group->c_str()));
    if (nist != nullptr) Text("nistCurve", nist);
  }

  void Usage() {
    std::optional<std::vector<std::string>> usage = ExtendedKeyUsage(certificate_);
    if (!usage) return;
    std::vector<Local<Value>> list;
    for (const std::string& text : *usage) list.push_back(ToV8(isolate_, text));
    Set("ext_key_usage", v8::Array::New(isolate_, list.data(), list.size()));
  }

  void Raw() {
    BioPointer der = MemoryBio();
    if (i2d_X509_bio(der.get(), certificate_) == 1) Bytes("raw", BioBytes(der.get()));
  }

  v8::Isolate* isolate_;
  Local<v8::Context> context_;
  X509* certificate_;
  Local<v8::Object> object_;
};

}  // namespace

Local<v8::Object> LegacyCertificate(Environment* env, X509* certificate) {
  return Description(env, certificate).Make();
}

}  // namespace parley
