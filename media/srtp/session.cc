// Implements media/srtp/session.h: packet layout, per-SSRC indices and replay.
#include "media/srtp/session.h"

#include <openssl/crypto.h>

#include <cstring>
#include <unordered_map>
#include <utility>

#include "media/core/bytes.h"
#include "media/core/types.h"
#include "media/srtp/cipher.h"
#include "media/srtp/replay.h"

namespace parley::media::srtp {
namespace {

constexpr size_t kRtpHeaderSize = 12;
constexpr size_t kRtcpHeaderSize = 8;
constexpr uint32_t kEncryptedFlag = 0x80000000u;
// A datagram cannot be longer, and OpenSSL counts in int.
constexpr size_t kMaxPacket = 65535;

// The size of an RTP header with CSRCs and extension (RFC 3550 section 5.1); 0 when it does not fit or is not
// RTP.
size_t rtp_header_size(std::span<const uint8_t> packet) {
  if (packet.size() < kRtpHeaderSize || packet[0] >> 6 != 2) return 0;
  size_t size = kRtpHeaderSize + 4u * (packet[0] & 0x0F);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < size + 4) return 0;
    size += 4 + 4u * load_be16(&packet[size + 2]);
  }
  return size <= packet.size() ? size : 0;
}

// What both directions hold: the ciphers of RTP and RTCP, and the state of every SSRC.
template <class RtcpState>
struct Keyed {
  Profile profile{};
  std::unique_ptr<Cipher> rtp;
  std::unique_ptr<Cipher> rtcp;
  std::unordered_map<Ssrc, ReplayWindow<kReplayWindow>> rtp_sources;
  std::unordered_map<Ssrc, RtcpState> rtcp_sources;
  // The stream of the last packet: packets come in runs. Map nodes do not move.
  Ssrc last_ssrc;
  ReplayWindow<kReplayWindow>* last_window = nullptr;

  bool key(Profile p, const MasterKey& master, Direction direction) {
    profile = p;
    for (const bool is_rtcp : {false, true}) {
      SessionKeys keys;
      if (!SessionKeys::derive(p, master, is_rtcp, keys)) return false;
      (is_rtcp ? rtcp : rtp) = Cipher::create(p, keys, direction, !is_rtcp);
      OPENSSL_cleanse(&keys, sizeof keys);
    }
    return rtp && rtcp;
  }

  void forget(Ssrc ssrc) {
    rtp_sources.erase(ssrc);
    rtcp_sources.erase(ssrc);
    last_window = nullptr;
  }

  // Null when the SSRC is new.
  ReplayWindow<kReplayWindow>* find(Ssrc ssrc) {
    if (last_window != nullptr && last_ssrc == ssrc) return last_window;
    const auto it = rtp_sources.find(ssrc);
    if (it == rtp_sources.end()) return nullptr;
    last_ssrc = ssrc;
    return last_window = &it->second;
  }
};

}  // namespace

struct Sender::Impl : Keyed<uint32_t> {
  bool encrypt_rtp(Ssrc ssrc, int64_t index, std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                   std::span<const uint8_t> payload, std::span<uint8_t> out);
};

Sender::Sender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;

Result<Sender> Sender::create(Profile profile, const MasterKey& key) {
  auto impl = std::make_unique<Impl>();
  if (!impl->key(profile, key, Direction::kEncrypt)) return Error{"OpenSSL refused the SRTP keys"};
  return Sender(std::move(impl));
}

bool Sender::Impl::encrypt_rtp(Ssrc ssrc, int64_t index, std::span<const uint8_t> header,
                               std::span<const uint8_t> prefix, std::span<const uint8_t> payload,
                               std::span<uint8_t> out) {
  std::memcpy(out.data(), header.data(), header.size());
  uint8_t* text = out.data() + header.size();
  const Cipher::Iv iv = rtp->rtp_iv(ssrc.value, static_cast<uint64_t>(index));
  if (is_gcm(profile)) return rtp->seal(iv, header, {}, prefix, payload, text);
  if (!rtp->apply_keystream(iv, prefix, payload, text)) return false;
  uint8_t roc[4], tag[HmacSha1::kSize];
  store_be32(roc, static_cast<uint32_t>(index >> 16));
  const size_t plain_size = header.size() + prefix.size() + payload.size();
  rtp->mac().compute({out.first(plain_size), roc}, tag);
  std::memcpy(out.data() + plain_size, tag, tag_size(profile));
  return true;
}

