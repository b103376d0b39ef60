// The `crypto_x509` binding: certificates, and signed public keys and challenges (Node doc: crypto, "Class:
// X509Certificate", "Class: Certificate").
#include "runtime/crypto/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/keys.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;
using SpkiPointer = OpenSslPointer<NETSCAPE_SPKI, NETSCAPE_SPKI_free>;

struct CertificateClass {
  v8::Global<v8::FunctionTemplate> function;
};

}  // namespace

CertificateHandle::CertificateHandle(Environment* env, Local<v8::Object> object, X509Pointer certificate)
    : BaseObject(env, object), certificate_(std::move(certificate)) {
  MakeWeak();
}

MaybeLocal<v8::Object> CertificateHandle::Create(Environment* env, X509Pointer certificate) {
  auto* state = env->Slot<CertificateClass>();
  if (state->function.IsEmpty()) {
    state->function.Reset(env->isolate(), MakeTemplate(env, "CertificateHandle", [](const Args&) {}));
  }
  Local<v8::Object> object;
  Local<v8::FunctionTemplate> function = state->function.Get(env->isolate());
  if (!function->InstanceTemplate()->NewInstance(env->context()).ToLocal(&object)) return {};
  new CertificateHandle(env, object, std::move(certificate));  // owned by the object
  return object;
}

X509* CertificateHandle::From(Local<Value> value) {
  auto* self = Unwrap<CertificateHandle>(value);
  return self == nullptr ? nullptr : self->certificate_.get();
}

namespace {

void ReturnText(const Args& args, const std::optional<std::string>& text) {
  ERR_clear_error();
  if (text) args.GetReturnValue().Set(ToV8(args.GetIsolate(), *text));
}

void ReturnBio(const Args& args, BIO* bio, Encoding encoding) {
  Local<Value> value;
  if (EncodeBytes(args.GetIsolate(), BioBytes(bio), encoding).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

// parse(PEM or DER): handle
void Parse(const Args& args) {
  BioPointer bio = ReadBio(BytesOf(args[0]));
  ERR_clear_error();
  X509Pointer certificate(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    bio = ReadBio(BytesOf(args[0]));
    certificate.reset(d2i_X509_bio(bio.get(), nullptr));
  }
  if (!certificate) return ThrowOpenSsl(args, "Failed to read certificate");
  ERR_clear_error();
  Local<v8::Object> handle;
  if (CertificateHandle::Create(Environment::From(args), std::move(certificate)).ToLocal(&handle)) {
    args.GetReturnValue().Set(handle);
  }
}

// What text() is asked for; JavaScript passes the numbers (runtime/crypto/x509.js).
enum class Part {
  kSubject,
  kIssuer,
  kAlternativeNames,
  kInfoAccess,
  kValidFrom,
  kValidTo,
  kFingerprint,
  kFingerprint256,
  kFingerprint512,
  kSerialNumber
};

std::optional<std::string> TextOf(const X509* certificate, Part part) {
  switch (part) {
    case Part::kSubject:
      return NameLines(X509_get_subject_name(certificate));
    case Part::kIssuer:
      return NameLines(X509_get_issuer_name(certificate));
    case Part::kAlternativeNames:
      return AlternativeNames(certificate);
    case Part::kInfoAccess:
      return InfoAccess(certificate);
    case Part::kValidFrom:
      return TimeText(X509_get0_notBefore(certificate));
    case Part::kValidTo:
      return TimeText(X509_get0_notAfter(certificate));
    case Part::kFingerprint:
      return Fingerprint(certificate, EVP_sha1());
    case Part::kFingerprint256:
      return Fingerprint(certificate, EVP_sha256());
    case Part::kFingerprint512:
      return Fingerprint(certificate, EVP_sha512());
    case Part::kSerialNumber:
      return SerialNumber(certificate);
  }
  return {};
}

// text(handle, part): string, or undefined when the certificate has no such part
void Text(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  if (certificate != nullptr) {
    ReturnText(args, TextOf(certificate, static_cast<Part>(args[1].As<v8::Int32>()->Value())));
  }
}

// keyUsage(handle): list of OIDs, or undefined
void KeyUsage(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  if (certificate == nullptr) return;
  std::optional<std::vector<std::string>> usage = ExtendedKeyUsage(certificate);
  ERR_clear_error();
  if (!usage) return;
  std::vector<Local<Value>> list;
  for (const std::string& text : *usage) list.push_back(ToV8(args.GetIsolate(), text));
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), list.data(), list.size()));
}

// write(handle, as PEM): string or Buffer
void Write(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  if (certificate == nullptr) return;
  BioPointer bio = MemoryBio();
  const bool pem = args[1]->IsTrue();
  if ((pem ? PEM_write_bio_X509(bio.get(), certificate) : i2d_X509_bio(bio.get(), certificate)) != 1) {
    return ThrowOpenSsl(args, "Failed to write certificate");
  }
  ReturnBio(args, bio.get(), pem ? Encoding::kLatin1 : Encoding::kBuffer);
}

// publicKey(handle): a key's handle
void PublicKey(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  if (certificate == nullptr) return;
  PkeyPointer pkey(X509_get_pubkey(certificate));
  if (!pkey) return ThrowOpenSsl(args, "Failed to read public key");
  Local<v8::Object> handle;
  Key key = std::make_shared<KeyData>(KeyData::Kind::kPublic, std::move(pkey));
  if (KeyHandle::Create(Environment::From(args), std::move(key)).ToLocal(&handle)) {
    args.GetReturnValue().Set(handle);
  }
}

