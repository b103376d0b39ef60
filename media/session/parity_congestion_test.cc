// Parity packets (FlexFEC) through the hub to subscribers that lose packets (testing/room.h): what they are
// worth to one who is far away, and that others do not pay for them.
#include <gtest/gtest.h>

#include <cstdio>

#include "media/testing/room.h"
#include "media/testing/seeds.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

class ParityRoom : public Room {
 protected:
  struct Measures {
    uint64_t frames, waited_for, parity;
    Duration stalled;
    double extra_bps;
  };
  Measures watch(size_t subscriber, bool with_parity, Duration one_way, LinkConfig way) {
    parity = with_parity;
    publisher->report_from(net.now());
    Link& up = make_link({});
    Link& down = make_link(way);
    MeasuringSubscriber& s = add_subscriber(&up, &down);
    net.run_for(2s);
    up.config().delay = down.config().delay = one_way;
    net.run_for(20s);
    s.take_measures();
    net.run_for(60s);
    const Measures m{s.frames, s.waited_for, s.parity_packets, s.stalled, bps(s.padding_bytes, 60s)};
    std::printf(
        "seed %lu, %s parity: %lu frames, %lu packets by retransmission, %lu by parity; %lu stalls of %ld ms "
        "together, the longest %ld ms; %.0f kbit/s video, %.0f kbit/s more, target %ld kbit/s\n",
        GetParam(), with_parity ? "with" : "without", m.frames, m.waited_for, s.recovered, s.stalls,
        to_ms(m.stalled), to_ms(s.freeze(net.now())), bps(s.video_bytes, 60s) / 1000, m.extra_bps / 1000,
        sending(subscriber).estimate.target_bps / 1000);
    return m;
  }
};

TEST_P(ParityRoom, SparesWhoIsFarAwayMostOfTheWaitingForRetransmissions) {
  add_publisher({500'000});
  const LinkConfig lossy{.bits_per_second = 3'000'000, .loss = 0.10};
  const Measures without = watch(0, false, 150ms, lossy);
  const Measures with = watch(1, true, 150ms, lossy);
  EXPECT_EQ(without.parity, 0u);
  EXPECT_LT(with.waited_for * 2, without.waited_for);
  EXPECT_LT(with.stalled * 10, without.stalled * 7);
  EXPECT_LT(with.extra_bps, 500'000 * 0.5);
}

TEST_P(ParityRoom, IsNotPaidByWhoIsNearOrLosesLittle) {
  add_publisher({500'000});
  const Measures near = watch(0, true, 20ms, {.bits_per_second = 3'000'000, .loss = 0.10});
  const Measures clean = watch(1, true, 150ms, {.bits_per_second = 3'000'000, .loss = 0.005});
  EXPECT_EQ(near.parity, 0u);
  EXPECT_EQ(clean.parity, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ParityRoom, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
