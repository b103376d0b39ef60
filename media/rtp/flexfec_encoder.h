// Makes parity packets (FlexFEC as in flexfec.h): the exclusive or of a group of packets of one source.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/rtp/flexfec.h"

namespace parley::media::rtp {

// Holds one packet's worth of parity.
class FlexFecEncoder {
 public:
  // Of a media packet behind its fixed header; a longer one would not fit into a datagram with what parity
  // says about itself, and goes unprotected.
  static constexpr size_t kMaxMediaBytes = 1360;
  static constexpr size_t kMaxHeaderBytes = 32;  // 18 and masks of 15, 31 and 63 bits

  FlexFecEncoder(Ssrc media, MutableExtensions ignored) : media_(media), ignored_(ignored) {}

  // Packets in a group; 0: none are made, and what was begun is forgotten.
  void set_group_size(size_t packets);
  size_t group_size() const { return group_size_; }

  // A packet as it leaves; what is older than the group goes unprotected. `prefix` and `payload` follow the
  // header.
  void on_media(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                std::span<const uint8_t> payload);
  size_t count() const { return count_; }
  // Whether the group is full. Its repair payload is then to be taken.
  bool ready() const { return count_ > 0 && count_ >= group_size_; }
  // Writes the repair payload and begins the next group; 0 when there is nothing or no room.
  size_t take(std::span<uint8_t> out);

 private:
  void reset();

  Ssrc media_;
  MutableExtensions ignored_;
  size_t group_size_ = 0;
  size_t count_ = 0;
  SeqNumber base_;
  std::array<bool, FlexFecHeader::kMaskBits> mask_{};
  std::array<uint8_t, 8> recovery_{};
  size_t parity_size_ = 0;
  std::array<uint8_t, kMaxMediaBytes> parity_{};
};

}  // namespace parley::media::rtp