// isCa(handle), isIssuedBy(handle, issuer's handle), fitsPrivateKey(handle, key), isSignedBy(handle, key):
// boolean
void IsCa(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  args.GetReturnValue().Set(certificate != nullptr && X509_check_ca(certificate) == 1);
  ERR_clear_error();
}

void IsIssuedBy(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  X509* issuer = CertificateHandle::From(args[1]);
  args.GetReturnValue().Set(certificate != nullptr && issuer != nullptr &&
                            X509_check_issued(issuer, certificate) == X509_V_OK);
  ERR_clear_error();
}

void FitsPrivateKey(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  Key key = KeyHandle::From(args[1]);
  args.GetReturnValue().Set(certificate != nullptr && key && key->pkey() != nullptr &&
                            X509_check_private_key(certificate, key->pkey()) == 1);
  ERR_clear_error();
}

void IsSignedBy(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  Key key = KeyHandle::From(args[1]);
  args.GetReturnValue().Set(certificate != nullptr && key && key->pkey() != nullptr &&
                            X509_verify(certificate, key->pkey()) == 1);
  ERR_clear_error();
}

// check(handle, 'host' | 'email' | 'ip', text, flags): the name that fits, or undefined
void Check(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  if (certificate == nullptr) return;
  const std::string kind = ToUtf8(args.GetIsolate(), args[1]);
  const std::string text = ToUtf8(args.GetIsolate(), args[2]);
  const auto flags = args[3].As<v8::Uint32>()->Value();
  char* peer_name = nullptr;
  int result;
  if (kind == "host") {
    result = X509_check_host(certificate, text.data(), text.size(), flags, &peer_name);
  } else if (kind == "email") {
    result = X509_check_email(certificate, text.data(), text.size(), flags);
  } else {
    // What inet_pton() takes, nothing longer.
    result = text.find('\0') == std::string::npos ? X509_check_ip_asc(certificate, text.c_str(), flags) : -2;
  }
  const std::string found = peer_name == nullptr ? text : peer_name;
  OPENSSL_free(peer_name);
  ERR_clear_error();
  if (result == -2) {
    return Environment::From(args)->ThrowError("ERR_INVALID_ARG_VALUE",
                                               kind == "ip" ? "Invalid IP" : "Invalid name",
                                               Environment::ErrorType::kTypeError);
  }
  if (result == 1) args.GetReturnValue().Set(ToV8(args.GetIsolate(), found));
}

// legacy(handle): the object of getPeerCertificate()
void Legacy(const Args& args) {
  X509* certificate = CertificateHandle::From(args[0]);
  if (certificate != nullptr) {
    args.GetReturnValue().Set(LegacyCertificate(Environment::From(args), certificate));
  }
}

// ---- SPKAC: a public key and a challenge signed with the private one ----

SpkiPointer SpkiFrom(const Args& args) {
  std::span<uint8_t> bytes = BytesOf(args[0]);
  SpkiPointer spki(
      NETSCAPE_SPKI_b64_decode(reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size())));
  ERR_clear_error();
  return spki;
}

PkeyPointer KeyOf(NETSCAPE_SPKI* spki) { return PkeyPointer(NETSCAPE_SPKI_get_pubkey(spki)); }

// verifySpkac(text): boolean
void VerifySpkac(const Args& args) {
  SpkiPointer spki = SpkiFrom(args);
  PkeyPointer key = spki ? KeyOf(spki.get()) : nullptr;
  args.GetReturnValue().Set(key && NETSCAPE_SPKI_verify(spki.get(), key.get()) > 0);
  ERR_clear_error();
}

// spkacKey(text): PEM as a Buffer, or undefined
void SpkacKey(const Args& args) {
  SpkiPointer spki = SpkiFrom(args);
  PkeyPointer key = spki ? KeyOf(spki.get()) : nullptr;
  BioPointer bio = MemoryBio();
  if (key && PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1) ReturnBio(args, bio.get(), Encoding::kBuffer);
  ERR_clear_error();
}

// spkacChallenge(text): Buffer, or undefined
void SpkacChallenge(const Args& args) {
  SpkiPointer spki = SpkiFrom(args);
  if (!spki) return;
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, spki->spkac->challenge);
  Local<v8::Uint8Array> buffer;
  if (size >= 0 && CopyToBuffer(args.GetIsolate(), {utf8, static_cast<size_t>(size)}).ToLocal(&buffer)) {
    args.GetReturnValue().Set(buffer);
  }
  OPENSSL_free(utf8);
}

constexpr BindingFunction kFunctions[] = {
    {"parse", Parse},           {"text", Text},
    {"keyUsage", KeyUsage},     {"write", Write},
    {"publicKey", PublicKey},   {"isCa", IsCa},
    {"isIssuedBy", IsIssuedBy}, {"fitsPrivateKey", FitsPrivateKey},
    {"isSignedBy", IsSignedBy}, {"check", Check},
    {"legacy", Legacy},         {"verifySpkac", VerifySpkac},
    {"spkacKey", SpkacKey},     {"spkacChallenge", SpkacChallenge},
};

PARLEY_BINDING(crypto_x509, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
