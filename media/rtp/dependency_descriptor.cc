// See dependency_descriptor.h. Function names are those of the syntax in appendix A.8.
#include "media/rtp/dependency_descriptor.h"

#include <algorithm>

#include "media/core/bits.h"
#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {

constexpr unsigned kMandatoryBits = 24;
constexpr uint8_t kMaxSpatialId = 3, kMaxTemporalId = 7;

// The two bits of a decode target indication.
constexpr uint32_t kNotPresent = 0, kDiscardable = 1, kSwitch = 2;

DecodeTargetIndications read_dtis(BitReader& r, uint8_t count) {
  DecodeTargetIndications t;
  for (uint32_t bit = 1, i = 0; i < count; ++i, bit <<= 1) {
    const uint32_t indication = r.bits(2);
    if (indication != kNotPresent) t.present |= bit;
    if (indication == kDiscardable) t.discardable |= bit;
    if (indication == kSwitch) t.switch_up |= bit;
  }
  return t;
}

void write_dtis(BitWriter& w, const DecodeTargetIndications& t, uint8_t count) {
  for (uint32_t bit = 1, i = 0; i < count; ++i, bit <<= 1) {
    if ((t.present & bit) == 0) {
      w.bits(kNotPresent, 2);
    } else if ((t.discardable & bit) != 0) {
      w.bits(kDiscardable, 2);
    } else {
      w.bits((t.switch_up & bit) != 0 ? kSwitch : 3 /* required */, 2);
    }
  }
}

bool template_layers(BitReader& r, DependencyStructure* s) {
  uint8_t spatial = 0, temporal = 0;
  s->template_count = 0;
  for (;;) {
    if (s->template_count == kMaxTemplates || spatial > kMaxSpatialId || temporal > kMaxTemporalId)
      return false;
    FrameTemplate& t = s->templates[s->template_count++];
    t = FrameTemplate{};
    t.spatial = spatial;
    t.temporal = temporal;
    const uint32_t next_layer = r.bits(2);
    if (!r.ok()) return false;
    if (next_layer == 3) return true;
    if (next_layer == 1) ++temporal;
    if (next_layer == 2) ++spatial, temporal = 0;
  }
}

bool template_fdiffs(BitReader& r, FrameReferences* f) {
  while (r.flag()) {
    if (f->count == kMaxFrameReferences) return false;
    f->back[f->count++] = static_cast<uint16_t>(r.bits(4) + 1);
  }
  return r.ok();
}

bool frame_fdiffs(BitReader& r, FrameReferences* f) {
  *f = FrameReferences{};
  for (unsigned size = r.bits(2); size != 0; size = r.bits(2)) {
    if (f->count == kMaxFrameReferences) return false;
    f->back[f->count++] = static_cast<uint16_t>(r.bits(4 * size) + 1);
  }
  return r.ok();
}

void template_chains(BitReader& r, DependencyStructure* s) {
  s->chain_count = static_cast<uint8_t>(r.non_symmetric(s->target_count + 1u));
  if (s->chain_count == 0) return;
  for (size_t i = 0; i < s->target_count; ++i) {
    s->protected_by[i] = static_cast<uint8_t>(r.non_symmetric(s->chain_count));
  }
  for (size_t t = 0; t < s->template_count; ++t) {
    for (size_t c = 0; c < s->chain_count; ++c) {
      s->templates[t].chains[c] = static_cast<uint8_t>(r.bits(4));
    }
  }
}

void decode_target_layers(DependencyStructure* s) {
  for (size_t i = 0; i < s->target_count; ++i) {
    s->target_spatial[i] = s->target_temporal[i] = 0;
    for (size_t t = 0; t < s->template_count; ++t) {
      const FrameTemplate& one = s->templates[t];
      if ((one.targets.present >> i & 1) == 0) continue;
      s->target_spatial[i] = std::max(s->target_spatial[i], one.spatial);
      s->target_temporal[i] = std::max(s->target_temporal[i], one.temporal);
    }
  }
}

