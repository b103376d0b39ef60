// See cookie.h.
#include "media/sctp/cookie.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media::sctp {
namespace {

constexpr size_t kSignature = 32;
constexpr size_t kSigned = CookieJar::kSize - kSignature;

std::array<uint8_t, kSignature> sign(std::span<const uint8_t> key, std::span<const uint8_t> bytes) {
  std::array<uint8_t, kSignature> out{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), out.data(), &size);
  return out;
}

}  // namespace

CookieJar::Bytes CookieJar::seal(const Cookie& c) const {
  Bytes bytes{};
  ByteWriter w(bytes);
  w.u32(c.local_tag);
  w.u32(c.peer_tag);
  w.u32(c.local_initial_tsn);
  w.u32(c.peer_initial_tsn);
  w.u32(c.peer_window);
  w.u16(c.outbound_streams);
  w.u16(static_cast<uint16_t>((c.forward_tsn ? 1 : 0) | (c.interleaving ? 2 : 0) | (c.reconfig ? 4 : 0)));
  w.u32(c.tie_local);
  w.u32(c.tie_peer);
  w.u64(static_cast<uint64_t>(to_us(c.made)));
  const auto signature = sign(key_, std::span(bytes).first(kSigned));
  std::copy(signature.begin(), signature.end(), bytes.begin() + kSigned);
  return bytes;
}

CookieJar::Verdict CookieJar::open(std::span<const uint8_t> bytes, TimePoint now, Duration life,
                                   Cookie* out) const {
  if (bytes.size() != kSize) return Verdict::kForged;
  const auto signature = sign(key_, bytes.first(kSigned));
  if (CRYPTO_memcmp(signature.data(), &bytes[kSigned], kSignature) != 0) return Verdict::kForged;
  ByteReader r(bytes);
  out->local_tag = r.u32();
  out->peer_tag = r.u32();
  out->local_initial_tsn = r.u32();
  out->peer_initial_tsn = r.u32();
  out->peer_window = r.u32();
  out->outbound_streams = r.u16();
  const uint16_t flags = r.u16();
  out->forward_tsn = (flags & 1) != 0;
  out->interleaving = (flags & 2) != 0;
  out->reconfig = (flags & 4) != 0;
  out->tie_local = r.u32();
  out->tie_peer = r.u32();
  out->made = time_from_us(static_cast<int64_t>(r.u64()));
  return now > out->made + life ? Verdict::kStale : Verdict::kGood;
}

}  // namespace parley::media::sctp
