// A certificate as `node:tls` describes it (Node doc: tls, "Certificate object"), and the binding itself.
#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <map>

#include "runtime/engine/binding.h"
#include "runtime/tls/session.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;

std::string BioText(BIO* bio) {
  const auto bytes = BioBytes(bio);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string Utf8Of(const ASN1_STRING* string) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, string);
  if (size < 0) return {};
  std::string text(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

// A text in a list of alternative names, in JSON's quotes where it could be taken for more than one name.
std::string Quoted(const std::string& text) {
  bool plain = true;
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\' || c == ',' || c == '\'' || c < ' ' || c > '~') plain = false;
  }
  if (plain) return text;
  std::string out = "\"";
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < ' ' || c > '~') {
      char escape[8];
      snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

std::string TextOf(const ASN1_IA5STRING* string) {
  return Quoted({reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                 static_cast<size_t>(ASN1_STRING_length(string))});
}

std::string AddressOf(const ASN1_OCTET_STRING* bytes) {
  constexpr int kFour = 4;
  constexpr int kSixteen = 16;
  const int size = ASN1_STRING_length(bytes);
  char text[INET6_ADDRSTRLEN] = "<invalid>";
  const unsigned char* at = ASN1_STRING_get0_data(bytes);
  if (size == kFour) inet_ntop(AF_INET, at, text, sizeof text);
  if (size == kSixteen) {
    std::string out;
    for (int i = 0; i < kSixteen; i += 2) {
      char group[8];
      snprintf(group, sizeof group, "%s%X", i == 0 ? "" : ":", at[i] << 8 | at[i + 1]);
      out += group;
    }
    return out;
  }
  return text;
}

std::string NameOf(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return "DNS:" + TextOf(name->d.dNSName);
    case GEN_EMAIL:
      return "email:" + TextOf(name->d.rfc822Name);
    case GEN_URI:
      return "URI:" + TextOf(name->d.uniformResourceIdentifier);
    case GEN_IPADD:
      return "IP Address:" + AddressOf(name->d.iPAddress);
    default: {
      const BioPointer bio = MemoryBio();
      GENERAL_NAME_print(bio.get(), const_cast<GENERAL_NAME*>(name));
      return BioText(bio.get());
    }
  }
}

class Description {
 public:
  Description(Environment* env, X509* certificate)
      : env_(env), isolate_(env->isolate()), certificate_(certificate), out_(v8::Object::New(isolate_)) {}

  Local<v8::Object> Make() {
    Set("subject", Name(X509_get_subject_name(certificate_)));
    Set("issuer", Name(X509_get_issuer_name(certificate_)));
    AlternativeNames();
    Authority();
    Set("ca", v8::Boolean::New(isolate_, X509_check_ca(certificate_) == 1));
    Key();
    Set("valid_from", Time(X509_get0_notBefore(certificate_)));
    Set("valid_to", Time(X509_get0_notAfter(certificate_)));
    Fingerprint("fingerprint", EVP_sha1());
    Fingerprint("fingerprint256", EVP_sha256());
    Fingerprint("fingerprint512", EVP_sha512());
    Usage();
    const BignumPointer serial(ASN1_INTEGER_to_BN(X509_get_serialNumber(certificate_), nullptr));
    Set("serialNumber", Hex(serial.get()));
    const int size = i2d_X509(certificate_, nullptr);
    Local<v8::ArrayBuffer> raw = v8::ArrayBuffer::New(isolate_, static_cast<size_t>(size));
    auto* at = static_cast<unsigned char*>(raw->Data());
    i2d_X509(certificate_, &at);
    Set("raw", raw);
    ERR_clear_error();
    return out_;
  }

 private:
  void Set(const char* name, Local<Value> value) {
    out_->Set(env_->context(), OneByte(isolate_, name), value).Check();
  }

  // Attributes by their short names; one that stands there more than once is a list.
  Local<Value> Name(const X509_NAME* name) {
    Local<v8::Object> object = v8::Object::New(isolate_, v8::Null(isolate_), nullptr, nullptr, 0);
    const int count = X509_NAME_entry_count(name);
    for (int i = 0; i < count; i++) {
      X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
      const ASN1_OBJECT* kind = X509_NAME_ENTRY_get_object(entry);
      const int nid = OBJ_obj2nid(kind);
      char numbers[80] = "";
      if (nid == NID_undef) OBJ_obj2txt(numbers, sizeof numbers, kind, 1);
      Local<v8::String> key = TlsText(isolate_, nid == NID_undef ? numbers : OBJ_nid2sn(nid));
      Local<v8::String> value = TlsText(isolate_, Utf8Of(X509_NAME_ENTRY_get_data(entry)));
      Local<Value> before;
      if (!object->Get(env_->context(), key).ToLocal(&before)) continue;
      if (before->IsArray()) {
        Local<v8::Array> list = before.As<v8::Array>();
        list->Set(env_->context(), list->Length(), value).Check();
      } else if (before->IsString()) {
        Local<Value> both[] = {before, value};
        object->Set(env_->context(), key, v8::Array::New(isolate_, both, 2)).Check();
      } else {
        object->Set(env_->context(), key, value).Check();
      }
    }
    return object;
  }