size_t Sender::protect_rtp(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                           std::span<const uint8_t> payload, std::span<uint8_t> out) {
  Impl& s = *impl_;
  const size_t size = header.size() + prefix.size() + payload.size() + tag_size(s.profile);
  if (size > kMaxPacket || out.size() < size || rtp_header_size(header) != header.size() || header.empty())
    return 0;
  const Ssrc ssrc{load_be32(&header[8])};
  auto* window = s.find(ssrc);
  if (window == nullptr) {
    if (s.rtp_sources.size() >= kMaxSources) return 0;
    window = &s.rtp_sources[ssrc];
  }
  const auto index = guess_index(window->newest(), load_be16(&header[2]));
  if (!index || !window->is_fresh(*index)) return 0;
  window->accept(*index);  // before encrypting: whatever happens, this index is never used again
  return s.encrypt_rtp(ssrc, *index, header, prefix, payload, out) ? size : 0;
}

size_t Sender::protect_rtcp(std::span<const uint8_t> packet, std::span<uint8_t> out) {
  Impl& s = *impl_;
  const size_t tag = tag_size(s.profile);
  const size_t size = packet.size() + 4 + tag;
  if (packet.size() < kRtcpHeaderSize || size > kMaxPacket || out.size() < size) return 0;
  const Ssrc ssrc{load_be32(&packet[4])};
  auto it = s.rtcp_sources.find(ssrc);
  if (it == s.rtcp_sources.end()) {
    if (s.rtcp_sources.size() >= kMaxSources) return 0;
    it = s.rtcp_sources.emplace(ssrc, 0).first;
  }
  const uint32_t index = it->second;
  if (index >= kEncryptedFlag) return 0;  // 2^31 packets: the key is used up
  ++it->second;

  const auto header = packet.first(kRtcpHeaderSize);
  const auto body = packet.subspan(kRtcpHeaderSize);
  std::memcpy(out.data(), header.data(), header.size());
  uint8_t* text = out.data() + kRtcpHeaderSize;
  const Cipher::Iv iv = s.rtcp->rtcp_iv(ssrc.value, index);
  uint8_t trailer[4];
  store_be32(trailer, kEncryptedFlag | index);
  if (is_gcm(s.profile)) {  // header, text, tag, index
    if (!s.rtcp->seal(iv, header, trailer, {}, body, text)) return 0;
    std::memcpy(text + body.size() + tag, trailer, sizeof trailer);
  } else {  // header, text, index, tag
    if (!s.rtcp->apply_keystream(iv, {}, body, text)) return 0;
    std::memcpy(text + body.size(), trailer, sizeof trailer);
    uint8_t mac[HmacSha1::kSize];
    s.rtcp->mac().compute({out.first(packet.size() + 4)}, mac);
    std::memcpy(text + body.size() + 4, mac, tag);
  }
  return size;
}

void Sender::forget(Ssrc ssrc) { impl_->forget(ssrc); }

struct Receiver::Impl : Keyed<ReplayWindow<128>> {};

Receiver::Receiver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

Result<Receiver> Receiver::create(Profile profile, const MasterKey& key) {
  auto impl = std::make_unique<Impl>();
  if (!impl->key(profile, key, Direction::kDecrypt)) return Error{"OpenSSL refused the SRTP keys"};
  return Receiver(std::move(impl));
}

void Receiver::forget(Ssrc ssrc) { impl_->forget(ssrc); }

