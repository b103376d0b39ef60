// The VP9 payload descriptor (RFC 9628 section 4.2), flexible mode and not, with its scalability structure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "media/rtp/payload_numbers.h"

namespace parley::media::rtp {

// The scalability structure's group of pictures: how pictures depend on each other in non-flexible mode.
struct Vp9PictureGroup {
  static constexpr size_t kMaxPictures = 255;
  static constexpr size_t kMaxReferences = 3;
  struct Picture {
    uint8_t temporal = 0;
    bool switch_up = false;
    uint8_t reference_count = 0;
    std::array<uint8_t, kMaxReferences> references{};  // that many pictures back
  };
  uint8_t size = 0;  // 0: not given
  std::array<Picture, kMaxPictures> pictures;
};

struct Vp9Descriptor {
  static constexpr size_t kMaxReferences = 3;

  uint8_t size = 0;              // of the descriptor
  bool inter_predicted = false;  // P: needs earlier pictures
  bool flexible = false;         // F
  bool starts_frame = false;     // B
  bool ends_frame = false;       // E
  bool not_for_upper = false;    // Z: no higher spatial layer of the picture needs this frame
  bool has_layers = false;       // L
  uint8_t temporal = 0;
  bool switch_up = false;  // U
  uint8_t spatial = 0;
  bool inter_layer = false;  // D: needs the layer below in this picture
  uint8_t reference_count = 0;
  std::array<uint8_t, kMaxReferences> references{};  // P_DIFF, flexible mode
  bool has_structure = false;                        // V
  uint8_t spatial_layers = 0;                        // of the structure

  // The group of pictures of a structure goes to `group`, if that is not null and there is one.
  static std::optional<Vp9Descriptor> parse(std::span<const uint8_t> payload,
                                            Vp9PictureGroup* group = nullptr);
  PayloadNumbers numbers;  // where the picture id and TL0PICIDX are
};

}  // namespace parley::media::rtp
