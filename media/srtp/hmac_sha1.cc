// Implements media/srtp/hmac_sha1.h. EVP would allocate for every packet, so this is one of the few users of
// OpenSSL's older SHA1_* functions (marked deprecated, and kept): plain structs, and the processor's SHA
// instructions where it has them.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "media/srtp/hmac_sha1.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace parley::media::srtp {

struct HmacSha1::States {
  SHA_CTX inner;
  SHA_CTX outer;
};

HmacSha1::HmacSha1(std::span<const uint8_t> key) : states_(std::make_unique<States>()) {
  uint8_t block[SHA_CBLOCK] = {};
  std::copy_n(key.begin(), std::min(key.size(), sizeof block), block);
  for (uint8_t& b : block) b ^= 0x36;
  SHA1_Init(&states_->inner);
  SHA1_Update(&states_->inner, block, sizeof block);
  for (uint8_t& b : block) b ^= 0x36 ^ 0x5C;
  SHA1_Init(&states_->outer);
  SHA1_Update(&states_->outer, block, sizeof block);
  OPENSSL_cleanse(block, sizeof block);
}

HmacSha1::HmacSha1(HmacSha1&&) noexcept = default;
HmacSha1::~HmacSha1() {
  if (states_) OPENSSL_cleanse(states_.get(), sizeof *states_);
}

void HmacSha1::compute(std::initializer_list<std::span<const uint8_t>> parts,
                       std::span<uint8_t, kSize> out) const {
  uint8_t digest[kSize];
  SHA_CTX c = states_->inner;
  for (const std::span<const uint8_t> part : parts) SHA1_Update(&c, part.data(), part.size());
  SHA1_Final(digest, &c);
  c = states_->outer;
  SHA1_Update(&c, digest, sizeof digest);
  SHA1_Final(out.data(), &c);
}

}  // namespace parley::media::srtp
