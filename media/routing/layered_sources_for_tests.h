// Publishers of layered video for tests: simulcast of VP8, SVC of VP9 and of AV1, with payload descriptors
// and dependency descriptors as encoders write them. Behind its descriptor every packet says the truth about
// itself, for a checker that knows nothing of descriptors.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/core/time.h"
#include "media/core/types.h"
#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/packet.h"

namespace parley::media::testing {

// One layer's frame: a number of its own, and the numbers of the frames it needs.
struct TrueFrame {
  uint32_t id = 0;
  uint8_t encoding = 0;
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  bool key = false;
  std::vector<uint32_t> needs;
};

struct TruePacket {
  TrueFrame frame;
  uint8_t index = 0;
  uint8_t count = 0;

  void append_to(std::vector<uint8_t>* out) const {
    std::array<uint8_t, 64> bytes;
    ByteWriter w(bytes);
    w.u32(frame.id);
    for (const uint8_t b : {frame.encoding, frame.spatial, frame.temporal, uint8_t{frame.key}, index, count})
      w.u8(b);
    w.u8(static_cast<uint8_t>(frame.needs.size()));
    for (const uint32_t id : frame.needs) w.u32(id);
    out->insert(out->end(), w.written().begin(), w.written().end());
  }
  static TruePacket read(std::span<const uint8_t> bytes) {
    ByteReader r(bytes);
    TruePacket p;
    p.frame.id = r.u32();
    p.frame.encoding = r.u8();
    p.frame.spatial = r.u8();
    p.frame.temporal = r.u8();
    p.frame.key = r.u8() != 0;
    p.index = r.u8();
    p.count = r.u8();
    p.frame.needs.resize(r.u8());
    for (uint32_t& id : p.frame.needs) id = r.u32();
    return p;
  }
};

// A packet on its way to the track.
struct MadePacket {
  rtp::HeaderFields header;
  std::vector<uint8_t> descriptor;  // the dependency descriptor
  std::vector<uint8_t> payload;
};

// Temporal layers in the pattern 0 2 1 2: a picture of layer 1 needs the base before it, one of layer 2 the
// newest of the layers below.
inline constexpr std::array<uint8_t, 4> kTemporalPattern = {0, 2, 1, 2};

// One stream: an encoding of VP8 simulcast.
class Vp8Source {
 public:
  Vp8Source(uint8_t encoding, Ssrc ssrc, Random& random)
      : encoding_(encoding),
        ssrc_(ssrc),
        seq_{static_cast<uint16_t>(random.next_u32())},
        timestamp_base_(random.next_u32()),
        picture_id_(static_cast<uint16_t>(random.next_u32() & 0x7FFF)),
        tl0_(static_cast<uint8_t>(random.next_u32())) {}

  Ssrc ssrc() const { return ssrc_; }
  void ask_for_key_frame() { key_wanted_ = true; }
  RtpTimestamp timestamp_at(TimePoint now) const {
    return {timestamp_base_ + static_cast<uint32_t>(to_us(now) * 9 / 100)};
  }

  std::vector<MadePacket> picture(TimePoint now, uint32_t* next_id) {
    TrueFrame f;
    f.id = (*next_id)++;
    f.encoding = encoding_;
    f.key = std::exchange(key_wanted_, false);
    if (f.key) position_ = 0;
    f.temporal = kTemporalPattern[position_ % 4];
    // The first pictures after a key frame need the base only: layer sync.
    const bool sync = f.temporal > 0 && position_ < 3;
    if (!f.key) f.needs.push_back(latest_[0]);
    if (f.temporal == 2 && !sync) f.needs.push_back(latest_[1]);
    if (f.temporal == 1 && !sync) f.needs.push_back(latest_[1]);
    ++position_;
    if (position_ == 12) position_ = 0;  // sync again each 12 pictures
    latest_[f.temporal] = f.id;
    if (f.key) latest_.fill(f.id);
    if (f.temporal == 0) ++tl0_;
    picture_id_ = (picture_id_ + 1) & 0x7FFF;
    return packets(f, sync, now);
  }

 private:
  std::vector<MadePacket> packets(const TrueFrame& f, bool sync, TimePoint now) {
    std::vector<MadePacket> made;
    const auto count = static_cast<uint8_t>((encoding_ + 1) * (f.key ? 3 : 1));
    for (uint8_t i = 0; i < count; ++i) {
      MadePacket p;
      p.header = {96, i + 1 == count, seq_, timestamp_at(now), ssrc_};
      ++seq_;
      p.payload = {static_cast<uint8_t>(0x80 | (i == 0 ? 0x10 : 0)),
                   0xE0,
                   static_cast<uint8_t>(0x80 | picture_id_ >> 8),
                   static_cast<uint8_t>(picture_id_),
                   tl0_,
                   static_cast<uint8_t>(f.temporal << 6 | (sync ? 0x20 : 0)),
                   static_cast<uint8_t>(f.key ? 0 : 1)};
      TruePacket{f, i, count}.append_to(&p.payload);
      made.push_back(std::move(p));
    }
    return made;
  }

