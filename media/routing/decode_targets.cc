// See decode_targets.h.
#include "media/routing/decode_targets.h"

#include <algorithm>
#include <cstdlib>

namespace parley::media {

void DecodeTargets::set(uint8_t target, const rtp::PayloadInfo& info) {
  const rtp::DependencyStructure& s = *info.structure;
  chosen_ = true;
  target_ = target;
  layers_ = {s.target_spatial[target], s.target_temporal[target]};
  sent_to_us_ = info.active_targets;
  active_ = within(s, target);
  if (active_ != s.all_targets()) limited_ = true;
}

uint32_t DecodeTargets::within(const rtp::DependencyStructure& s, uint8_t target) const {
  uint32_t within = 0;
  for (uint8_t i = 0; i < s.target_count; ++i) {
    if ((sent_to_us_ >> i & 1) != 0 && s.contains(target, i)) within |= 1u << i;
  }
  return within;
}

std::optional<uint32_t> DecodeTargets::active_targets(const rtp::DependencyStructure& structure,
                                                      uint8_t target) const {
  if (!limited_) return std::nullopt;
  return target == target_ ? active_ : within(structure, target);
}

// A structure that came without a key frame may have given the number to another target.
bool DecodeTargets::still_there(const rtp::DependencyStructure& s) const {
  return chosen_ && target_ < s.target_count &&
         layers_ == LayerTarget{s.target_spatial[target_], s.target_temporal[target_]};
}

void DecodeTargets::choose(const rtp::PayloadInfo& info, LayerTarget wanted, Place place) {
  const rtp::DependencyStructure& s = *info.structure;
  const uint8_t best = s.target_within(wanted.spatial, wanted.temporal, info.active_targets);
  if (info.key_frame) {
    forwarded_ = {};
    newest_frame_ = info.dependency->frame_number;
    set(best, info);
  } else if (!still_there(s)) {
    set(best, info);
  } else if (best != target_) {
    const uint8_t reachable = nearest_reachable(info, best, place);
    if (reachable != target_) set(reachable, info);
  }
  if (info.active_targets != sent_to_us_) set(target_, info);
  needs_key_frame_ = s.target_spatial[best] != layers_.spatial && !s.contains(target_, best);
}

// Of the targets that can be begun with this frame the one nearest to the best.
uint8_t DecodeTargets::nearest_reachable(const rtp::PayloadInfo& info, uint8_t best, Place place) const {
  const rtp::DependencyStructure& s = *info.structure;
  const auto distance = [&](uint8_t target) {
    return std::abs(s.target_spatial[target] - s.target_spatial[best]) * 8 +
           std::abs(s.target_temporal[target] - s.target_temporal[best]);
  };
  const bool decodable = references_forwarded(*info.dependency);
  uint8_t chosen = target_;
  for (uint8_t target = 0; target < s.target_count; ++target) {
    const uint8_t spatial = s.target_spatial[target];
    if (distance(target) >= distance(chosen) || spatial < std::min(s.target_spatial[best], layers_.spatial) ||
        (spatial > layers_.spatial && !place.nothing_forwarded)) {
      continue;
    }
    const bool switches = decodable && (info.dependency->targets.switch_up >> target & 1) != 0;
    if (switches || (place.new_picture && s.contains(target_, target))) chosen = target;
  }
  return chosen;
}

bool DecodeTargets::references_forwarded(const rtp::DependencyDescriptor& d) const {
  for (size_t i = 0; i < d.references.count; ++i) {
    const auto number = static_cast<uint16_t>(d.frame_number - d.references.back[i]);
    const auto age = static_cast<uint16_t>(newest_frame_ - number);
    if (age >= kFrameHistory - 64) return false;
    if ((forwarded_[number % kFrameHistory / 64] >> (number & 63) & 1) == 0) return false;
  }
  return true;
}

void DecodeTargets::remember_forwarded(uint16_t number) {
  const auto ahead = static_cast<int16_t>(number - newest_frame_);
  if (ahead <= -(kFrameHistory - 64)) return;
  for (int i = 1; i <= ahead && i <= kFrameHistory; ++i) {
    const auto passed = static_cast<uint16_t>(newest_frame_ + i);
    forwarded_[passed % kFrameHistory / 64] &= ~(uint64_t{1} << (passed & 63));
  }
  if (ahead > 0) newest_frame_ = number;
  forwarded_[number % kFrameHistory / 64] |= uint64_t{1} << (number & 63);
}

}  // namespace parley::media
