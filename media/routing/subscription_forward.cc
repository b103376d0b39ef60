// The packet path of a subscription: which packets of which encoding go out, under which numbers
// (subscription.h).
#include <cstdlib>

#include "media/routing/source_seq.h"
#include "media/routing/subscription.h"
#include "media/routing/track.h"

namespace parley::media {
namespace {

// Ticks of `rate` between two times of sender reports (32.32 fixed point).
int64_t ticks_between(uint64_t from, uint64_t to, uint32_t rate) {
  return ((static_cast<int64_t>(to - from) >> 16) * rate) >> 16;
}

}  // namespace

void Subscription::forward(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info,
                           TimePoint now, SendSlab& out) {
  if (silent() || !egress_.is_open()) return;
  const size_t encoding = encoding_of(seq);
  if (waiting_for_key_frame_ || encoding != encoding_) {
    if (encoding == wanted_encoding_ && info.key_frame) {
      begin(encoding, packet, info, now);
    } else if (waiting_for_key_frame_) {
      return;
    }
  }
  Way way;
  if (!find_way(packet, seq, info, &way, now, out)) return;
  if (filter_.needs_key_frame()) track_->request_key_frame(encoding_, now, out);
  if (!send(packet, info, way, now, out)) return;
  ++stats_.packets;
  stats_.bytes += packet.payload.size();
  if (way.place.segment != segment_) return;
  if (!started_ || way.place.seq.newer_than(last_seq_)) {
    last_seq_ = way.place.seq;
    padded_ = 0;
  }
  remember(packet, info, now);
}

// Where the subscriber's numbers have got to; a late packet takes nothing back.
void Subscription::remember(const rtp::Packet& packet, const rtp::PayloadInfo& info, TimePoint now) {
  const Offsets& offsets = offsets_[segment_];
  const RtpTimestamp timestamp = packet.timestamp + offsets.timestamp;
  const bool newer = !started_ || timestamp.newer_than(last_timestamp_);
  if (!newer && timestamp != last_timestamp_) return;
  const uint16_t number =
      info.dependency != nullptr ? info.dependency->frame_number : info.numbers.picture_id;
  const auto number_out = static_cast<uint16_t>(number + offsets.number);
  // Of one picture the highest layer has the highest number.
  if (newer || static_cast<int16_t>(number_out - last_number_) > 0) last_number_ = number_out;
  if (!newer) return;
  started_ = true;
  last_sent_ = now;
  last_timestamp_ = timestamp;
  last_tl0_ = static_cast<uint8_t>(info.numbers.tl0 + offsets.tl0);
}

// The next packet begins a segment: numbers and clock go on from where they are.
void Subscription::begin(size_t encoding, const rtp::Packet& packet, const rtp::PayloadInfo& info,
                         TimePoint now) {
  next_offsets_ = Offsets{};
  if (started_) {
    const uint16_t number =
        info.dependency != nullptr ? info.dependency->frame_number : info.numbers.picture_id;
    next_offsets_.number = static_cast<uint16_t>(last_number_ + 1 - number);
    next_offsets_.tl0 = static_cast<uint8_t>(last_tl0_ + 1 - info.numbers.tl0);
    next_offsets_.timestamp = encoding == encoding_ && !source_changed_
                                  ? offsets_[segment_].timestamp
                                  : aligned_offset(encoding, packet.timestamp, now);
  }
  source_changed_ = waiting_for_key_frame_ = false;
  encoding_ = encoding;
  previous_segment_ = segment_;
  previous_filter_ = filter_;
  filter_.begin();
  rewriter_.cut();
  pictures_.cut();
}

// By the sender reports all encodings are on one clock (RFC 3550 section 6.4.1); without them, or where they
// make no sense, the subscriber's timeline goes on by what has passed since its latest packet.
uint32_t Subscription::aligned_offset(size_t encoding, RtpTimestamp first, TimePoint now) {
  const uint32_t rate = track_->config().clock_rate;
  const auto& before = track_->encoding(encoding_).sender_report();
  const auto& after = track_->encoding(encoding).sender_report();
  if (!anchor_ && before && encoding != encoding_) {
    anchor_ = Anchor{before->ntp, before->timestamp.value + offsets_[segment_].timestamp};
  }
  RtpTimestamp next = last_timestamp_ + static_cast<uint32_t>((now - last_sent_).count() * rate / 1'000'000);
  if (anchor_ && after && encoding != encoding_) {
    const int64_t ticks =
        ticks_between(anchor_->ntp, after->ntp, rate) + first.distance_from(after->timestamp);
    const RtpTimestamp reported{anchor_->timestamp + static_cast<uint32_t>(ticks)};
    if (std::abs(reported.distance_from(next)) < static_cast<int32_t>(rate)) next = reported;
  }
  if (!next.newer_than(last_timestamp_)) next = last_timestamp_ + 1;
  return next.value - first.value;
}

bool Subscription::find_way(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info, Way* way,
                            TimePoint now, SendSlab& out) {
  way->kind = media_class_;
  way->marker = packet.marker;
  if (encoding_of(seq) == encoding_ && rewriter_.is_new(seq)) return find_new_way(packet, seq, info, way);
  const auto place = rewriter_.forward(seq);
  if (!place) return false;
  way->place = *place;
  if (find_late_way(packet, seq, info, way)) return true;
  // It has its number already: without its payload it tells the subscriber not to wait for it.
  send_empty(packet, *way, now, out);
  return false;
}

bool Subscription::find_new_way(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info,
                                Way* way) {
  // Leaves a gap: once the structure is here it is asked for again.
  if (info.unreadable) return false;
  if (video() && !filter_.admits(info, packet.timestamp)) {
    const bool same_frame = dropped_timestamp_ == packet.timestamp && dropped_spatial_ == info.spatial;
    rewriter_.drop(seq, same_frame);
    if (info.picture >= 0) pictures_.drop(source_seq(encoding_, info.picture));
    dropped_timestamp_ = packet.timestamp;
    dropped_spatial_ = info.spatial;
    return false;
  }
  dropped_timestamp_.reset();
  way->marker = way->marker || (video() && filter_.ends_picture(info, packet.timestamp));
  const bool begins = rewriter_.begins_segment();
  const auto place = rewriter_.forward(seq);
  if (!place) return false;
  way->place = *place;
  if (begins) {
    segment_ = place->segment;
    offsets_[segment_] = next_offsets_;
  }
  const bool sent = find_picture(encoding_, info, way);
  rewriter_.note(*place, {sent, way->marker});
  return sent;
}

bool Subscription::find_late_way(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info,
                                 Way* way) {
  bool admitted = true;
  if (video()) {
    LayerFilter* filter = filter_of(way->place.segment);
    admitted = filter != nullptr && filter->admits_late(info, packet.timestamp) &&
               find_picture(encoding_of(seq), info, way);
    way->marker = admitted && (packet.marker || filter->ends_picture(info, packet.timestamp));
  }
  rewriter_.note(way->place, {admitted, way->marker});
  return admitted;
}

LayerFilter* Subscription::filter_of(uint8_t segment) {
  if (segment == segment_) return &filter_;
  return segment == previous_segment_ ? &previous_filter_ : nullptr;
}

// VP8's picture ids go on without a gap where pictures are left out.
bool Subscription::find_picture(size_t encoding, const rtp::PayloadInfo& info, Way* way) {
  if (info.picture < 0 || track_->config().codec != CodecKind::kVp8) return true;
  const auto picture = pictures_.forward(source_seq(encoding, info.picture));
  if (picture) way->picture = picture->seq.value;
  return picture.has_value();
}

void Subscription::leave_out(int64_t seq) {
  if (encoding_of(seq) == encoding_) rewriter_.drop(seq);
}

void Subscription::on_source_restart(size_t encoding) {
  if (encoding == encoding_) waiting_for_key_frame_ = source_changed_ = true;
}

void Subscription::select_encoding(TimePoint now, SendSlab& out) {
  if (!video() || silent()) return;
  const LayerTarget target = lower_of(preferred_, *target_);
  const bool simulcast = track_->encodings() > 1;
  wanted_encoding_ = simulcast ? track_->best_encoding(target.spatial, now) : 0;
  filter_.set_target({simulcast ? LayerTarget{}.spatial : target.spatial, target.temporal});
  if (waiting_for_key_frame_ || wanted_encoding_ != encoding_) {
    track_->request_key_frame(wanted_encoding_, now, out);
  }
}

uint8_t Subscription::wanted_encodings(TimePoint now) const {
  if (track_ == nullptr || silent()) return 0;
  if (!video() || track_->encodings() == 1) return 1;
  const size_t best = track_->best_existing(lower_of(preferred_, *target_).spatial, now);
  const size_t until_then = waiting_for_key_frame_ ? wanted_encoding_ : encoding_;
  return static_cast<uint8_t>(1u << best | 1u << until_then);
}

LayerTarget Subscription::current_layers() const {
  LayerTarget layers = filter_.current();
  if (track_ != nullptr && track_->encodings() > 1) layers.spatial = static_cast<uint8_t>(encoding_);
  return layers;
}

bool Subscription::take_layers_change() {
  const LayerTarget layers = current_layers();
  if (layers == told_layers_ || waiting_for_key_frame_) return false;
  told_layers_ = layers;
  return true;
}

}  // namespace parley::media
