// Tests of sent_history.h: what feedback can still ask for, while the ring is small and when it has grown.
#include "media/congestion/sent_history.h"

#include <gtest/gtest.h>

namespace parley::media::congestion {
namespace {

using State = SentHistory::State;

TEST(SentHistory, StaysSmallWhileFeedbackKeepsUp) {
  SentHistory history;
  for (int i = 0; i < 70'000; ++i) {
    const SeqNumber seq = history.add(1000, 0, time_from_us(i));
    SentHistory::Entry* e = history.find(seq - 100);
    if (i >= 100) {
      ASSERT_NE(e, nullptr) << i;
      ASSERT_EQ(e->sent_us, i - 100);
      history.settle(*e, State::kReceived);
    }
  }
  EXPECT_EQ(history.capacity(), SentHistory::kFewPackets);
  EXPECT_EQ(history.bytes_in_flight(), 100'000u);
}

TEST(SentHistory, GrowsWithWhatIsInFlightAndForgetsNothingOfIt) {
  SentHistory history;
  const SeqNumber first = history.next();
  for (int i = 0; i < static_cast<int>(SentHistory::kMostPackets); ++i) {
    history.add(static_cast<size_t>(i), 0, time_from_us(i));
  }
  EXPECT_EQ(history.capacity(), SentHistory::kMostPackets);
  size_t sum = 0;
  for (int i = 0; i < static_cast<int>(SentHistory::kMostPackets); ++i) {
    const SentHistory::Entry* e = history.find(first + i);
    ASSERT_NE(e, nullptr) << i;
    EXPECT_EQ(e->sent_us, i);
    EXPECT_EQ(e->state, State::kInFlight);
    sum += e->size;
  }
  EXPECT_EQ(history.bytes_in_flight(), sum);
  history.add(7, 0, time_from_us(9999));
  EXPECT_EQ(history.capacity(), SentHistory::kMostPackets);
  EXPECT_EQ(history.find(first), nullptr) << "overwritten: it does not grow for ever";
  EXPECT_EQ(history.bytes_in_flight(), sum + 7);
  history.give_up_before(history.next());
  EXPECT_EQ(history.bytes_in_flight(), 0u);
}

}  // namespace
}  // namespace parley::media::congestion
