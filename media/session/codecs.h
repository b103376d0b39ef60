// Which codecs and header extensions Parley takes, in which order it prefers them, and what it says about
// them in SDP.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/routing/config.h"
#include "media/rtp/codec_kind.h"
#include "media/sdp/session_description.h"

namespace parley::media {

inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kAbsSendTimeUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

inline constexpr std::string_view kRidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view kRepairedRidUri = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view kVideoOrientationUri = "urn:3gpp:video-orientation";
inline constexpr std::string_view kAbsCaptureTimeUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";
inline constexpr std::string_view kPlayoutDelayUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

inline constexpr std::string_view kDependencyDescriptorUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
inline constexpr std::string_view kFrameMarkingUri = "urn:ietf:params:rtp-hdrext:framemarking";

// Every extension: its URI, its place among the ids, and the kinds of media it is for.
struct KnownExtension {
  std::string_view uri;
  uint8_t ExtensionIds::*id;
  bool audio = true;
  bool video = true;
};
inline constexpr KnownExtension kKnownExtensions[] = {
    {kMidUri, &ExtensionIds::mid},
    {kAudioLevelUri, &ExtensionIds::audio_level, true, false},
    {kAbsSendTimeUri, &ExtensionIds::abs_send_time},
    {kTransportCcUri, &ExtensionIds::transport_cc},
    {kRidUri, &ExtensionIds::rid, false, true},
    {kRepairedRidUri, &ExtensionIds::repaired_rid, false, true},
    {kVideoOrientationUri, &ExtensionIds::video_orientation, false, true},
    {kAbsCaptureTimeUri, &ExtensionIds::abs_capture_time},
    {kPlayoutDelayUri, &ExtensionIds::playout_delay, false, true},
    {kDependencyDescriptorUri, &ExtensionIds::dependency_descriptor, false, true},
    {kFrameMarkingUri, &ExtensionIds::frame_marking, false, true},
};

struct ChosenCodec {
  CodecKind kind = CodecKind::kOther;
  sdp::Codec codec;                         // with the peer's payload type, our parameters and feedback
  std::optional<uint8_t> rtx_payload_type;  // RFC 4588, where the peer offers it for this codec
  std::optional<uint8_t> red_payload_type = std::nullopt;  // RFC 2198, likewise
  bool red_first = false;  // the peer would rather have it than the bare codec
  std::optional<uint8_t> fec_payload_type = std::nullopt;  // FlexFEC (flexfec-03)
};

// The video codecs that are taken, the preferred one first.
using CodecPreferences = std::vector<CodecKind>;
const CodecPreferences& default_video_codecs();

// The best codec of an offered section, or nothing. Feedback is cut down to what both sides know.
std::optional<ChosenCodec> choose_codec(const sdp::MediaSection& offered,
                                        const CodecPreferences& video = default_video_codecs());

// Whether layers of this codec are told by header extensions; VP8 and VP9 have them in their payload
// descriptors, which need no negotiation.
bool has_layer_extensions(CodecKind kind);

// Whether a receiver that answered with `answered` takes what was offered as `offered`: the same codec, and
// of H.264 the same profile and packetization mode (RFC 6184 section 8.2.2), of VP9 and AV1 the same profile.
bool same_format(const sdp::Codec& offered, const sdp::Codec& answered);

CodecKind codec_kind(std::string_view name);

// The formats that protect this one in the same section: redundant audio, parity packets.
void choose_protection(const sdp::MediaSection& offered, ChosenCodec* chosen);
sdp::Codec red_codec(uint8_t red_payload_type, const sdp::Codec& of);
sdp::Codec flexfec_codec(uint8_t payload_type);

// The RTX format that goes with `payload_type` (a=fmtp:… apt=).
sdp::Codec rtx_codec(uint8_t rtx_payload_type, uint8_t payload_type, uint32_t clock_rate);

}  // namespace parley::media
