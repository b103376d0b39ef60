// The values of the header extensions that Parley knows, read and written as types. Which id each has is the
// negotiation's (media/session/codecs.h names them by URI).
//
// Readers take an element's bytes and give nothing when they cannot be what they should be. Writers give the
// bytes, to be handed to HeaderWriter::add_extension.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "media/core/bytes.h"
#include "media/core/time.h"
#include "media/core/types.h"

namespace parley::media::rtp {

// mid, rid and repaired-rid (RFC 9143 section 15, RFC 8852): 1 to 16 characters of a token. Empty: not one.
inline std::string_view read_stream_id(std::span<const uint8_t> value) {
  const std::string_view text = as_text(value);
  if (text.empty() || text.size() > 16) return {};
  const bool graphic = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return graphic ? text : std::string_view();
}

// Client-to-mixer audio level (RFC 6464): how loud, in -dBov, and whether its sender takes it for speech.
struct AudioLevel {
  static constexpr uint8_t kSilence = 127;
  uint8_t below_overload = kSilence;  // 0 is the loudest
  bool voice = false;
  bool operator==(const AudioLevel&) const = default;
};
inline std::optional<AudioLevel> read_audio_level(std::span<const uint8_t> value) {
  // The two-byte form may carry a padding byte (section 3).
  if (value.empty() || value.size() > 2) return std::nullopt;
  return AudioLevel{static_cast<uint8_t>(value[0] & 0x7F), (value[0] & 0x80) != 0};
}
inline std::array<uint8_t, 1> write_audio_level(AudioLevel level) {
  return {static_cast<uint8_t>((level.voice ? 0x80 : 0) | std::min<uint8_t>(level.below_overload, 127))};
}

// Mixer-to-client audio level (RFC 6465): of the n-th contributing source.
inline std::optional<uint8_t> read_mixer_level(std::span<const uint8_t> value, size_t n) {
  if (n >= value.size() || n >= 15) return std::nullopt;
  return static_cast<uint8_t>(value[n] & 0x7F);
}

// Coordination of video orientation (3GPP TS 26.114 section 7.4.5).
struct VideoOrientation {
  bool back_camera = false;
  bool flipped = false;
  uint16_t rotation = 0;  // degrees clockwise to turn the picture by: 0, 90, 180, 270
  bool operator==(const VideoOrientation&) const = default;
};
inline std::optional<VideoOrientation> read_video_orientation(std::span<const uint8_t> value) {
  if (value.size() != 1) return std::nullopt;
  return VideoOrientation{(value[0] & 8) != 0, (value[0] & 4) != 0,
                          static_cast<uint16_t>((value[0] & 3) * 90)};
}
inline std::array<uint8_t, 1> write_video_orientation(VideoOrientation o) {
  return {static_cast<uint8_t>((o.back_camera ? 8 : 0) | (o.flipped ? 4 : 0) | (o.rotation / 90 & 3))};
}

// Absolute send time: seconds modulo 64 with 18 bits behind the point.
inline std::optional<Duration> read_abs_send_time(std::span<const uint8_t> value) {
  if (value.size() != 3) return std::nullopt;
  const uint32_t fixed = static_cast<uint32_t>(value[0]) << 16 | load_be16(&value[1]);
  return Duration(static_cast<int64_t>(fixed) * 1'000'000 >> 18);
}
inline std::array<uint8_t, 3> write_abs_send_time(TimePoint now) {
  // Rounded up, so that what is read again is not the microsecond before.
  const uint64_t fixed = ((static_cast<uint64_t>(to_us(now)) << 18) + 999'999) / 1'000'000;
  std::array<uint8_t, 3> bytes;
  store_be24(bytes.data(), static_cast<uint32_t>(fixed & 0xFFFFFF));
  return bytes;
}

// Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 2). Its second
// version adds two bytes that ask for feedback; they are not needed by a receiver that reports anyway.
inline std::optional<SeqNumber> read_transport_seq(std::span<const uint8_t> value) {
  if (value.size() != 2 && value.size() != 4) return std::nullopt;
  return SeqNumber{load_be16(value.data())};
}
inline std::array<uint8_t, 2> write_transport_seq(SeqNumber seq) {
  return {static_cast<uint8_t>(seq.value >> 8), static_cast<uint8_t>(seq.value)};
}

// Absolute capture time: when the first sample of a packet was captured, on its capturer's NTP clock, and,
// from a system on the way that knows it, how far that clock is from the sender's.
struct AbsCaptureTime {
  uint64_t ntp = 0;                     // 32.32
  std::optional<int64_t> clock_offset;  // 32.32
  bool operator==(const AbsCaptureTime&) const = default;
};
inline std::optional<AbsCaptureTime> read_abs_capture_time(std::span<const uint8_t> value) {
  if (value.size() != 8 && value.size() != 16) return std::nullopt;
  AbsCaptureTime t{load_be64(value.data()), std::nullopt};
  if (value.size() == 16) t.clock_offset = static_cast<int64_t>(load_be64(&value[8]));
  return t;
}
// Eight or sixteen of the bytes count: see size().
struct AbsCaptureTimeBytes {
  std::array<uint8_t, 16> bytes{};
  size_t size = 8;
  std::span<const uint8_t> value() const { return std::span(bytes).first(size); }
};
inline AbsCaptureTimeBytes write_abs_capture_time(const AbsCaptureTime& t) {
  AbsCaptureTimeBytes out;
  store_be64(out.bytes.data(), t.ntp);
  if (t.clock_offset) {
    store_be64(&out.bytes[8], static_cast<uint64_t>(*t.clock_offset));
    out.size = 16;
  }
  return out;
}

// Playout delay: what a sender wants its receiver to buffer, at least and at most; 12 bits of 10 ms each.
struct PlayoutDelay {
  static constexpr Duration kUnit = std::chrono::milliseconds(10);
  static constexpr Duration kMost = kUnit * 0xFFF;
  Duration min{0};
  Duration max{0};
  bool operator==(const PlayoutDelay&) const = default;
};
inline std::optional<PlayoutDelay> read_playout_delay(std::span<const uint8_t> value) {
  if (value.size() != 3) return std::nullopt;
  const PlayoutDelay d{PlayoutDelay::kUnit * (value[0] << 4 | value[1] >> 4),
                       PlayoutDelay::kUnit * ((value[1] & 0x0F) << 8 | value[2])};
  if (d.min > d.max) return std::nullopt;
  return d;
}
inline std::array<uint8_t, 3> write_playout_delay(PlayoutDelay d) {
  const auto units = [](Duration t) {
    return static_cast<uint32_t>(std::clamp(t, Duration(0), PlayoutDelay::kMost) / PlayoutDelay::kUnit);
  };
  std::array<uint8_t, 3> bytes;
  store_be24(bytes.data(), units(d.min) << 12 | units(d.max));
  return bytes;
}

}  // namespace parley::media::rtp