  uint8_t encoding_;
  Ssrc ssrc_;
  SeqNumber seq_;
  uint32_t timestamp_base_;
  uint16_t picture_id_;
  uint8_t tl0_;
  uint32_t position_ = 0;
  bool key_wanted_ = true;
  std::array<uint32_t, 3> latest_{};
};

// Spatial layers (three, or fewer) with three temporal layers each in one stream. `key_only`: spatial layers
// need each other in key pictures only (L3T3_KEY).
class SvcSource {
 public:
  enum class Codec : uint8_t { kVp9, kAv1 };

  SvcSource(Codec codec, uint8_t spatial_layers, bool key_only, Ssrc ssrc, Random& random)
      : codec_(codec),
        layers_(spatial_layers),
        live_layers_(spatial_layers),
        key_only_(key_only),
        ssrc_(ssrc),
        seq_{static_cast<uint16_t>(random.next_u32())},
        timestamp_base_(random.next_u32()),
        picture_id_(static_cast<uint16_t>(random.next_u32() & 0x7FFF)),
        frame_number_(static_cast<uint16_t>(random.next_u32())) {
    describe();
  }

  Ssrc ssrc() const { return ssrc_; }
  void ask_for_key_frame() { key_wanted_ = true; }
  // An encoder without bandwidth stops its upper layers; AV1 says so. They come back with a key frame.
  void set_live_layers(uint8_t layers) {
    if (layers > live_layers_) key_wanted_ = true;
    live_layers_ = layers;
    tell_active_ = true;
  }
  RtpTimestamp timestamp_at(TimePoint now) const {
    return {timestamp_base_ + static_cast<uint32_t>(to_us(now) * 9 / 100)};
  }

  std::vector<MadePacket> picture(TimePoint now, uint32_t* next_id) {
    const bool key = std::exchange(key_wanted_, false);
    if (key) {
      position_ = 0;
      // A new structure has template ids of its own.
      structure_.template_offset =
          static_cast<uint8_t>((structure_.template_offset + structure_.template_count) % rtp::kMaxTemplates);
    }
    const uint8_t temporal = kTemporalPattern[position_ % 4];
    const bool second_half = position_ % 4 == 3;
    ++position_;
    picture_id_ = (picture_id_ + 1) & 0x7FFF;
    std::vector<MadePacket> made;
    // The picture that this one is predicted from.
    const Picture from = temporal == 2 && second_half ? latest_[1] : latest_[0];
    Picture now_latest{{}, picture_id_, frame_number_};
    for (uint8_t s = 0; s < live_layers_; ++s) {
      TrueFrame f;
      f.id = (*next_id)++;
      f.key = key && s == 0;
      f.spatial = s;
      f.temporal = temporal;
      if (!key) f.needs.push_back(from.frames[s]);
      if (s > 0 && (key || !key_only_)) f.needs.push_back(f.id - 1);
      append_packets(f, key, from, now, &made);
      now_latest.frames[s] = f.id;
      chain_[s] = temporal == 0 ? frame_number_ : chain_[s];
      if (temporal == 0 && (key || !key_only_)) {
        for (uint8_t above = s; above < layers_; ++above) chain_[above] = frame_number_;
      }
      ++frame_number_;
    }
    if (temporal < 2) latest_[temporal] = now_latest;
    if (key) latest_[1] = now_latest;
    return made;
  }

 private:
  struct Picture {
    std::array<uint32_t, 3> frames{};
    uint16_t picture_id = 0;
    uint16_t frame_number = 0;  // of its lowest layer
  };

  // Of a frame of layers {s, t} to the target {ts, tt}.
  void indicate(rtp::FrameTemplate* t, bool key, uint8_t target) const {
    const uint8_t ts = target / 3, tt = target % 3;
    const bool own_only = key_only_ && !key;
    if (t->temporal > tt || (own_only ? ts != t->spatial : ts < t->spatial)) return;
    t->targets.present |= 1u << target;
    if (!key && t->temporal > 0 && t->temporal == tt && ts == t->spatial) {
      t->targets.discardable |= 1u << target;
    } else if (key || ts == t->spatial) {
      t->targets.switch_up |= 1u << target;
    }
  }

