// What routing must know of a track and of a subscription: plain values, filled in by the negotiation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/core/types.h"
#include "media/rtp/codec_kind.h"

namespace parley::media {

enum class TrackKind : uint8_t { kAudio, kVideo };

// Header extension ids; 0: not negotiated.
struct ExtensionIds {
  uint8_t mid = 0;
  uint8_t rid = 0;
  uint8_t repaired_rid = 0;
  uint8_t audio_level = 0;
  uint8_t abs_send_time = 0;
  uint8_t transport_cc = 0;
  uint8_t video_orientation = 0;
  uint8_t abs_capture_time = 0;
  uint8_t playout_delay = 0;
  uint8_t dependency_descriptor = 0;
  uint8_t frame_marking = 0;
  bool two_byte = false;  // both forms of RFC 8285 may come (a=extmap-allow-mixed)
};

// One of the streams of a track: its only one, or one of several (simulcast, RFC 8853).
struct EncodingConfig {
  std::string rid;           // "": told apart by SSRC
  std::optional<Ssrc> ssrc;  // as signalled; otherwise found by rid, or by mid or payload type
  std::optional<Ssrc> rtx_ssrc;
};

// As a publisher sends it.
struct TrackConfig {
  uint32_t id = 0;
  TrackKind kind = TrackKind::kAudio;
  std::string mid;
  CodecKind codec = CodecKind::kOther;
  uint32_t clock_rate = 90000;
  uint8_t payload_type = 0;
  std::optional<uint8_t> rtx_payload_type;
  std::optional<Ssrc> ssrc;  // as signalled; otherwise found by mid or payload type
  std::optional<Ssrc> rtx_ssrc;
  std::vector<EncodingConfig> encodings;  // of simulcast, the smallest first; then `ssrc` is not looked at
  ExtensionIds extensions;
  std::optional<uint8_t> red_payload_type;  // redundant audio (RFC 2198)
  std::optional<uint8_t> fec_payload_type;  // parity packets (FlexFEC) of the first encoding
  std::optional<Ssrc> fec_ssrc;
  bool nack = false;
  bool fir = false;                      // only FIR asks it for key frames: no PLI
  bool receiver_reference_time = false;  // answers XR reference times (RFC 3611)
  bool remb = false;                     // goes by REMB, and by no feedback of each packet
};

// As we send it to a subscriber.
struct SubscriptionConfig {
  uint32_t id = 0;
  uint32_t track = 0;
  std::string mid;
  std::string rid;  // of an encoding that we send in simulcast (RFC 8852); "": the only one
  uint8_t payload_type = 0;
  std::optional<uint8_t> rtx_payload_type;
  Ssrc ssrc;
  Ssrc rtx_ssrc;
  std::optional<uint8_t> red_payload_type;
  bool red_always = false;                  // whether it loses packets or not
  std::optional<uint8_t> fec_payload_type;  // parity packets (FlexFEC), which have an SSRC of their own
  Ssrc fec_ssrc;
  std::string cname;
  ExtensionIds extensions;
};

}  // namespace parley::media