  void AlternativeNames() {
    auto* names =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate_, NID_subject_alt_name, nullptr, nullptr));
    if (names == nullptr) return;
    std::string text;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
      text += (i == 0 ? "" : ", ") + NameOf(sk_GENERAL_NAME_value(names, i));
    }
    GENERAL_NAMES_free(names);
    Set("subjectaltname", TlsText(isolate_, text));
  }

  void Authority() {
    auto* access = static_cast<AUTHORITY_INFO_ACCESS*>(
        X509_get_ext_d2i(certificate_, NID_info_access, nullptr, nullptr));
    if (access == nullptr) return;
    std::map<std::string, std::vector<std::string>> methods;
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++) {
      const ACCESS_DESCRIPTION* description = sk_ACCESS_DESCRIPTION_value(access, i);
      const std::string where = NameOf(description->location);
      const size_t colon = where.find(':');
      const std::string method = OBJ_nid2ln(OBJ_obj2nid(description->method));
      methods[method + " - " + where.substr(0, colon)].push_back(where.substr(colon + 1));
    }
    AUTHORITY_INFO_ACCESS_free(access);
    Local<v8::Object> object = v8::Object::New(isolate_, v8::Null(isolate_), nullptr, nullptr, 0);
    for (const auto& [method, places] : methods) {
      Local<v8::Array> list = v8::Array::New(isolate_);
      for (uint32_t i = 0; i < places.size(); i++)
        list->Set(env_->context(), i, TlsText(isolate_, places[i])).Check();
      object->Set(env_->context(), TlsText(isolate_, method), list).Check();
    }
    Set("infoAccess", object);
  }

  Local<Value> Hex(const BIGNUM* number) {
    char* text = number == nullptr ? nullptr : BN_bn2hex(number);
    Local<Value> value = v8::Undefined(isolate_);
    if (text != nullptr) value = TlsText(isolate_, text);
    OPENSSL_free(text);
    return value;
  }

  void Key() {
    EVP_PKEY* key = X509_get0_pubkey(certificate_);
    if (key == nullptr) return;
    const int id = EVP_PKEY_get_id(key);
    if (id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS) {
      const BignumPointer modulus = KeyNumber(key, "n");
      const BignumPointer exponent = KeyNumber(key, "e");
      Set("modulus", Hex(modulus.get()));
      Set("bits", v8::Integer::New(isolate_, BN_num_bits(modulus.get())));
      char text[32];
      snprintf(text, sizeof text, "0x%lx", BN_get_word(exponent.get()));
      Set("exponent", OneByte(isolate_, text));
      unsigned char* der = nullptr;
      const int size = i2d_PUBKEY(key, &der);
      if (size > 0) Set("pubkey", CopyBytes(isolate_, der, static_cast<size_t>(size)));
      OPENSSL_free(der);
    } else if (id == EVP_PKEY_EC) {
      Set("bits", v8::Integer::New(isolate_, EVP_PKEY_get_bits(key)));
      size_t size = 0;
      EVP_PKEY_get_octet_string_param(key, "pub", nullptr, 0, &size);
      std::vector<unsigned char> point(size);
      if (EVP_PKEY_get_octet_string_param(key, "pub", point.data(), size, &size) == 1)
        Set("pubkey", CopyBytes(isolate_, point.data(), size));
      const auto group = KeyText(key, "group");
      if (!group) return;
      Set("asn1Curve", TlsText(isolate_, *group));
      const char* nist = EC_curve_nid2nist(OBJ_sn2nid(group->c_str()));
      if (nist != nullptr) Set("nistCurve", OneByte(isolate_, nist));
    }
  }

  Local<Value> Time(const ASN1_TIME* time) {
    const BioPointer bio = MemoryBio();
    ASN1_TIME_print(bio.get(), time);
    return TlsText(isolate_, BioText(bio.get()));
  }

  void Fingerprint(const char* name, const EVP_MD* digest) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (X509_digest(certificate_, digest, bytes, &size) != 1) return;
    std::string text;
    for (unsigned i = 0; i < size; i++) {
      char part[8];
      snprintf(part, sizeof part, "%s%02X", i == 0 ? "" : ":", bytes[i]);
      text += part;
    }
    Set(name, TlsText(isolate_, text));
  }

  void Usage() {
    auto* usage =
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate_, NID_ext_key_usage, nullptr, nullptr));
    if (usage == nullptr) return;
    Local<v8::Array> list = v8::Array::New(isolate_);
    for (int i = 0; i < sk_ASN1_OBJECT_num(usage); i++) {
      char text[80];
      OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(usage, i), 1);
      list->Set(env_->context(), static_cast<uint32_t>(i), OneByte(isolate_, text)).Check();
    }
    sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
    Set("ext_key_usage", list);
  }

  Environment* env_;
  v8::Isolate* isolate_;
  X509* certificate_;
  Local<v8::Object> out_;
};

// getCiphers(): the names of all ciphers that connections may use.
void GetCiphers(const v8::FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Array> list = v8::Array::New(isolate);
  const SslContextPointer context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFDEFAULT:@SECLEVEL=0");
  SSL_CTX_set_ciphersuites(context.get(),
                           "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                           "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256");
  const SslPointer ssl(SSL_new(context.get()));
  STACK_OF(SSL_CIPHER)* ciphers = SSL_get_ciphers(ssl.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
    const char* name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i));
    list->Set(isolate->GetCurrentContext(), static_cast<uint32_t>(i), OneByte(isolate, name)).Check();
  }
  args.GetReturnValue().Set(list);
}

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  target->Set(env->context(), OneByte(isolate, "SecureContext"), SecureContext::Define(env)).Check();
  target->Set(env->context(), OneByte(isolate, "TlsSession"), TlsSession::Define(env)).Check();
}

constexpr BindingFunction kFunctions[] = {{"getCiphers", GetCiphers}};

}  // namespace

Local<v8::Object> DescribeCertificate(Environment* env, X509* certificate) {
  return Description(env, certificate).Make();
}

PARLEY_BINDING(tls, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace parley