  // Templates: for each spatial layer its key frame, and one for each place in the temporal pattern.
  void describe() {
    structure_.template_offset = 9;
    structure_.target_count = static_cast<uint8_t>(3 * layers_);
    structure_.chain_count = layers_;
    for (uint8_t i = 0; i < structure_.target_count; ++i) structure_.protected_by[i] = i / 3;
    for (uint8_t s = 0; s < layers_; ++s) {
      for (const auto& [temporal, kind] :
           {std::pair<uint8_t, uint8_t>{0, 0}, {0, 1}, {1, 2}, {2, 3}, {2, 4}}) {
        rtp::FrameTemplate& t = structure_.templates[structure_.template_count++];
        t.spatial = s;
        t.temporal = temporal;
        for (uint8_t target = 0; target < structure_.target_count; ++target) indicate(&t, kind == 0, target);
        const auto back = [&](int pictures) { return static_cast<uint16_t>(pictures * layers_); };
        const uint16_t from[] = {0, back(4), back(2), back(1), back(1)};
        if (kind > 0) t.references.back[t.references.count++] = from[kind];
        if (s > 0 && (kind == 0 || !key_only_)) t.references.back[t.references.count++] = 1;
      }
    }
  }

  void append_packets(const TrueFrame& f, bool key, const Picture& from, TimePoint now,
                      std::vector<MadePacket>* made) {
    const auto count = static_cast<uint8_t>((f.spatial + 1) * (key ? 2 : 1));
    for (uint8_t i = 0; i < count; ++i) {
      MadePacket p;
      const bool first = i == 0, last = i + 1 == count;
      p.header = {96, last && f.spatial + 1 == live_layers_, seq_, timestamp_at(now), ssrc_};
      ++seq_;
      if (codec_ == Codec::kVp9) {
        append_vp9(f, key, from, first, last, &p.payload);
      } else {
        append_av1(f, key, from, first, last, &p);
      }
      TruePacket{f, i, count}.append_to(&p.payload);
      made->push_back(std::move(p));
    }
  }

  void append_vp9(const TrueFrame& f, bool key, const Picture& from, bool first, bool last,
                  std::vector<uint8_t>* out) const {
    const bool inter_layer = f.spatial > 0 && (key || !key_only_);
    const bool not_for_upper = f.spatial + 1 == layers_ || (key_only_ && !key);
    // I P L F B E V Z
    out->push_back(static_cast<uint8_t>(0x80 | (key ? 0 : 0x40) | 0x20 | 0x10 | (first ? 8 : 0) |
                                        (last ? 4 : 0) | (not_for_upper ? 1 : 0)));
    out->push_back(static_cast<uint8_t>(0x80 | picture_id_ >> 8));
    out->push_back(static_cast<uint8_t>(picture_id_));
    out->push_back(static_cast<uint8_t>(f.temporal << 5 | f.spatial << 1 | (inter_layer ? 1 : 0)));
    if (!key) out->push_back(static_cast<uint8_t>(((picture_id_ - from.picture_id) & 0x7F) << 1));
  }

  void append_av1(const TrueFrame& f, bool key, const Picture& from, bool first, bool last, MadePacket* p) {
    rtp::DependencyDescriptor d;
    d.starts_frame = first;
    d.ends_frame = last;
    const uint8_t kind = key ? 0 : std::array<uint8_t, 4>{1, 3, 2, 4}[(position_ - 1) % 4];
    const uint8_t index = static_cast<uint8_t>(f.spatial * 5 + kind);
    d.template_id = static_cast<uint8_t>((index + structure_.template_offset) % rtp::kMaxTemplates);
    d.frame_number = frame_number_;
    const rtp::FrameTemplate& t = structure_.templates[index];
    d.targets = t.targets;
    d.references = t.references;
    for (uint8_t c = 0; c < layers_; ++c) {
      d.chains[c] =
          key && c >= f.spatial && f.spatial == 0 ? 0 : static_cast<uint8_t>(frame_number_ - chain_[c]);
    }
    if (!key) d.references.back[0] = static_cast<uint16_t>(frame_number_ - (from.frame_number + f.spatial));
    const bool brings_structure = key && f.spatial == 0 && first;
    // A structure makes all targets active, unless it is said otherwise at once.
    if (std::exchange(tell_active_, false) || (brings_structure && live_layers_ < layers_)) {
      d.active_targets = (1u << (3 * live_layers_)) - 1;
    }
    std::array<uint8_t, 255> bytes;
    const auto written = rtp::write_dependency_descriptor(d, structure_, brings_structure, bytes);
    p->descriptor.assign(written.begin(), written.end());
    // One OBU element; N in the first packet of a sequence.
    p->payload.push_back(
        static_cast<uint8_t>(0x10 | (first ? 0 : 0x80) | (last ? 0 : 0x40) | (brings_structure ? 0x08 : 0)));
    p->payload.push_back(0x30);
  }

  Codec codec_;
  uint8_t layers_;
  uint8_t live_layers_;
  bool key_only_;
  bool tell_active_ = false;
  Ssrc ssrc_;
  SeqNumber seq_;
  uint32_t timestamp_base_;
  uint16_t picture_id_;
  uint16_t frame_number_;
  uint32_t position_ = 0;
  bool key_wanted_ = true;
  std::array<Picture, 2> latest_{};
  std::array<uint16_t, 3> chain_{};  // the latest frame of each
  rtp::DependencyStructure structure_;
};

}  // namespace parley::media::testing
