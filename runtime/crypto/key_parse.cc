// Keys from PEM (RFC 7468) and DER: SubjectPublicKeyInfo (RFC 5280), PKCS#1 (RFC 8017), PKCS#8 (RFC 5958) and
// SEC 1 (RFC 5915).
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>
#include <cstring>

#include "runtime/crypto/keys.h"

namespace parley {
namespace {

using Pkcs8Pointer = OpenSslPointer<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

// Gives OpenSSL the passphrase. Without one it is an error: nobody shall be asked on the terminal.
int Passphrase(char* buffer, int size, int, void* data) {
  const auto* encoding = static_cast<const KeyEncoding*>(data);
  if (!encoding->passphrase || encoding->passphrase->size() > static_cast<size_t>(size)) return -1;
  std::copy(encoding->passphrase->begin(), encoding->passphrase->end(), buffer);
  return static_cast<int>(encoding->passphrase->size());
}

void* PassphraseData(const KeyEncoding& encoding) { return const_cast<KeyEncoding*>(&encoding); }

// The content of the PEM block called `name`; empty when there is none.
std::vector<uint8_t> PemBlock(std::span<const uint8_t> pem, const char* name, const KeyEncoding& encoding) {
  BioPointer bio = ReadBio(pem);
  unsigned char* data = nullptr;
  long size = 0;
  std::vector<uint8_t> der;
  ERR_set_mark();  // that a block is not there is no error yet
  const int found =
      PEM_bytes_read_bio(&data, &size, nullptr, name, bio.get(), Passphrase, PassphraseData(encoding));
  ERR_pop_to_mark();
  if (found == 1) der.assign(data, data + size);
  OPENSSL_clear_free(data, static_cast<size_t>(size));
  return der;
}

PkeyPointer FromSpki(std::span<const uint8_t> der) {
  const unsigned char* at = der.data();
  return PkeyPointer(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
}

PkeyPointer FromPkcs1Public(std::span<const uint8_t> der) {
  const unsigned char* at = der.data();
  return PkeyPointer(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
}

PkeyPointer FromCertificate(std::span<const uint8_t> der) {
  const unsigned char* at = der.data();
  X509Pointer certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return PkeyPointer(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

// The contents of a DER SEQUENCE; empty when it is none.
std::span<const uint8_t> SequenceOf(std::span<const uint8_t> der) {
  const unsigned char* at = der.data();
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  ERR_set_mark();
  const int result =
      der.empty() ? 0x80 : ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der.size()));
  ERR_pop_to_mark();
  if ((result & 0x80) != 0 || tag != V_ASN1_SEQUENCE) return {};
  return {at, static_cast<size_t>(length)};
}

// An RSAPrivateKey begins with version 0 or 1 (two primes or more), an RSAPublicKey with the modulus.
bool IsPkcs1Private(std::span<const uint8_t> der) {
  std::span<const uint8_t> inner = SequenceOf(der);
  return inner.size() >= 3 && inner[0] == V_ASN1_INTEGER && inner[1] == 1 && (inner[2] & 0xfe) == 0;
}

// An EncryptedPrivateKeyInfo begins with an algorithm, a plain one with its version.
bool IsEncryptedPkcs8(std::span<const uint8_t> der) {
  std::span<const uint8_t> inner = SequenceOf(der);
  return !inner.empty() && inner[0] != V_ASN1_INTEGER;
}

PkeyPointer FromPkcs8(std::span<const uint8_t> der, const KeyEncoding& encoding) {
  BioPointer bio = ReadBio(der);
  if (IsEncryptedPkcs8(der)) {
    return PkeyPointer(d2i_PKCS8PrivateKey_bio(bio.get(), nullptr, Passphrase, PassphraseData(encoding)));
  }
  Pkcs8Pointer info(d2i_PKCS8_PRIV_KEY_INFO_bio(bio.get(), nullptr));
  return PkeyPointer(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
}

PkeyPointer FromTraditional(std::span<const uint8_t> der, int type) {
  const unsigned char* at = der.data();
  return PkeyPointer(d2i_PrivateKey(type, nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace

PkeyPointer ParsePrivateKey(std::span<const uint8_t> bytes, const KeyEncoding& encoding) {
  PkeyPointer key;
  if (encoding.format == KeyFormat::kPem) {
    BioPointer bio = ReadBio(bytes);
    key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, Passphrase, PassphraseData(encoding)));
  } else if (encoding.structure == KeyStructure::kPkcs1) {
    key = FromTraditional(bytes, EVP_PKEY_RSA);
  } else if (encoding.structure == KeyStructure::kSec1) {
    key = FromTraditional(bytes, EVP_PKEY_EC);
  } else {
    key = FromPkcs8(bytes, encoding);
  }
  // OpenSSL may give a key although it met an error.
  if (ERR_peek_error() != 0) key.reset();
  return key;
}

PkeyPointer ParsePublicKey(std::span<const uint8_t> bytes, const KeyEncoding& encoding) {
  if (encoding.format == KeyFormat::kPem) {
    static constexpr struct {
      const char* name;
      PkeyPointer (*parse)(std::span<const uint8_t>);
    } kBlocks[] = {
        {"PUBLIC KEY", FromSpki}, {"RSA PUBLIC KEY", FromPkcs1Public}, {"CERTIFICATE", FromCertificate}};
    for (const auto& block : kBlocks) {
      std::vector<uint8_t> der = PemBlock(bytes, block.name, encoding);
      if (!der.empty()) return block.parse(der);
    }
    return ParsePrivateKey(bytes, encoding);
  }
  if (encoding.structure == KeyStructure::kSpki) return FromSpki(bytes);
  if (encoding.structure == KeyStructure::kPkcs1 && !IsPkcs1Private(bytes)) return FromPkcs1Public(bytes);
  return ParsePrivateKey(bytes, encoding);
}

}  // namespace parley
