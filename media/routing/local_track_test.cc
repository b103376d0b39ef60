// A track that the program feeds, and one that the program listens to, through the hub.
#include "media/routing/local_track.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/session/hub.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;

struct Heard {
  std::vector<int64_t> seqs;
  std::vector<uint32_t> timestamps;
  std::vector<uint8_t> last_payload;
  int reports = 0;
  int deadlines = 0;
  TimePoint deadline = kNever;
  bool wants_key_frame = false;
};

class Ear final : public TrackSink {
 public:
  explicit Ear(Heard& heard) : heard_(heard) {}
  void on_packet(const rtp::Packet& packet, int64_t seq, TimePoint) override {
    heard_.seqs.push_back(seq);
    heard_.timestamps.push_back(packet.timestamp.value);
    heard_.last_payload.assign(packet.payload.begin(), packet.payload.end());
  }
  void on_sender_report(const rtcp::SenderReport&, TimePoint) override { ++heard_.reports; }
  TimePoint next_deadline() const override { return heard_.deadline; }
  bool on_deadline(TimePoint) override {
    ++heard_.deadlines;
    heard_.deadline = kNever;
    return heard_.wants_key_frame;
  }

 private:
  Heard& heard_;
};

class LocalTrackTest : public ::testing::Test {
 protected:
  LocalTrackTest()
      : certificate_(std::move(dtls::Certificate::generate()).value()),
        random_(20261121),
        hub_(certificate_, random_, [](const HubEvent&) {}),
        slab_(1 << 16, 64) {
    config_.id = 5;
    config_.kind = TrackKind::kVideo;
    config_.codec = CodecKind::kVp8;
    config_.payload_type = 96;
  }
  void add() {
    ASSERT_TRUE(hub_.add_local_track(config_, [this] { ++asked_; }));
    ASSERT_TRUE(hub_.set_sink(5, std::make_unique<Ear>(heard_)));
  }
  void send(uint8_t first, uint32_t timestamp) {
    const uint8_t payload[] = {0x10, first, 0, 0};
    hub_.send_local(5, {payload, {timestamp}, true, {}}, now_, slab_);
  }

  dtls::Certificate certificate_;
  SeededRandom random_;
  Hub hub_;
  SendSlab slab_;
  TrackConfig config_;
  Heard heard_;
  int asked_ = 0;
  TimePoint now_ = time_from_us(1'000'000);
};

TEST_F(LocalTrackTest, NumbersPacketsOneByOneAndKeepsDistancesOfTime) {
  add();
  send(0, 0);
  send(1, 3000);
  ASSERT_EQ(heard_.seqs.size(), 2u);
  EXPECT_EQ(heard_.seqs[1], heard_.seqs[0] + 1);
  EXPECT_EQ(heard_.timestamps[1] - heard_.timestamps[0], 3000u);
  EXPECT_EQ(heard_.last_payload, (std::vector<uint8_t>{0x10, 1, 0, 0}));
  EXPECT_EQ(heard_.reports, 1);  // one in half a second
  EXPECT_EQ(hub_.stats().tracks, 1u);
}

TEST_F(LocalTrackTest, AsksTheFeederForKeyFramesButNotTooOften) {
  add();
  hub_.request_key_frame(5, now_, slab_);
  hub_.request_key_frame(5, now_ + 10ms, slab_);
  EXPECT_EQ(asked_, 1);
  hub_.request_key_frame(5, now_ + Track::kKeyFrameInterval, slab_);
  EXPECT_EQ(asked_, 2);
  EXPECT_TRUE(slab_.empty());
}

TEST_F(LocalTrackTest, ForgetsARemovedTrack) {
  add();
  EXPECT_FALSE(hub_.add_local_track(config_, [] {}));
  hub_.remove_local_track(5);
  send(0, 0);
  EXPECT_TRUE(heard_.seqs.empty());
  EXPECT_FALSE(hub_.set_sink(5, nullptr));
  hub_.remove_local_track(5);
  EXPECT_EQ(hub_.stats().tracks, 0u);
}

TEST_F(LocalTrackTest, LetsASinkWaitAndAskForAKeyFrame) {
  add();
  ASSERT_TRUE(hub_.add_peer(1, ice::Credentials::generate(random_), now_));  // makes the hub tick
  heard_.deadline = now_ + 20ms;
  heard_.wants_key_frame = true;
  hub_.on_deadline(now_ + 10ms, slab_);
  EXPECT_EQ(heard_.deadlines, 0);
  hub_.on_deadline(now_ + 20ms, slab_);
  EXPECT_EQ(heard_.deadlines, 1);
  EXPECT_EQ(asked_, 1);
}

}  // namespace
}  // namespace parley::media