bool template_dependency_structure(BitReader& r, DependencyStructure* s) {
  *s = DependencyStructure{};
  s->template_offset = static_cast<uint8_t>(r.bits(6));
  s->target_count = static_cast<uint8_t>(r.bits(5) + 1);
  if (!template_layers(r, s)) return false;
  for (size_t t = 0; t < s->template_count; ++t) s->templates[t].targets = read_dtis(r, s->target_count);
  for (size_t t = 0; t < s->template_count; ++t) {
    if (!template_fdiffs(r, &s->templates[t].references)) return false;
  }
  template_chains(r, s);
  decode_target_layers(s);
  if (r.flag()) {
    s->resolution_count = static_cast<uint8_t>(s->templates[s->template_count - 1u].spatial + 1);
    for (size_t i = 0; i < s->resolution_count; ++i) {
      s->resolutions[i].width = r.bits(16) + 1;
      s->resolutions[i].height = r.bits(16) + 1;
    }
  }
  return r.ok();
}

void write_structure(BitWriter& w, const DependencyStructure& s) {
  w.bits(s.template_offset, 6);
  w.bits(s.target_count - 1u, 5);
  for (size_t t = 0; t < s.template_count; ++t) {
    if (t + 1u == s.template_count) {
      w.bits(3, 2);
    } else if (s.templates[t + 1].spatial != s.templates[t].spatial) {
      w.bits(2, 2);
    } else {
      w.bits(s.templates[t + 1].temporal != s.templates[t].temporal ? 1 : 0, 2);
    }
  }
  for (size_t t = 0; t < s.template_count; ++t) write_dtis(w, s.templates[t].targets, s.target_count);
  for (size_t t = 0; t < s.template_count; ++t) {
    const FrameReferences& f = s.templates[t].references;
    for (size_t i = 0; i < f.count; ++i) {
      w.flag(true);
      w.bits(f.back[i] - 1u, 4);
    }
    w.flag(false);
  }
  w.non_symmetric(s.chain_count, s.target_count + 1u);
  if (s.chain_count > 0) {
    for (size_t i = 0; i < s.target_count; ++i) w.non_symmetric(s.protected_by[i], s.chain_count);
    for (size_t t = 0; t < s.template_count; ++t) {
      for (size_t c = 0; c < s.chain_count; ++c) w.bits(s.templates[t].chains[c], 4);
    }
  }
  w.flag(s.resolution_count > 0);
  for (size_t i = 0; i < s.resolution_count; ++i) {
    w.bits(s.resolutions[i].width - 1, 16);
    w.bits(s.resolutions[i].height - 1, 16);
  }
}

void write_frame_fdiffs(BitWriter& w, const FrameReferences& f) {
  for (size_t i = 0; i < f.count; ++i) {
    const uint32_t value = f.back[i] - 1u;
    const unsigned size = value < 16 ? 1 : (value < 256 ? 2 : 3);
    w.bits(size, 2);
    w.bits(value, 4 * size);
  }
  w.bits(0, 2);
}

}  // namespace

uint8_t DependencyStructure::target_within(uint8_t spatial, uint8_t temporal, uint32_t active) const {
  std::optional<uint8_t> best, lowest;
  const auto rank = [&](uint8_t i) { return target_spatial[i] * 8 + target_temporal[i]; };
  for (uint8_t i = 0; i < target_count; ++i) {
    if ((active >> i & 1) == 0) continue;
    if (!lowest || rank(i) < rank(*lowest)) lowest = i;
    if (target_spatial[i] > spatial || target_temporal[i] > temporal) continue;
    if (!best || rank(i) > rank(*best)) best = i;
  }
  return best ? *best : lowest.value_or(0);
}

bool DependencyStructure::contains(uint8_t whole, uint8_t part) const {
  return std::all_of(templates.begin(), templates.begin() + template_count, [&](const FrameTemplate& t) {
    return (t.targets.present >> part & 1) == 0 || (t.targets.present >> whole & 1) != 0;
  });
}