Result<std::span<uint8_t>> Receiver::unprotect_rtp(std::span<uint8_t> packet) {
  Impl& s = *impl_;
  const size_t tag = tag_size(s.profile);
  const size_t header_size = packet.size() > kMaxPacket ? 0 : rtp_header_size(packet);
  if (header_size == 0 || packet.size() < header_size + tag) return Error{"malformed SRTP packet"};
  const Ssrc ssrc{load_be32(&packet[8])};
  auto* window = s.find(ssrc);
  if (window == nullptr && s.rtp_sources.size() >= kMaxSources) return Error{"too many SSRCs"};
  const auto index = guess_index(window != nullptr ? window->newest() : -1, load_be16(&packet[2]));
  if (!index) return Error{"SRTP index out of range"};
  if (window != nullptr && !window->is_fresh(*index)) return Error{"replayed or too old SRTP packet"};

  const std::span<uint8_t> plain = packet.first(packet.size() - tag);
  const std::span<const uint8_t> received_tag = packet.last(tag);
  const Cipher::Iv iv = s.rtp->rtp_iv(ssrc.value, static_cast<uint64_t>(*index));
  if (is_gcm(s.profile)) {
    if (!s.rtp->open(iv, plain.first(header_size), {}, plain.subspan(header_size), received_tag)) {
      return Error{"SRTP authentication failed"};
    }
  } else {
    uint8_t roc[4], mac[HmacSha1::kSize];
    store_be32(roc, static_cast<uint32_t>(*index >> 16));
    s.rtp->mac().compute({plain, roc}, mac);
    if (CRYPTO_memcmp(mac, received_tag.data(), tag) != 0) return Error{"SRTP authentication failed"};
    const std::span<uint8_t> text = plain.subspan(header_size);
    if (!s.rtp->apply_keystream(iv, {}, text, text.data())) return Error{"OpenSSL failed"};
  }
  // Only an authentic packet makes or moves a stream's state.
  if (window == nullptr) window = &s.rtp_sources[ssrc];
  window->accept(*index);
  return plain;
}

Result<std::span<uint8_t>> Receiver::unprotect_rtcp(std::span<uint8_t> packet) {
  Impl& s = *impl_;
  const size_t tag = tag_size(s.profile);
  if (packet.size() < kRtcpHeaderSize + 4 + tag || packet.size() > kMaxPacket || packet[0] >> 6 != 2) {
    return Error{"malformed SRTCP packet"};
  }
  const Ssrc ssrc{load_be32(&packet[4])};
  const bool gcm = is_gcm(s.profile);
  const std::span<uint8_t> plain = packet.first(packet.size() - 4 - tag);
  const std::span<const uint8_t> trailer = gcm ? packet.last(4) : packet.subspan(plain.size(), 4);
  const std::span<const uint8_t> received_tag = gcm ? packet.subspan(plain.size(), tag) : packet.last(tag);
  const bool encrypted = (trailer[0] & 0x80) != 0;
  const uint32_t index = load_be32(trailer.data()) & ~kEncryptedFlag;
  const auto it = s.rtcp_sources.find(ssrc);
  if (it == s.rtcp_sources.end() && s.rtcp_sources.size() >= kMaxSources) return Error{"too many SSRCs"};
  if (it != s.rtcp_sources.end() && !it->second.is_fresh(index))
    return Error{"replayed or too old SRTCP packet"};

  const Cipher::Iv iv = s.rtcp->rtcp_iv(ssrc.value, index);
  const std::span<uint8_t> text = plain.subspan(kRtcpHeaderSize);
  if (gcm) {
    // Not encrypted, everything is only authenticated (RFC 7714 section 9.3).
    const bool good = encrypted ? s.rtcp->open(iv, plain.first(kRtcpHeaderSize), trailer, text, received_tag)
                                : s.rtcp->open(iv, plain, trailer, {}, received_tag);
    if (!good) return Error{"SRTCP authentication failed"};
  } else {
    uint8_t mac[HmacSha1::kSize];
    s.rtcp->mac().compute({packet.first(plain.size() + 4)}, mac);
    if (CRYPTO_memcmp(mac, received_tag.data(), tag) != 0) return Error{"SRTCP authentication failed"};
    if (encrypted && !s.rtcp->apply_keystream(iv, {}, text, text.data())) return Error{"OpenSSL failed"};
  }
  (it != s.rtcp_sources.end() ? it->second : s.rtcp_sources[ssrc]).accept(index);
  return plain;
}

}  // namespace parley::media::srtp
