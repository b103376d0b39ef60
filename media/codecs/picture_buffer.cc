// See picture_buffer.h.
#include "media/codecs/picture_buffer.h"

#include <utility>

#include "media/codecs/packetizer.h"
#include "media/rtp/key_frame.h"

namespace parley::media::codecs {

void PictureBuffer::on_packet(const rtp::Packet& packet, int64_t seq, TimePoint now,
                              std::vector<EncodedPicture>* out) {
  if (next_ && seq < *next_) {
    ++discarded_;
    return;
  }
  if (packets_.size() >= kMaxPackets) {
    packets_.clear();
    wait_for_key(now);
  }
  packets_.try_emplace(seq, Stored{{packet.payload.begin(), packet.payload.end()},
                                   packet.timestamp.value,
                                   packet.marker,
                                   rtp::starts_key_frame(kind_, packet.payload)});
  if (!next_ && deadline_ == kNever) deadline_ = now + kAskAgain;
  deliver(now, out);
}

void PictureBuffer::deliver(TimePoint now, std::vector<EncodedPicture>* out) {
  if (!next_ && !jump_to_key()) return;
  while (deliver_next(out)) gap_since_.reset();
  // Packets of a picture that has not ended yet are no gap, unless later ones are there.
  const bool gap =
      !packets_.empty() && (packets_.begin()->first != *next_ ||
                            packets_.rbegin()->first - *next_ >= static_cast<int64_t>(packets_.size()));
  if (!gap) {
    gap_since_.reset();
    deadline_ = kNever;
  } else if (!gap_since_) {
    gap_since_ = now;
    deadline_ = now + kPatience;
  }
}

// The picture at `next_`, if all of it is there.
bool PictureBuffer::deliver_next(std::vector<EncodedPicture>* out) {
  auto it = packets_.find(*next_);
  if (it == packets_.end()) return false;
  const auto first = it;
  int64_t expected = *next_;
  for (;; ++it, ++expected) {
    if (it == packets_.end() || it->first != expected) return false;
    if (it->second.timestamp != first->second.timestamp) break;  // it had no marker
    if (it->second.marker) {
      ++it;
      break;
    }
  }
  EncodedPicture picture;
  picture.timestamp = first->second.timestamp;
  picture.key = first->second.begins_key;
  bool whole = true;
  for (auto each = first; each != it; ++each) {
    whole = whole && unpack(kind_, each->second.payload, &picture.bytes) &&
            picture.bytes.size() <= kMaxPictureBytes;
    *next_ = each->first + 1;
  }
  packets_.erase(packets_.begin(), it);
  // A padding packet, or nonsense: the decoder will tell when something is missing.
  if (whole && !picture.bytes.empty()) {
    ++pictures_;
    out->push_back(std::move(picture));
  }
  return true;
}

bool PictureBuffer::jump_to_key() {
  for (auto it = packets_.begin(); it != packets_.end(); ++it) {
    if (!it->second.begins_key) continue;
    next_ = it->first;
    packets_.erase(packets_.begin(), it);
    deadline_ = kNever;
    return true;
  }
  return false;
}

void PictureBuffer::wait_for_key(TimePoint now) {
  if (next_) packets_.erase(packets_.begin(), packets_.lower_bound(*next_));
  next_.reset();
  gap_since_.reset();
  ++given_up_;
  deadline_ = now;
}

bool PictureBuffer::on_deadline(TimePoint now, std::vector<EncodedPicture>* out) {
  if (now < deadline_) return false;
  if (next_) {
    // What is missing will not come: the pictures before the next key frame cannot be shown.
    packets_.erase(packets_.begin(), packets_.upper_bound(*next_));
    wait_for_key(now);
    deliver(now, out);
    if (next_) return false;
  }
  deadline_ = now + kAskAgain;
  return true;
}

void PictureBuffer::on_decoding_failed(TimePoint now) {
  if (next_) wait_for_key(now);
}

}  // namespace parley::media::codecs
