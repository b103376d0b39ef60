// See layer_filter.h.
#include "media/routing/layer_filter.h"

#include <algorithm>

namespace parley::media {
namespace {
uint8_t bit_of(const rtp::PayloadInfo& info) { return static_cast<uint8_t>(1u << (info.spatial & 7)); }
}  // namespace

void LayerFilter::begin() {
  const LayerTarget target = target_;
  *this = LayerFilter();
  target_ = current_ = target;
}

const LayerFilter::Picture* LayerFilter::at_or_before(RtpTimestamp timestamp) const {
  for (size_t i = 0; i < count_; ++i) {
    const Picture& p = pictures_[(latest_ + kPictures - i) % kPictures];
    if (!p.timestamp.newer_than(timestamp)) return &p;
  }
  return nullptr;
}

bool LayerFilter::admits_late(const rtp::PayloadInfo& info, RtpTimestamp timestamp) {
  const Picture* before = at_or_before(timestamp);
  if (before == nullptr || info.unreadable) return false;
  const bool known = before->timestamp == timestamp;
  if (known && (before->decided & bit_of(info)) != 0) return (before->admitted & bit_of(info)) != 0;
  const bool fitting = fits(info, *before) || (!known && closes_gap(info, before->layers, timestamp));
  if (known) {
    Picture& picture = pictures_[static_cast<size_t>(before - pictures_.data())];
    picture.decided |= bit_of(info);
    if (fitting) picture.admitted |= bit_of(info);
  }
  if (fitting && info.dependency != nullptr) targets_.remember_forwarded(info.dependency->frame_number);
  return fitting;
}

bool LayerFilter::admits(const rtp::PayloadInfo& info, RtpTimestamp timestamp) {
  // Layers of the latest picture may come in any order; what is older is not decided upon any more.
  const bool of_latest = count_ > 0 && pictures_[latest_].timestamp == timestamp;
  if (of_latest && (pictures_[latest_].decided & bit_of(info)) != 0) {
    return (pictures_[latest_].admitted & bit_of(info)) != 0;
  }
  if (!of_latest) begin_picture(info, timestamp);
  Picture& picture = pictures_[latest_];
  top_of_picture_ = std::max(top_of_picture_, info.spatial);
  top_since_key_ = std::max(top_since_key_, info.spatial);
  top_temporal_ = std::max(top_temporal_, info.temporal);
  by_targets_ = info.dependency != nullptr;
  if (by_targets_) {
    targets_.choose(info, target_, {!of_latest, picture.admitted == 0});
  } else {
    enter_layer(info, picture);
  }
  picture.layers = by_targets_ ? targets_.layers() : current_;
  picture.decode_target = targets_.target();
  const bool fitting = fits(info, picture);
  picture.decided |= bit_of(info);
  if (fitting) picture.admitted |= bit_of(info);
  // Seen at the upper layer too: the lower ones may be late.
  const bool left_out = !fitting && info.spatial < current_.spatial && info.temporal <= current_.temporal;
  if (left_out || (fitting && info.without_lower)) lower_left_out_ = true;
  if (by_targets_ && fitting) targets_.remember_forwarded(info.dependency->frame_number);
  look_for_key_frame();
  return fitting;
}

void LayerFilter::begin_key_picture(RtpTimestamp timestamp) {
  current_ = target_;
  risen_at_ = timestamp;
  lower_left_out_ = false;
  top_since_key_ = top_of_picture_;
}

void LayerFilter::begin_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp) {
  latest_ = static_cast<uint8_t>((latest_ + 1) % kPictures);
  if (count_ < kPictures) ++count_;
  pictures_[latest_] = {.timestamp = timestamp, .layers = current_};
  const bool gone = lower_left_out_ && top_of_picture_ < std::min(current_.spatial, top_since_key_);
  pictures_without_top_ =
      gone ? static_cast<uint8_t>(std::min(pictures_without_top_ + 1, +kGoneAfter)) : uint8_t{0};
  top_spatial_ = top_of_picture_;
  top_of_picture_ = 0;
  if (info.dependency != nullptr) return;
  if (info.spatial == 0 && info.spatial_entry) return begin_key_picture(timestamp);
  if (target_.temporal < current_.temporal) current_.temporal = target_.temporal;
  if (target_.temporal > current_.temporal && info.temporal == current_.temporal + 1 && info.switch_up) {
    ++current_.temporal;
    risen_at_ = timestamp;
  }
  if (target_.spatial < current_.spatial && !lower_left_out_) current_.spatial = target_.spatial;
}

void LayerFilter::enter_layer(const rtp::PayloadInfo& info, const Picture& picture) {
  // The base of a key picture that was overtaken by the layers above, which were all let through.
  if (info.spatial == 0 && info.spatial_entry && picture.decided == picture.admitted) {
    return begin_key_picture(picture.timestamp);
  }
  if (info.spatial != current_.spatial + 1 || info.spatial > target_.spatial || !info.spatial_entry) return;
  if ((picture.admitted >> current_.spatial & 1) != 0) current_.spatial = info.spatial;
}

bool LayerFilter::fits(const rtp::PayloadInfo& info, const Picture& picture) const {
  if (info.dependency != nullptr) return (info.dependency->targets.present >> picture.decode_target & 1) != 0;
  if (info.spatial > picture.layers.spatial || info.temporal > picture.layers.temporal) return false;
  // Between key frames nothing above needs it: only the layer that is shown is sent.
  return !info.not_for_upper || info.spatial_entry ||
         info.spatial >= std::min(picture.layers.spatial, top_since_key_);
}

// A picture of the next temporal layer that was missing when its place came: VP8 decoders wait for what their
// picture ids tell them is missing, and this one they can decode.
bool LayerFilter::closes_gap(const rtp::PayloadInfo& info, LayerTarget before, RtpTimestamp timestamp) const {
  return info.dependency == nullptr && info.spatial <= before.spatial && before.temporal > 0 &&
         info.temporal == before.temporal + 1 && timestamp.newer_than(risen_at_);
}

void LayerFilter::look_for_key_frame() {
  const bool up = std::min(target_.spatial, top_spatial_) > current_.spatial;
  const bool down = lower_left_out_ && target_.spatial < std::min(current_.spatial, top_spatial_);
  needs_key_frame_ = up || down || pictures_without_top_ == kGoneAfter;
}

bool LayerFilter::ends_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const {
  if (!info.ends_frame) return false;
  const Picture* picture = at_or_before(timestamp);
  if (picture == nullptr) return info.spatial >= current().spatial;
  // A layer above may have been let through before the base told that it is not wanted any more.
  const bool above = picture->timestamp == timestamp && picture->admitted >> info.spatial > 1;
  return info.spatial >= picture->layers.spatial && !above;
}

std::optional<uint32_t> LayerFilter::active_targets(const rtp::DependencyStructure& structure,
                                                    RtpTimestamp timestamp) const {
  const Picture* picture = at_or_before(timestamp);
  const uint8_t target = picture != nullptr ? picture->decode_target : targets_.target();
  return targets_.active_targets(structure, target);
}

LayerTarget LayerFilter::current() const {
  const LayerTarget chosen = by_targets_ ? targets_.layers() : current_;
  return lower_of(chosen, {std::max(top_spatial_, top_of_picture_), top_temporal_});
}

}  // namespace parley::media
