// Implements media/srtp/cipher.h on OpenSSL's EVP: contexts are keyed once, only the vector changes from
// packet to packet.
#include "media/srtp/cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "media/core/bytes.h"

namespace parley::media::srtp {
namespace {

const EVP_CIPHER* block_cipher(Profile profile) {
  switch (profile) {
    case Profile::kAes128CmSha1_80:
      return EVP_aes_128_ctr();
    case Profile::kAeadAes128Gcm:
      return EVP_aes_128_gcm();
    case Profile::kAeadAes256Gcm:
      return EVP_aes_256_gcm();
  }
  return nullptr;
}

// RFC 3711 section 4.3.3: the keystream of AES-CM at the (label XOR salt) vector, with a key derivation rate
// of 0.
bool derive_one(Profile profile, const MasterKey& master, uint8_t label, std::span<uint8_t> out) {
  uint8_t iv[16] = {};
  // GCM's 12 bytes of salt stand in front of zeros here (RFC 7714 section 11).
  std::copy_n(master.salt.begin(), salt_size(profile), iv);
  iv[7] ^= label;
  const CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = key_size(profile) == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
  std::fill(out.begin(), out.end(), uint8_t{0});
  int n = 0;
  return context && EVP_EncryptInit_ex(context.get(), cipher, nullptr, master.key.data(), iv) == 1 &&
         EVP_EncryptUpdate(context.get(), out.data(), &n, out.data(), static_cast<int>(out.size())) == 1;
}

}  // namespace

void FreeCipherContext::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

bool SessionKeys::derive(Profile profile, const MasterKey& master, bool rtcp, SessionKeys& out) {
  const uint8_t first = rtcp ? 3 : 0;
  return derive_one(profile, master, first, std::span(out.encryption).first(key_size(profile))) &&
         derive_one(profile, master, first + 1, out.authentication) &&
         derive_one(profile, master, first + 2, std::span(out.salt).first(salt_size(profile)));
}

Cipher::Cipher(Profile profile, const SessionKeys& keys, CipherContext context, std::unique_ptr<WideGcm> wide)
    : profile_(profile),
      salt_(keys.salt),
      context_(std::move(context)),
      wide_(std::move(wide)),
      mac_(keys.authentication) {}

std::unique_ptr<Cipher> Cipher::create(Profile profile, const SessionKeys& keys, Direction direction,
                                       bool fast) {
  if (fast && is_gcm(profile)) {
    auto wide = WideGcm::create(std::span(keys.encryption).first(key_size(profile)));
    if (wide) return std::unique_ptr<Cipher>(new Cipher(profile, keys, nullptr, std::move(wide)));
  }
  CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = block_cipher(profile);
  // Counter mode decrypts by encrypting.
  const int encrypt = direction == Direction::kEncrypt || !is_gcm(profile) ? 1 : 0;
  if (!context || cipher == nullptr ||
      EVP_CipherInit_ex(context.get(), cipher, nullptr, keys.encryption.data(), nullptr, encrypt) != 1) {
    return nullptr;
  }
  return std::unique_ptr<Cipher>(new Cipher(profile, keys, std::move(context), nullptr));
}

Cipher::Iv Cipher::rtp_iv(uint32_t ssrc, uint64_t index) const {
  Iv iv{};
  if (is_gcm(profile_)) {  // RFC 7714 section 8.1: 00 00 SSRC ROC SEQ
    store_be32(&iv[2], ssrc);
    store_be16(&iv[6], static_cast<uint16_t>(index >> 32));
    store_be32(&iv[8], static_cast<uint32_t>(index));
  } else {  // RFC 3711 section 4.1.1: SSRC * 2^64 XOR index * 2^16
    store_be32(&iv[4], ssrc);
    store_be16(&iv[8], static_cast<uint16_t>(index >> 32));
    store_be32(&iv[10], static_cast<uint32_t>(index));
  }
  for (size_t i = 0; i < salt_size(profile_); ++i) iv[i] ^= salt_[i];
  return iv;
}

Cipher::Iv Cipher::rtcp_iv(uint32_t ssrc, uint32_t index) const {
  // RFC 7714 section 9.1 writes it as 00 00 SSRC 00 00 index: an RTP vector with a 48-bit index.
  return rtp_iv(ssrc, index);
}

bool Cipher::seal(const Iv& iv, Bytes aad_a, Bytes aad_b, Bytes prefix, Bytes text, uint8_t* out) {
  if (wide_) {
    if (aad_b.empty()) wide_->seal(iv.data(), aad_a, prefix, text, out);
    return aad_b.empty();
  }
  EVP_CIPHER_CTX* c = context_.get();
  int n = 0;
  if (EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, iv.data()) != 1) return false;
  if (EVP_EncryptUpdate(c, nullptr, &n, aad_a.data(), static_cast<int>(aad_a.size())) != 1) return false;
  if (!aad_b.empty() &&
      EVP_EncryptUpdate(c, nullptr, &n, aad_b.data(), static_cast<int>(aad_b.size())) != 1) {
    return false;
  }
  for (const Bytes part : {prefix, text}) {
    if (part.empty()) continue;
    if (EVP_EncryptUpdate(c, out, &n, part.data(), static_cast<int>(part.size())) != 1) return false;
    out += n;
  }
  return EVP_EncryptFinal_ex(c, out, &n) == 1 &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size(profile_)), out) == 1;
}

bool Cipher::open(const Iv& iv, Bytes aad_a, Bytes aad_b, std::span<uint8_t> text, Bytes tag) {
  if (wide_) return aad_b.empty() && wide_->open(iv.data(), aad_a, text, tag);
  EVP_CIPHER_CTX* c = context_.get();
  int n = 0;
  if (EVP_DecryptInit_ex(c, nullptr, nullptr, nullptr, iv.data()) != 1) return false;
  if (EVP_DecryptUpdate(c, nullptr, &n, aad_a.data(), static_cast<int>(aad_a.size())) != 1) return false;
  if (!aad_b.empty() &&
      EVP_DecryptUpdate(c, nullptr, &n, aad_b.data(), static_cast<int>(aad_b.size())) != 1) {
    return false;
  }
  if (!text.empty() &&
      EVP_DecryptUpdate(c, text.data(), &n, text.data(), static_cast<int>(text.size())) != 1) {
    return false;
  }
  uint8_t none[16];
  return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                             const_cast<uint8_t*>(tag.data())) == 1 &&
         EVP_DecryptFinal_ex(c, none, &n) == 1;
}

bool Cipher::apply_keystream(const Iv& iv, Bytes prefix, Bytes text, uint8_t* out) {
  EVP_CIPHER_CTX* c = context_.get();
  int n = 0;
  if (EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, iv.data()) != 1) return false;
  for (const Bytes part : {prefix, text}) {
    if (part.empty()) continue;
    if (EVP_EncryptUpdate(c, out, &n, part.data(), static_cast<int>(part.size())) != 1) return false;
    out += n;
  }
  return true;
}

}  // namespace parley::media::srtp
