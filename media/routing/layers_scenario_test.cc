// Layers switched at random under loss, reordering and delay on both ways: whatever a subscriber is sent can
// be decoded, and its numbers go on as if there had never been anything else.
#include <gtest/gtest.h>

#include <map>

#include "media/routing/layered_sources_for_tests.h"
#include "media/routing/layers_oracle_for_tests.h"
#include "media/routing/routing_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::LayersReceiver;
using testing::MadePacket;
using testing::RoutingBench;
using testing::SvcSource;
using testing::Vp8Source;

constexpr uint8_t kDescriptorId = 5, kRidId = 10, kRepairedRidId = 11;

struct Conditions {
  uint64_t seed;
  uint32_t loss_permille;
  uint32_t jitter_ms;
};

class LayersScenario : public ::testing::TestWithParam<Conditions> {
 protected:
  LayersScenario() : random_(GetParam().seed) {
    config_.id = 1;
    config_.kind = TrackKind::kVideo;
    config_.payload_type = 96;
    config_.rtx_payload_type = 97;
    config_.nack = true;
    config_.extensions.two_byte = true;
    sub_config_.id = 2;
    sub_config_.track = 1;
    sub_config_.payload_type = 100;
    sub_config_.rtx_payload_type = 101;
    sub_config_.ssrc = {7};
    sub_config_.rtx_ssrc = {8};
    sub_config_.extensions.two_byte = true;
  }

