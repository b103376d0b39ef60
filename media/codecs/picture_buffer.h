// Puts a receiver's packets together to pictures, in decoding order: waits for what is missing as long as a
// retransmission may still come, then goes on at the next key frame and asks for one. Sans-IO.
//
// A whole picture is given at once: there is no playout delay beyond what the network makes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "media/codecs/frame.h"
#include "media/core/time.h"
#include "media/rtp/codec_kind.h"
#include "media/rtp/packet.h"

namespace parley::media::codecs {

class PictureBuffer {
 public:
  static constexpr size_t kMaxPackets = 2048;
  static constexpr size_t kMaxPictureBytes = 4 << 20;
  static constexpr Duration kPatience = std::chrono::milliseconds(400);  // with a gap: two or three NACKs
  static constexpr Duration kAskAgain = std::chrono::milliseconds(500);  // for a key frame

  explicit PictureBuffer(CodecKind kind) : kind_(kind) {}

  // `seq` is unwrapped. Whole pictures are appended to `out`.
  void on_packet(const rtp::Packet& packet, int64_t seq, TimePoint now, std::vector<EncodedPicture>* out);
  TimePoint next_deadline() const { return deadline_; }
  // True: a key frame should be asked for.
  bool on_deadline(TimePoint now, std::vector<EncodedPicture>* out);
  // Decoding failed: nothing helps but a key frame.
  void on_decoding_failed(TimePoint now);

  uint64_t pictures() const { return pictures_; }
  uint64_t given_up() const { return given_up_; }
  uint64_t discarded() const { return discarded_; }  // packets that came too late

 private:
  struct Stored {
    std::vector<uint8_t> payload;
    uint32_t timestamp;
    bool marker;
    bool begins_key;
  };

  void deliver(TimePoint now, std::vector<EncodedPicture>* out);
  bool deliver_next(std::vector<EncodedPicture>* out);
  bool jump_to_key();
  void wait_for_key(TimePoint now);

  CodecKind kind_;
  std::map<int64_t, Stored> packets_;
  std::optional<int64_t> next_;  // the first packet not given; nothing: a key frame is waited for
  std::optional<TimePoint> gap_since_;
  TimePoint deadline_ = kNever;
  uint64_t pictures_ = 0;
  uint64_t given_up_ = 0;
  uint64_t discarded_ = 0;
};

}  // namespace parley::media::codecs
