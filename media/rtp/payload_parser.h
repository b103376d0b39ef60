// Reads the packets of one video stream in the order of their arrival: payload descriptors, and what can be
// told only from what came before (which pictures a picture may refer to, the dependency structure in force).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "media/rtp/codec_kind.h"
#include "media/rtp/packet.h"
#include "media/rtp/payload_info.h"
#include "media/rtp/vp9.h"

namespace parley::media::rtp {

class PayloadParser {
 public:
  explicit PayloadParser(CodecKind codec) : codec_(codec) {}

  // Header extensions of layers, as negotiated; 0: not.
  struct Extensions {
    uint8_t dependency_descriptor = 0;
    uint8_t frame_marking = 0;
  };

  // `newest`: no packet with a higher sequence number has come. Nothing for a payload that is malformed.
  std::optional<PayloadInfo> parse(const Packet& packet, const Extensions& extensions, bool newest);

  // Of a packet that was parsed before: what its retransmission needs. The descriptor, if there is one, is
  // put into `descriptor`.
  PayloadInfo peek(const Packet& packet, const Extensions& extensions,
                   DependencyDescriptor* descriptor) const;

 private:
  static constexpr int64_t kHistory = 128;  // P_DIFF reaches 127 pictures back

  bool vp8(const Packet& packet, bool newest, PayloadInfo* info);
  bool vp9(const Packet& packet, bool newest, PayloadInfo* info);
  bool h264(const Packet& packet, const Extensions& extensions, bool newest, PayloadInfo* info);
  bool h265(const Packet& packet, bool newest, PayloadInfo* info);
  bool av1(const Packet& packet, PayloadInfo* info);
  void read_dependency(std::span<const uint8_t> bytes, bool newest, PayloadInfo* info);
  void describe(const DependencyDescriptor& descriptor, PayloadInfo* info) const;
  void unwrap_picture(PayloadInfo* info, bool newest);
  bool needs_lower_layers_only(const Vp9Descriptor& d, const PayloadInfo& info) const;
  void remember_picture(const Vp9Descriptor& d, const PayloadInfo& info);

  CodecKind codec_;
  int64_t newest_picture_ = -1;
  std::optional<RtpTimestamp> newest_timestamp_;
  // --- VP9
  std::array<uint8_t, kHistory> temporal_of_{};  // of the latest pictures, plus one; 0: not seen
  std::unique_ptr<Vp9PictureGroup> group_;
  int64_t group_start_ = 0;
  std::array<bool, 8> up_next_{};  // a switching-up point was passed: the layer's next picture is an entry
  std::array<int64_t, 8> up_picture_{};  // the latest such picture of each temporal layer
  // --- dependency descriptor
  std::unique_ptr<DependencyStructure> structure_;
  bool structure_known_ = false;
  uint16_t structure_frame_ = 0;
  uint32_t active_targets_ = 0;
  uint16_t active_frame_ = 0;  // the frame that said so
  DependencyDescriptor dependency_;
};

}  // namespace parley::media::rtp
