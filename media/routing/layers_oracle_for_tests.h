// A receiver of layered video for tests, that knows the truth about every packet
// (layered_sources_for_tests.h) and judges what it was sent: each frame must be decodable, unless something
// that it needs is missing where the sequence numbers have a hole. A hole is the network's doing; what a
// forwarder leaves out on purpose leaves none, and so excuses nothing.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "media/routing/layered_sources_for_tests.h"
#include "media/rtp/codec_kind.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "media/rtp/vp9.h"

namespace parley::media::testing {

class LayersReceiver {
 public:
  LayersReceiver(uint8_t rtx_payload_type, uint8_t descriptor_id)
      : rtx_payload_type_(rtx_payload_type), descriptor_id_(descriptor_id) {}

  void on_packet(const rtp::Packet& packet, TimePoint now) {
    rtp::Packet p = packet;
    if (p.payload_type == rtx_payload_type_) {
      ASSERT_GE(p.payload.size(), 2u);
      p.seq = {load_be16(p.payload.data())};
      p.payload = p.payload.subspan(2);
    }
    const int64_t seq = unwrapper_.unwrap(p.seq);
    missing_.erase(seq);
    if (highest_ && seq > *highest_) {
      for (int64_t lost = *highest_ + 1; lost < seq; ++lost) missing_[lost] = now + Duration(15'000);
    }
    highest_ = std::max(highest_.value_or(seq), seq);
    const auto descriptor = p.extension(descriptor_id_);
    const Got got{
        p.timestamp, p.marker, {descriptor.begin(), descriptor.end()}, {p.payload.begin(), p.payload.end()}};
    const auto [it, fresh] = got_.emplace(seq, got);
    EXPECT_TRUE(fresh || it->second.same_media(got)) << "another packet under number " << seq;
  }

  // What is missing, to be asked for.
  std::vector<SeqNumber> due(TimePoint now) {
    std::vector<SeqNumber> asked;
    for (auto& [seq, at] : missing_) {
      if (at > now) continue;
      at = now + Duration(60'000);
      asked.push_back({static_cast<uint16_t>(seq)});
    }
    return asked;
  }

  struct Outcome {
    int frames = 0, decoded = 0, pictures = 0, keys = 0;
    int holes = 0;      // in the sequence numbers
    int cut_short = 0;  // frames that end early because another encoding begins
    std::set<std::pair<int, int>> layers;
  };
  void judge(CodecKind codec, bool simulcast, Outcome* outcome) {
    codec_ = codec;
    simulcast_ = simulcast;
    collect(outcome);
    for (size_t i = 0; i < frames_.size() && !::testing::Test::HasFatalFailure(); ++i) {
      judge_frame(i, outcome);
    }
    outcome->frames = static_cast<int>(frames_.size());
    outcome->decoded = static_cast<int>(decoded_.size());
  }

  // Everything of the latest second must have been decoded, but for what may still be on its way.
  void judge_end() const {
    if (::testing::Test::HasFatalFailure()) return;
    for (const Frame& f : frames_) {
      const int32_t age = frames_.back().timestamp.distance_from(f.timestamp);
      if (f.cut_short || age > 90'000 || age < 18'000) continue;
      EXPECT_TRUE(decoded_.contains(f.truth.id)) << "frame " << f.truth.id << " of the latest second";
    }
  }

 private:
  struct Got {
    RtpTimestamp timestamp;
    bool marker;
    std::vector<uint8_t> descriptor, payload;
    bool same_media(const Got& other) const { return payload == other.payload && marker == other.marker; }
  };
  struct Frame {
    TrueFrame truth;
    RtpTimestamp timestamp;
    bool hole_before = false;
    bool complete = false;
    bool cut_short = false;
    bool marker = false;  // of its last packet
    uint8_t next_index = 0;
    std::vector<const Got*> packets = {};
  };

  // The truth behind a packet's descriptor.
  TruePacket truth_of(const Got& got) const {
    size_t skip = 2;
    if (codec_ == CodecKind::kVp8) skip = rtp::Vp8Descriptor::parse(got.payload)->size + size_t{1};
    if (codec_ == CodecKind::kVp9) skip = rtp::Vp9Descriptor::parse(got.payload)->size;
    return TruePacket::read(std::span(got.payload).subspan(skip));
  }

  // Packets into frames. Where there is no hole each packet goes on from the one before.
  void collect(Outcome* outcome) {
    std::optional<int64_t> before;
    bool hole = false;
    for (const auto& [seq, got] : got_) {
      if (before && seq != *before + 1) hole = true, ++outcome->holes;
      before = seq;
      if (got.payload.empty()) continue;  // says only that nothing is to be waited for
      const TruePacket truth = truth_of(got);
      const bool goes_on = !frames_.empty() && frames_.back().truth.id == truth.frame.id;
      if (!goes_on) {
        if (!frames_.empty() && !frames_.back().complete && !hole) {
          ASSERT_TRUE(frames_.back().marker || (truth.frame.key && truth.index == 0))
              << "frame " << frames_.back().truth.id << " is cut short, seq " << seq;
          frames_.back().cut_short = true;
          ++outcome->cut_short;
        }
        frames_.push_back({.truth = truth.frame, .timestamp = got.timestamp, .hole_before = hole});
      }
      Frame& f = frames_.back();
      if (!hole) {
        ASSERT_EQ(truth.index, f.next_index) << "frame " << f.truth.id << ", seq " << seq;
      }
      const bool whole = truth.index == f.packets.size();
      f.packets.push_back(&got);
      f.next_index = static_cast<uint8_t>(truth.index + 1);
      f.complete = whole && f.next_index == truth.count;
      f.marker = got.marker;
      hole = false;
    }
  }

  // Whether frame `id`, which frame `i` needs, is missing where there is a hole; or came, and was judged.
  bool excused(uint32_t id, size_t i) const {
    for (size_t k = i; k-- > 0;) {
      const Frame& f = frames_[k];
      if (f.truth.encoding != frames_[i].truth.encoding) return false;
      if (f.truth.id == id) return true;
      if (f.truth.id < id) return frames_[k + 1].hole_before;
    }
    return false;
  }

  void judge_frame(size_t i, Outcome* outcome) {
    const Frame& f = frames_[i];
    const Frame* before = i > 0 ? &frames_[i - 1] : nullptr;
    const bool new_picture = before == nullptr || before->timestamp != f.timestamp;
    if (new_picture) {
      ASSERT_TRUE(before == nullptr || f.timestamp.newer_than(before->timestamp)) << "frame " << f.truth.id;
      const bool cut = f.truth.key || (before != nullptr && !before->complete);
      ASSERT_TRUE(before == nullptr || before->marker || cut || f.hole_before)
          << "no marker before frame " << f.truth.id;
      ++outcome->pictures;
    } else {
      ASSERT_FALSE(simulcast_) << "two frames of one time: " << f.truth.id;
      ASSERT_FALSE(before->marker && before->complete) << "a marker within the picture of " << f.truth.id;
    }
    bool decodable = f.complete;
    for (const uint32_t id : f.truth.needs) {
      if (decoded_.contains(id)) continue;
      decodable = false;
      ASSERT_TRUE(excused(id, i)) << "frame " << f.truth.id << " (s" << int{f.truth.spatial} << " t"
                                  << int{f.truth.temporal} << ") needs " << id;
    }
    judge_numbers(f, new_picture, decodable);
    if (!decodable) return;
    decoded_.insert(f.truth.id);
    outcome->keys += f.truth.key ? 1 : 0;
    outcome->layers.insert({simulcast_ ? f.truth.encoding : f.truth.spatial, f.truth.temporal});
  }

  void judge_numbers(const Frame& f, bool new_picture, bool decodable) {
    if (codec_ == CodecKind::kVp8) {
      judge_vp8(f);
    } else if (codec_ == CodecKind::kVp9) {
      const auto d = rtp::Vp9Descriptor::parse(f.packets[0]->payload);
      ASSERT_TRUE(d);
      const uint16_t id = d->numbers.picture_id;
      if (new_picture && last_picture_) {
        const int ahead = (id - *last_picture_) & 0x7FFF;
        ASSERT_TRUE(ahead > 0 && ahead < 1000) << ahead;
      }
      last_picture_ = id;
    } else if (decodable) {
      for (const Got* got : f.packets) judge_dependency(f.truth, *got);
    }
  }

  void judge_vp8(const Frame& f) {
    const auto d = rtp::Vp8Descriptor::parse(f.packets[0]->payload);
    ASSERT_TRUE(d);
    if (last_picture_ && !f.hole_before) {
      if (d->numbers.picture_id != ((*last_picture_ + 1) & 0x7FFF)) ++gaps_;
      ASSERT_EQ(d->numbers.tl0, static_cast<uint8_t>(last_tl0_ + (f.truth.temporal == 0 ? 1 : 0)));
    }
    // A decoder waits for what it knows to be missing between a picture and those of higher layers it needs.
    for (const uint32_t id : f.truth.needs) {
      if (f.truth.temporal > 0 && f.truth.needs.size() > 1 && gaps_of_.contains(id)) {
        ASSERT_EQ(gaps_of_[id], gaps_) << "frame " << f.truth.id << " waits";
      }
    }
    gaps_of_[f.truth.id] = gaps_;
    last_picture_ = d->numbers.picture_id;
    last_tl0_ = d->numbers.tl0;
  }

  void judge_dependency(const TrueFrame& truth, const Got& got) {
    ASSERT_GE(got.descriptor.size(), 3u) << "frame " << truth.id;
    const bool brings = got.descriptor.size() > 3 && (got.descriptor[3] & 0x80) != 0;
    const auto d = rtp::DependencyDescriptor::parse(got.descriptor, &structure_, structure_known_);
    ASSERT_TRUE(d) << "frame " << truth.id;
    structure_known_ = structure_known_ || brings;
    if (brings) active_ = structure_.all_targets();
    active_ = d->active_targets.value_or(active_);
    ASSERT_EQ(d->spatial, truth.spatial);
    ASSERT_NE(d->targets.present & active_, 0u) << "frame " << truth.id << " is of no active target";
    frame_of_number_[d->frame_number] = truth.id;
    std::set<uint32_t> told;
    for (size_t i = 0; i < d->references.count; ++i) {
      told.insert(frame_of_number_[static_cast<uint16_t>(d->frame_number - d->references.back[i])]);
    }
    ASSERT_EQ(told, std::set<uint32_t>(truth.needs.begin(), truth.needs.end()));
  }

  const uint8_t rtx_payload_type_, descriptor_id_;
  CodecKind codec_ = CodecKind::kOther;
  bool simulcast_ = false;
  SeqUnwrapper unwrapper_;
  std::optional<int64_t> highest_;
  std::map<int64_t, TimePoint> missing_;
  std::map<int64_t, Got> got_;
  std::vector<Frame> frames_;
  std::set<uint32_t> decoded_;
  std::optional<uint16_t> last_picture_;
  uint8_t last_tl0_ = 0;
  int gaps_ = 0;                     // in VP8's picture ids, without a hole
  std::map<uint32_t, int> gaps_of_;  // when a frame came
  rtp::DependencyStructure structure_;
  bool structure_known_ = false;
  uint32_t active_ = 0;
  std::map<uint16_t, uint32_t> frame_of_number_;  // of the dependency descriptor
};

}  // namespace parley::media::testing