  // `pictures` makes what is sent at a time; `key_frame_wanted` hears requests.
  template <typename Pictures, typename KeyFrame, typename Report>
  void run(bool pauses, Pictures&& pictures, KeyFrame&& key_frame_wanted, Report&& report) {
    track_ = std::make_unique<Track>(config_, bench_.egress(1), bench_.pool, Ssrc{1});
    subscription_ = std::make_unique<Subscription>(sub_config_, bench_.egress(2), 1000, 2000);
    track_->add(*subscription_, bench_.now, bench_.slab);
    const TimePoint end = bench_.now + 20s;
    TimePoint next_picture = bench_.now, next_change = bench_.now + 700ms, next_report = bench_.now;
    for (; bench_.now < end; bench_.now += 1ms) {
      const TimePoint now = bench_.now;
      if (lossy_ && now >= end - 2s) subscription_->set_target(LayerTarget{}, now, bench_.slab);
      lossy_ = now < end - 2s;
      if (now >= next_report) next_report += 500ms, report(*track_, now);
      if (now >= next_picture) {
        next_picture += 33ms;
        for (MadePacket& p : pictures(now)) publish(std::move(p));
      }
      if (now >= next_change && lossy_) {
        change(pauses);
        next_change = now + Duration(100'000 + random_.below(900'000));
      }
      deliver();
      if (track_->next_deadline() <= now) track_->on_deadline(now, bench_.slab);
      from_track(key_frame_wanted);
      from_subscription();
    }
  }

  void change(bool pauses) {
    const LayerTarget layers{static_cast<uint8_t>(random_.below(3)), static_cast<uint8_t>(random_.below(3))};
    const uint32_t what = random_.below(10);
    if (what == 0 && pauses) {
      subscription_->set_target(std::nullopt, bench_.now, bench_.slab);
    } else if (what < 3) {
      subscription_->set_preferred_layers(random_.below(2) == 0 ? layers : LayerTarget{}, bench_.now,
                                          bench_.slab);
    } else {
      subscription_->set_target(layers, bench_.now, bench_.slab);
    }
  }

  bool lost() { return lossy_ && random_.below(1000) < GetParam().loss_permille; }
  TimePoint arrival() { return bench_.now + 5ms + Duration(random_.below(GetParam().jitter_ms * 1000 + 1)); }

  void publish(MadePacket p) {
    sent_[{p.header.ssrc.value, p.header.seq.value}] = p;
    if (!lost()) to_track_.emplace(arrival(), std::move(p));
  }
  void deliver() {
    while (!to_track_.empty() && to_track_.begin()->first <= bench_.now) {
      const MadePacket p = std::move(to_track_.extract(to_track_.begin()).mapped());
      RoutingBench::Extensions extensions;
      if (!p.descriptor.empty()) extensions.push_back({kDescriptorId, p.descriptor});
      const bool rtx = p.header.payload_type == 97;
      const uint32_t encoding = (rtx ? p.header.ssrc.value - 500 : p.header.ssrc.value) - 100;
      if (!config_.encodings.empty()) {
        const std::string& rid = config_.encodings[encoding].rid;
        extensions.push_back({rtx ? kRepairedRidId : kRidId, {rid.begin(), rid.end()}});
      }
      bench_.feed(*track_, p.header, p.payload, extensions);
    }
    while (!to_receiver_.empty() && to_receiver_.begin()->first <= bench_.now) {
      const auto bytes = std::move(to_receiver_.extract(to_receiver_.begin()).mapped());
      const auto packet = rtp::Packet::parse(bytes);
      ASSERT_TRUE(packet);
      receiver_.on_packet(*packet, bench_.now);
    }
    for (const SeqNumber seq : receiver_.due(bench_.now)) {
      if (!lost()) subscription_->on_nack(seq, bench_.now, bench_.slab);
    }
  }

  template <typename KeyFrame>
  void from_track(KeyFrame&& key_frame_wanted) {
    flush();
    for (const auto& sent : to_publisher_) {
      rtcp::Reader reader(sent);
      while (const auto h = reader.next()) {
        const auto target = rtcp::read_feedback_target(*h);
        if (!target || lost()) continue;
        if (h->type == rtcp::kPayloadFeedback && h->count == rtcp::kPli) key_frame_wanted(target->media);
        if (h->type != rtcp::kTransportFeedback || h->count != rtcp::kNack) continue;
        rtcp::for_each_nack(*h, [&](SeqNumber seq) { resend(target->media, seq); });
      }
    }
    to_publisher_.clear();
  }
  void resend(Ssrc media, SeqNumber seq) {
    const auto it = sent_.find({media.value, seq.value});
    if (it == sent_.end()) return;
    MadePacket p = it->second;
    std::vector<uint8_t> payload(2);
    store_be16(payload.data(), seq.value);
    payload.insert(payload.end(), p.payload.begin(), p.payload.end());
    p.payload = std::move(payload);
    p.header.payload_type = 97;
    p.header.ssrc = {media.value + 500};
    p.header.seq = {rtx_seq_[media.value]++};
    if (!lost()) to_track_.emplace(arrival(), std::move(p));
  }
  // sent_to() empties the slab: both ways are read at once.
  void flush() {
    auto to_publisher = bench_.sent_to(1);
    for (auto& sent : to_publisher) to_publisher_.push_back(std::move(sent.bytes));
    for (auto& sent : bench_.sent_to(2)) {
      if (!sent.is_rtcp && !lost()) to_receiver_.emplace(arrival(), std::move(sent.bytes));
    }
  }
  void from_subscription() { flush(); }

  LayersReceiver::Outcome judge(CodecKind codec, bool simulcast) {
    SCOPED_TRACE("seed " + std::to_string(GetParam().seed));
    LayersReceiver::Outcome o;
    receiver_.judge(codec, simulcast, &o);
    std::printf(
        "seed %llu: %d pictures, %d of %d frames decoded, %d key frames, %zu layers, %d holes, %d cut "
        "short\n",
        static_cast<unsigned long long>(GetParam().seed), o.pictures, o.decoded, o.frames, o.keys,
        o.layers.size(), o.holes, o.cut_short);
    receiver_.judge_end();
    EXPECT_GT(o.pictures, 150);
    if (GetParam().loss_permille == 0 && GetParam().jitter_ms == 0) {
      EXPECT_EQ(o.holes, 0) << "nothing was lost";
      EXPECT_EQ(o.decoded + o.cut_short, o.frames);
    }
    return o;
  }

  SeededRandom random_;
  RoutingBench bench_;
  TrackConfig config_;
  SubscriptionConfig sub_config_;
  std::unique_ptr<Track> track_;
  std::unique_ptr<Subscription> subscription_;
  LayersReceiver receiver_{101, kDescriptorId};
  bool lossy_ = true;
  std::multimap<TimePoint, MadePacket> to_track_;
  std::multimap<TimePoint, std::vector<uint8_t>> to_receiver_;
  std::vector<std::vector<uint8_t>> to_publisher_;
  std::map<std::pair<uint32_t, uint16_t>, MadePacket> sent_;
  std::map<uint32_t, uint16_t> rtx_seq_;
  uint32_t next_id_ = 1;
};

