// See layer_filter.h.
#include "media/routing/layer_filter.h"

#include <cstdlib>

namespace parley::media {

void LayerFilter::begin() {
  const LayerTarget target = target_;
  *this = LayerFilter();
  target_ = current_ = target;
}

const LayerFilter::Picture* LayerFilter::find(RtpTimestamp timestamp) const {
  for (size_t i = 0; any_ && i < kPictures; ++i) {
    const Picture& p = pictures_[(latest_ + kPictures - i) % kPictures];
    if (p.timestamp == timestamp && p.decided != 0) return &p;
  }
  return nullptr;
}

bool LayerFilter::admitted(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const {
  const auto layer = static_cast<uint8_t>(1u << (info.spatial & 7));
  const Picture* picture = find(timestamp);
  if (picture == nullptr) return fits(info) || closes_gap(info, timestamp);
  if ((picture->decided & layer) != 0) return (picture->admitted & layer) != 0;
  // A layer that came too late to be decided upon goes with the others of its picture.
  if (info.spatial > picture->top || picture->admitted == 0) return false;
  if (info.dependency != nullptr) return fits(info);
  // What nothing above needs goes only where nothing above goes.
  return !info.not_for_upper || picture->admitted >> (info.spatial + 1) == 0;
}

bool LayerFilter::admits(const rtp::PayloadInfo& info, RtpTimestamp timestamp, bool newest) {
  const auto layer = static_cast<uint8_t>(1u << (info.spatial & 7));
  const Picture* known = find(timestamp);
  const bool of_latest = known != nullptr && known == &pictures_[latest_];
  // Layers of the latest picture may come in any order; what is older is not decided upon any more.
  if (known != nullptr && (known->decided & layer) != 0) return (known->admitted & layer) != 0;
  if (!newest && !of_latest) return admitted(info, timestamp);
  if (!of_latest) begin_picture(info, timestamp);
  Picture& picture = pictures_[latest_];
  top_of_picture_ = std::max(top_of_picture_, info.spatial);
  top_temporal_ = std::max(top_temporal_, info.temporal);
  by_targets_ = info.dependency != nullptr;
  if (by_targets_) {
    choose_target(info, !of_latest);
  } else {
    enter_layer(info, picture);
  }
  const bool fitting = fits(info);
  picture.decided |= layer;
  picture.top = by_targets_ ? decode_layers_.spatial : current_.spatial;
  if (fitting) picture.admitted |= layer;
  if (!fitting && info.spatial < current_.spatial && info.temporal <= current_.temporal)
    lower_left_out_ = true;
  if (by_targets_ && fitting) remember_frame(info.dependency->frame_number);
  look_for_key_frame();
  return fitting;
}

void LayerFilter::begin_key_picture(RtpTimestamp timestamp) {
  current_ = target_;
  risen_at_ = timestamp;
  lower_left_out_ = false;
}

void LayerFilter::begin_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp) {
  latest_ = static_cast<uint8_t>((latest_ + 1) % kPictures);
  pictures_[latest_] = {timestamp, 0, 0, 0};
  any_ = true;
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

// A candidate is a target between the one in force and the best one; the nearest to the best that can be
// reached with this frame is taken.
void LayerFilter::choose_target(const rtp::PayloadInfo& info, bool new_picture) {
  const rtp::DependencyStructure& s = *info.structure;
  const rtp::DependencyDescriptor& d = *info.dependency;
  const uint8_t best = s.target_within(target_.spatial, target_.temporal, info.active_targets);
  const auto set = [&](uint8_t target) {
    decode_target_ = target;
    decode_layers_ = {s.target_spatial[target], s.target_temporal[target]};
    describe_active_targets(info);
  };
  if (info.key_frame) {
    forwarded_ = {};
    newest_frame_ = d.frame_number;
    return set(best);
  }
  if (decode_target_ >= s.target_count || best == decode_target_) {
    if (decode_target_ >= s.target_count) set(best);
    return;
  }
  const auto distance = [&](uint8_t target) {
    return std::abs(s.target_spatial[target] - s.target_spatial[best]) * 8 +
           std::abs(s.target_temporal[target] - s.target_temporal[best]);
  };
  const bool decodable = references_forwarded(d);
  uint8_t chosen = decode_target_;
  for (uint8_t target = 0; target < s.target_count; ++target) {
    if (distance(target) >= distance(chosen)) continue;
    const bool switches = decodable && (d.targets.switch_up >> target & 1) != 0;
    if (switches || (new_picture && s.contains(decode_target_, target))) chosen = target;
  }
  if (chosen != decode_target_) set(chosen);
}

bool LayerFilter::references_forwarded(const rtp::DependencyDescriptor& d) const {
  for (size_t i = 0; i < d.references.count; ++i) {
    const uint16_t back = d.references.back[i];
    const auto number = static_cast<uint16_t>(d.frame_number - back);
    const auto age = static_cast<uint16_t>(newest_frame_ - number);
    if (age >= kFrameHistory - 64) return false;
    if ((forwarded_[number % kFrameHistory / 64] >> (number & 63) & 1) == 0) return false;
  }
  return true;
}

void LayerFilter::remember_frame(uint16_t number) {
  const auto ahead = static_cast<int16_t>(number - newest_frame_);
  for (int i = 1; i <= ahead && i <= kFrameHistory; ++i) {
    const auto passed = static_cast<uint16_t>(newest_frame_ + i);
    forwarded_[passed % kFrameHistory / 64] &= ~(uint64_t{1} << (passed & 63));
  }
  if (ahead > 0) newest_frame_ = number;
  forwarded_[number % kFrameHistory / 64] |= uint64_t{1} << (number & 63);
}

void LayerFilter::describe_active_targets(const rtp::PayloadInfo& info) {
  uint32_t active = 0;
  for (uint8_t target = 0; target < info.structure->target_count; ++target) {
    if ((info.active_targets >> target & 1) != 0 && info.structure->contains(decode_target_, target)) {
      active |= 1u << target;
    }
  }
  active_targets_.reset();
  if (active != info.structure->all_targets()) active_targets_ = active;
}

bool LayerFilter::fits(const rtp::PayloadInfo& info) const {
  if (info.dependency != nullptr) return (info.dependency->targets.present >> decode_target_ & 1) != 0;
  if (info.spatial > current_.spatial || info.temporal > current_.temporal) return false;
  // Between key frames nothing above needs it: only the layer that is shown is sent.
  return !info.not_for_upper || info.spatial >= std::min(current_.spatial, top_spatial_);
}

// A picture of the next temporal layer that was missing when its place came: VP8 decoders wait for what their
// picture ids tell them is missing, and this one they can decode.
bool LayerFilter::closes_gap(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const {
  return info.dependency == nullptr && info.spatial <= current_.spatial && current_.temporal > 0 &&
         info.temporal == current_.temporal + 1 && timestamp.newer_than(risen_at_);
}

void LayerFilter::look_for_key_frame() {
  if (by_targets_) {
    needs_key_frame_ =
        std::min(target_.spatial, top_spatial_) != std::min(decode_layers_.spatial, top_spatial_);
    return;
  }
  const bool up = std::min(target_.spatial, top_spatial_) > current_.spatial;
  const bool down = lower_left_out_ && target_.spatial < std::min(current_.spatial, top_spatial_);
  needs_key_frame_ = up || down;
}

bool LayerFilter::ends_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const {
  if (!info.ends_frame) return false;
  const Picture* picture = find(timestamp);
  if (picture != nullptr) return info.spatial == picture->top;
  return info.spatial == (info.dependency != nullptr ? decode_layers_.spatial : current_.spatial);
}

LayerTarget LayerFilter::current() const {
  const LayerTarget chosen = by_targets_ ? decode_layers_ : current_;
  return lower_of(chosen, {std::max(top_spatial_, top_of_picture_), top_temporal_});
}

}  // namespace parley::media
