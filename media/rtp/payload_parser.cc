// See payload_parser.h.
#include "media/rtp/payload_parser.h"

#include <algorithm>
#include <utility>

#include "media/rtp/av1.h"
#include "media/rtp/h26x.h"
#include "media/rtp/vp8.h"

namespace parley::media::rtp {
namespace {

// The number nearest to `near` whose low `bits` are `value`.
int64_t nearest(int64_t near, uint16_t value, unsigned bits) {
  const int64_t size = int64_t{1} << bits;
  int64_t distance = (value - near) & (size - 1);
  if (distance >= size / 2) distance -= size;
  return near + distance;
}

}  // namespace

std::optional<PayloadInfo> PayloadParser::parse(const Packet& packet, const Extensions& extensions,
                                                bool newest) {
  PayloadInfo info;
  info.key_frame = info.spatial_entry = false;
  info.ends_frame = packet.marker;
  bool good = true;
  switch (codec_) {
    case CodecKind::kVp8:
      good = vp8(packet, newest, &info);
      break;
    case CodecKind::kVp9:
      good = vp9(packet, newest, &info);
      break;
    case CodecKind::kH264:
      good = h264(packet, extensions, newest, &info);
      break;
    case CodecKind::kH265:
      good = h265(packet, newest, &info);
      break;
    case CodecKind::kAv1:
      good = av1(packet, &info);
      break;
    default:  // cannot be looked into: every packet is as good as another
      info.key_frame = info.spatial_entry = true;
      break;
  }
  if (!good) return std::nullopt;
  const auto descriptor = packet.extension(extensions.dependency_descriptor);
  if (!descriptor.empty()) read_dependency(descriptor, newest, &info);
  if (newest) newest_timestamp_ = packet.timestamp;
  return info;
}

void PayloadParser::unwrap_picture(PayloadInfo* info, bool newest) {
  const PayloadNumbers& n = info->numbers;
  if (n.picture_id_bits == 0) return;
  if (newest_picture_ < 0) newest_picture_ = n.picture_id;
  info->picture = nearest(newest_picture_, n.picture_id, n.picture_id_bits);
  const int64_t size = int64_t{1} << n.picture_id_bits;
  // An encoder that began anew counts from anywhere: for us it goes on growing.
  if (newest && info->picture < newest_picture_) info->picture += size;
  if (newest) newest_picture_ = info->picture;
}

bool PayloadParser::vp8(const Packet& packet, bool newest, PayloadInfo* info) {
  const auto d = Vp8Descriptor::parse(packet.payload);
  if (!d) return false;
  info->starts_frame = d->starts_frame;
  info->key_frame = info->spatial_entry = d->key_frame;
  info->temporal = d->temporal.value_or(0);
  info->switch_up = d->layer_sync;
  info->discardable = d->non_reference;
  info->numbers = d->numbers;
  unwrap_picture(info, newest);
  return true;
}

// Whether everything the picture refers to is of lower temporal layers: then a receiver that had only those
// can begin with this one.
bool PayloadParser::needs_lower_layers_only(const Vp9Descriptor& d, const PayloadInfo& info) const {
  const auto below = [&](uint8_t back) {
    const int64_t picture = info.picture - back;
    if (picture < 0 || back == 0) return false;
    const uint8_t temporal_plus1 = temporal_of_[static_cast<size_t>(picture % kHistory)];
    return temporal_plus1 != 0 && temporal_plus1 - 1 < info.temporal;
  };
  if (d.flexible) return std::all_of(d.references.begin(), d.references.begin() + d.reference_count, below);
  if (!group_ || group_->size == 0 || info.picture < group_start_) return false;
  const auto& p = group_->pictures[static_cast<size_t>((info.picture - group_start_) % group_->size)];
  return p.reference_count > 0 && p.temporal == info.temporal &&
         std::all_of(p.references.begin(), p.references.begin() + p.reference_count, below);
}

void PayloadParser::remember_picture(const Vp9Descriptor& d, const PayloadInfo& info) {
  temporal_of_[static_cast<size_t>(info.picture % kHistory)] = static_cast<uint8_t>(info.temporal + 1);
  if (std::exchange(up_next_[info.temporal], false)) up_picture_[info.temporal] = info.picture;
  // RFC 9628 section 4.2, U: pictures of higher temporal layers will not depend on earlier ones of theirs.
  if (d.switch_up) std::fill(up_next_.begin() + info.temporal + 1, up_next_.end(), true);
}

bool PayloadParser::vp9(const Packet& packet, bool newest, PayloadInfo* info) {
  // A group of 255 pictures is too large to be parsed into the air for every packet.
  const bool structure = !packet.payload.empty() && (packet.payload[0] & 0x02) != 0;
  if (structure && newest && !group_) group_ = std::make_unique<Vp9PictureGroup>();
  const auto d = Vp9Descriptor::parse(packet.payload, structure && newest ? group_.get() : nullptr);
  if (!d) return false;
  info->starts_frame = d->starts_frame;
  info->ends_frame = d->ends_frame;
  info->spatial = d->spatial;
  info->temporal = d->temporal;
  info->spatial_entry = !d->inter_predicted;
  info->key_frame = !d->inter_predicted && d->starts_frame && d->spatial == 0;
  info->not_for_upper = d->not_for_upper;
  info->without_lower = d->spatial > 0 && !d->inter_layer;
  info->numbers = d->numbers;
  const int64_t before = newest_picture_;
  unwrap_picture(info, newest);
  if (info->picture < 0) return true;
  if (structure && newest) group_start_ = info->picture;
  if (newest && info->picture != before) {
    // Pictures that never came are not what was there a lap ago.
    for (int64_t p = std::max(before + 1, info->picture - kHistory + 1); p <= info->picture; ++p) {
      temporal_of_[static_cast<size_t>(p % kHistory)] = 0;
    }
    remember_picture(*d, *info);
  }
  info->switch_up = !d->inter_predicted || up_picture_[info->temporal] == info->picture ||
                    needs_lower_layers_only(*d, *info);
  return true;
}

bool PayloadParser::h264(const Packet& packet, const Extensions& extensions, bool newest, PayloadInfo* info) {
  const auto nal = read_h264(packet.payload);
  if (!nal) return false;
  info->starts_frame = newest && newest_timestamp_ != packet.timestamp;
  info->key_frame = info->spatial_entry = nal->key_frame;
  info->discardable = nal->discardable;
  if (const auto m = FrameMarking::parse(packet.extension(extensions.frame_marking))) {
    info->temporal = m->temporal;
    info->switch_up = m->base_layer_sync;
    info->discardable = m->discardable;
  }
  return true;
}

bool PayloadParser::h265(const Packet& packet, bool newest, PayloadInfo* info) {
  const auto nal = read_h265(packet.payload);
  if (!nal) return false;
  info->starts_frame = newest && newest_timestamp_ != packet.timestamp;
  info->key_frame = info->spatial_entry = nal->key_frame;
  info->temporal = nal->temporal;
  info->switch_up = nal->switch_up;
  info->discardable = nal->discardable;
  return true;
}

bool PayloadParser::av1(const Packet& packet, PayloadInfo* info) {
  const auto p = Av1Payload::parse(packet.payload);
  if (!p) return false;
  info->starts_frame = !p->continues;
  info->key_frame = info->spatial_entry = p->new_sequence;
  return true;
}

void PayloadParser::read_dependency(std::span<const uint8_t> bytes, bool newest, PayloadInfo* info) {
  const bool brings_structure = bytes.size() > 3 && (bytes[3] & 0x80) != 0;
  std::optional<DependencyDescriptor> d;
  if (brings_structure) {
    auto fresh = std::make_unique<DependencyStructure>();  // with key frames only
    d = DependencyDescriptor::parse(bytes, fresh.get(), false);
    if (!d) return;
    // A late packet does not bring back what has been replaced.
    const bool later = static_cast<int16_t>(d->frame_number - structure_frame_) >= 0;
    if (structure_known_ && !newest && !later) return;
    structure_ = std::move(fresh);
    structure_known_ = true;
    structure_frame_ = d->frame_number;
    active_targets_ = structure_->all_targets();
    active_frame_ = d->frame_number;
  } else {
    if (!structure_known_) return;
    d = DependencyDescriptor::parse(bytes, structure_.get(), true);
    info->unreadable = !d;
    if (!d) return;
  }
  // In force from its frame on until a later one says otherwise, however late it comes.
  if (d->active_targets && static_cast<int16_t>(d->frame_number - active_frame_) >= 0) {
    active_targets_ = *d->active_targets;
    active_frame_ = d->frame_number;
  }
  dependency_ = *d;
  describe(dependency_, info);  // what the info points to must stay
  info->key_frame = d->starts_frame && brings_structure && d->references.count == 0;
}

void PayloadParser::describe(const DependencyDescriptor& d, PayloadInfo* info) const {
  info->starts_frame = d.starts_frame;
  info->ends_frame = d.ends_frame;
  info->spatial = d.spatial;
  info->temporal = d.temporal;
  info->spatial_entry = d.references.count == 0;
  info->discardable = d.targets.discardable == d.targets.present;
  info->not_for_upper = true;
  for (uint8_t i = 0; i < structure_->target_count; ++i) {
    const bool higher = structure_->target_spatial[i] > d.spatial;
    if (higher && (d.targets.present >> i & 1) != 0) info->not_for_upper = false;
  }
  info->dependency = &d;
  info->structure = structure_.get();
  info->active_targets = active_targets_;
}

PayloadInfo PayloadParser::peek(const Packet& packet, const Extensions& extensions,
                                DependencyDescriptor* descriptor) const {
  PayloadInfo info;
  info.ends_frame = packet.marker;
  if (codec_ == CodecKind::kVp8) {
    if (const auto d = Vp8Descriptor::parse(packet.payload)) {
      info.numbers = d->numbers;
      info.temporal = d->temporal.value_or(0);
    }
  } else if (codec_ == CodecKind::kVp9) {
    if (const auto d = Vp9Descriptor::parse(packet.payload)) {
      info.numbers = d->numbers;
      info.spatial = d->spatial;
      info.temporal = d->temporal;
      info.spatial_entry = !d->inter_predicted;
      info.not_for_upper = d->not_for_upper;
      info.ends_frame = d->ends_frame;
    }
  } else if (codec_ == CodecKind::kH265) {
    if (const auto nal = read_h265(packet.payload)) info.temporal = nal->temporal;
  }
  const auto bytes = packet.extension(extensions.dependency_descriptor);
  // A packet with a structure is read with that one, which need not be in force any more.
  const bool brings_structure = bytes.size() > 3 && (bytes[3] & 0x80) != 0;
  if (bytes.empty() || !structure_known_) return info;
  DependencyStructure own;
  const auto d =
      DependencyDescriptor::parse(bytes, brings_structure ? &own : structure_.get(), !brings_structure);
  info.unreadable = !d || (brings_structure && own.target_count != structure_->target_count);
  if (info.unreadable) return info;
  *descriptor = *d;
  describe(*descriptor, &info);
  return info;
}

}  // namespace parley::media::rtp
