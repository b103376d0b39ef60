// See audio_buffer.h.
#include "media/codecs/audio_buffer.h"

#include <algorithm>
#include <utility>

namespace parley::media::codecs {
namespace {
constexpr size_t kMaxPackets = 100;
}  // namespace

// How much later than the fastest this packet came; the delay follows the worst of it, and forgets slowly.
void AudioBuffer::measure(uint32_t timestamp, TimePoint now) {
  if (!least_transit_) first_timestamp_ = timestamp;
  const int64_t sent =
      static_cast<int64_t>(static_cast<int32_t>(timestamp - first_timestamp_)) * 1'000'000 / clock_rate_;
  const int64_t transit = to_us(now) - sent;
  // Clocks drift: what was least is so for a while only.
  least_transit_ = least_transit_ ? std::min(transit, *least_transit_ + 20) : transit;
  const Duration late(transit - *least_transit_);
  lateness_ = late > lateness_ ? late : lateness_ - lateness_ / 256;
  delay_ = std::clamp(lateness_ + packet_time_, kLeastDelay, kMostDelay);
}

void AudioBuffer::on_packet(const rtp::Packet& packet, int64_t seq, TimePoint now) {
  if (packet.payload.empty()) return;
  measure(packet.timestamp.value, now);
  if (next_play_ != kNever && seq < next_seq_) {
    ++discarded_;
    return;
  }
  packets_.try_emplace(seq, Stored{{packet.payload.begin(), packet.payload.end()}, packet.timestamp.value});
  if (packets_.size() > kMaxPackets) {
    packets_.erase(packets_.begin());
    ++discarded_;
  }
  if (next_play_ != kNever) return;
  next_seq_ = packets_.begin()->first;
  next_play_ = now + delay_;
  concealed_in_a_row_ = 0;
}

std::optional<AudioBuffer::Step> AudioBuffer::on_deadline(TimePoint now) {
  if (now < next_play_) return std::nullopt;
  next_play_ = std::max(next_play_ + packet_time_, now - std::chrono::milliseconds(100));
  // More is here than the delay asks for (the sender's clock is faster, or the network has calmed down).
  const auto waiting = static_cast<int64_t>(packets_.size()) * packet_time_;
  if (waiting > 2 * delay_ + 3 * packet_time_) {
    packets_.erase(packets_.begin());
    ++discarded_;
    next_seq_ = packets_.begin()->first;
  }
  Step step;
  const auto it = packets_.find(next_seq_);
  if (it != packets_.end()) {
    step.payload = std::move(it->second.payload);
    step.timestamp = it->second.timestamp;
    const auto after = std::next(it);
    if (after != packets_.end() && after->first == next_seq_ + 1) {
      const Duration time(int64_t{after->second.timestamp - step.timestamp} * 1'000'000 / clock_rate_);
      if (time >= std::chrono::milliseconds(5) && time <= std::chrono::milliseconds(120)) packet_time_ = time;
    }
    packets_.erase(it);
    ++next_seq_;
    concealed_in_a_row_ = 0;
    return step;
  }
  if (++concealed_in_a_row_ > kMostConcealed) {
    next_play_ = kNever;  // the next packet starts anew
    if (packets_.empty()) return std::nullopt;
    next_seq_ = packets_.begin()->first;
    next_play_ = now;
    concealed_in_a_row_ = 0;
    return on_deadline(now);
  }
  ++concealed_;
  step.kind = Step::Kind::kLost;
  const auto after = packets_.find(next_seq_ + 1);
  if (after != packets_.end()) step.payload = after->second.payload;
  // Nothing at all came: the packet is late rather than lost.
  if (!packets_.empty()) ++next_seq_;
  return step;
}

}  // namespace parley::media::codecs