TEST_P(LayersScenario, SimulcastOfVp8IsDecodableThroughEverySwitch) {
  config_.codec = CodecKind::kVp8;
  config_.extensions.rid = kRidId;
  config_.extensions.repaired_rid = kRepairedRidId;
  config_.encodings = {{"q", {}, {}}, {"h", {}, {}}, {"f", {}, {}}};
  std::vector<Vp8Source> sources;
  for (uint8_t i = 0; i < 3; ++i) sources.emplace_back(i, Ssrc{100u + i}, random_);
  run(
      true,
      [&](TimePoint now) {
        std::vector<MadePacket> all;
        for (Vp8Source& s : sources) {
          for (MadePacket& p : s.picture(now, &next_id_)) all.push_back(std::move(p));
        }
        return all;
      },
      [&](Ssrc ssrc) { sources.at(ssrc.value - 100).ask_for_key_frame(); },
      [&](Track& track, TimePoint now) {
        for (const Vp8Source& s : sources) {
          track.on_sender_report(
              {s.ssrc(), (uint64_t{1} << 32) + (static_cast<uint64_t>(to_us(now)) << 32) / 1'000'000,
               s.timestamp_at(now), 0, 0},
              now);
        }
      });
  const auto outcome = judge(CodecKind::kVp8, true);
  EXPECT_GT(outcome.keys, 5);
  EXPECT_GE(outcome.layers.size(), 7u) << "of three encodings with three temporal layers";
}

class SvcScenario : public LayersScenario {
 protected:
  // `comes_and_goes`: the publisher stops its upper layers now and then.
  void run_svc(SvcSource::Codec codec, uint8_t spatial_layers, bool key_only, bool comes_and_goes) {
    config_.codec = codec == SvcSource::Codec::kVp9 ? CodecKind::kVp9 : CodecKind::kAv1;
    config_.ssrc = Ssrc{100};
    config_.rtx_ssrc = Ssrc{600};
    config_.extensions.dependency_descriptor = codec == SvcSource::Codec::kAv1 ? kDescriptorId : 0;
    sub_config_.extensions.dependency_descriptor = config_.extensions.dependency_descriptor;
    SvcSource source(codec, spatial_layers, key_only, {100}, random_);
    TimePoint next_change = bench_.now + 2s;
    run(
        true,
        [&](TimePoint now) {
          if (comes_and_goes && now >= next_change) {
            source.set_live_layers(static_cast<uint8_t>(1 + random_.below(spatial_layers)));
            next_change = now + Duration(500'000 + random_.below(2'000'000));
          }
          return source.picture(now, &next_id_);
        },
        [&](Ssrc) { source.ask_for_key_frame(); }, [](Track&, TimePoint) {});
    const auto outcome = judge(config_.codec, false);
    EXPECT_GE(outcome.layers.size(), comes_and_goes ? 6u : 3u * spatial_layers - 1);
    EXPECT_TRUE(outcome.layers.contains({spatial_layers - 1, 2})) << "the best of all";
  }
};

constexpr auto kVp9 = SvcSource::Codec::kVp9, kAv1 = SvcSource::Codec::kAv1;
TEST_P(SvcScenario, Vp9L3T3IsDecodableThroughEverySwitch) { run_svc(kVp9, 3, false, false); }
TEST_P(SvcScenario, Vp9L3T3KeyIsDecodableThroughEverySwitch) { run_svc(kVp9, 3, true, false); }
TEST_P(SvcScenario, Av1L1T3IsDecodableThroughEverySwitch) { run_svc(kAv1, 1, false, false); }
TEST_P(SvcScenario, Av1L3T3IsDecodableThroughEverySwitch) { run_svc(kAv1, 3, false, false); }
TEST_P(SvcScenario, Av1L3T3KeyIsDecodableThroughEverySwitch) { run_svc(kAv1, 3, true, false); }
TEST_P(SvcScenario, Vp9LayersThatThePublisherStopsComeBack) { run_svc(kVp9, 3, false, true); }
TEST_P(SvcScenario, Av1LayersThatThePublisherStopsComeBack) { run_svc(kAv1, 3, false, true); }
TEST_P(SvcScenario, Av1KeyLayersThatThePublisherStopsComeBack) { run_svc(kAv1, 3, true, true); }

constexpr Conditions kConditions[] = {{1, 0, 0}, {2, 0, 8}, {3, 20, 0}, {4, 30, 10}, {5, 60, 20}};
std::string name_of(const ::testing::TestParamInfo<Conditions>& info) {
  return "Seed" + std::to_string(info.param.seed);
}
INSTANTIATE_TEST_SUITE_P(Network, LayersScenario, ::testing::ValuesIn(kConditions), name_of);
INSTANTIATE_TEST_SUITE_P(Network, SvcScenario, ::testing::ValuesIn(kConditions), name_of);

}  // namespace
}  // namespace parley::media