std::optional<DependencyDescriptor> DependencyDescriptor::parse(std::span<const uint8_t> bytes,
                                                                DependencyStructure* structure,
                                                                bool structure_known) {
  BitReader r(bytes);
  DependencyDescriptor d;
  d.starts_frame = r.flag();
  d.ends_frame = r.flag();
  d.template_id = static_cast<uint8_t>(r.bits(6));
  d.frame_number = static_cast<uint16_t>(r.bits(16));
  bool custom_dtis = false, custom_fdiffs = false, custom_chains = false;
  d.active_at = kMandatoryBits;
  if (bytes.size() > 3) {
    d.flags_at = kMandatoryBits;
    d.has_structure = r.flag();
    const bool has_active = r.flag();
    custom_dtis = r.flag();
    custom_fdiffs = r.flag();
    custom_chains = r.flag();
    if (d.has_structure && !template_dependency_structure(r, structure)) return std::nullopt;
    d.active_at = static_cast<uint16_t>(r.position());
    if (has_active) {
      if (!d.has_structure && !structure_known) return std::nullopt;
      d.active_targets = r.bits(structure->target_count);
    }
  }
  if (!r.ok() || (!d.has_structure && !structure_known)) return std::nullopt;
  const size_t index = (d.template_id + kMaxTemplates - structure->template_offset) % kMaxTemplates;
  if (index >= structure->template_count) return std::nullopt;
  const FrameTemplate& t = structure->templates[index];
  d.spatial = t.spatial;
  d.temporal = t.temporal;
  d.targets = custom_dtis ? read_dtis(r, structure->target_count) : t.targets;
  d.references = t.references;
  if (custom_fdiffs && !frame_fdiffs(r, &d.references)) return std::nullopt;
  d.chains = t.chains;
  for (size_t c = 0; custom_chains && c < structure->chain_count; ++c) {
    d.chains[c] = static_cast<uint8_t>(r.bits(8));
  }
  if (!r.ok()) return std::nullopt;
  d.bits = static_cast<uint16_t>(r.position());
  return d;
}

std::span<const uint8_t> DependencyDescriptor::rewrite(std::span<const uint8_t> bytes,
                                                       uint16_t new_frame_number,
                                                       std::optional<uint32_t> new_active_targets,
                                                       uint8_t target_count, std::span<uint8_t> out) const {
  if (!new_active_targets) {
    if (out.size() < bytes.size()) return {};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    store_be16(&out[1], new_frame_number);
    return out.first(bytes.size());
  }
  BitReader r(bytes);
  BitWriter w(out);
  w.bits(r.bits(8), 8);
  r.skip(16);
  w.bits(new_frame_number, 16);
  const uint32_t flags = flags_at != 0 ? r.bits(5) : 0;
  w.bits(flags | 0x08, 5);  // active_decode_targets_present_flag
  while (r.ok() && r.position() < active_at) w.bits(r.bits(1), 1);
  w.bits(*new_active_targets, target_count);
  if (active_targets) r.skip(target_count);
  while (r.ok() && r.position() < bits) w.bits(r.bits(1), 1);
  return w.ok() && r.ok() ? std::span<const uint8_t>(out.first(w.bytes())) : std::span<const uint8_t>();
}

std::span<const uint8_t> write_dependency_descriptor(const DependencyDescriptor& frame,
                                                     const DependencyStructure& structure,
                                                     bool with_structure, std::span<uint8_t> out) {
  const size_t index = (frame.template_id + kMaxTemplates - structure.template_offset) % kMaxTemplates;
  if (index >= structure.template_count) return {};
  const FrameTemplate& t = structure.templates[index];
  const bool custom_dtis = frame.targets != t.targets;
  const bool custom_fdiffs = frame.references != t.references;
  const bool custom_chains =
      !std::equal(frame.chains.begin(), frame.chains.begin() + structure.chain_count, t.chains.begin());
  BitWriter w(out);
  w.flag(frame.starts_frame);
  w.flag(frame.ends_frame);
  w.bits(frame.template_id, 6);
  w.bits(frame.frame_number, 16);
  if (with_structure || frame.active_targets || custom_dtis || custom_fdiffs || custom_chains) {
    w.flag(with_structure);
    w.flag(frame.active_targets.has_value());
    w.flag(custom_dtis);
    w.flag(custom_fdiffs);
    w.flag(custom_chains);
    if (with_structure) write_structure(w, structure);
    if (frame.active_targets) w.bits(*frame.active_targets, structure.target_count);
    if (custom_dtis) write_dtis(w, frame.targets, structure.target_count);
    if (custom_fdiffs) write_frame_fdiffs(w, frame.references);
    for (size_t c = 0; custom_chains && c < structure.chain_count; ++c) w.bits(frame.chains[c], 8);
  }
  return w.ok() ? std::span<const uint8_t>(out.first(w.bytes())) : std::span<const uint8_t>();
}

}  // namespace parley::media::rtp
