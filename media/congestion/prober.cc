// See prober.h.
#include "media/congestion/prober.h"

#include <algorithm>

namespace parley::media::congestion {
namespace {

constexpr Duration kLongestSending = std::chrono::milliseconds(250);
constexpr Duration kLongestWait = std::chrono::milliseconds(800);
constexpr double kReceivedShare = 0.7;

}  // namespace

void Prober::request(int64_t bps, bool again, TimePoint now) {
  cluster_ = {};
  cluster_.id = next_id_;
  next_id_ = next_id_ == 255 ? 1 : next_id_ + 1;
  cluster_.bps = bps;
  cluster_.again = again;
  cluster_.started = now;
  sending_ = true;
  waiting_ = false;
  deadline_ = now;
  ++clusters_;
}

void Prober::cancel() {
  sending_ = waiting_ = false;
  deadline_ = kNever;
}

TimePoint Prober::next_deadline() const { return sending_ || waiting_ ? deadline_ : kNever; }

size_t Prober::due(TimePoint now) {
  if (!sending_) return 0;
  if (now - cluster_.started > kLongestSending) {  // nothing to pad with
    cancel();
    return 0;
  }
  deadline_ = now + kTick;
  const Duration until_next = now - cluster_.started + kTick;
  const auto should = static_cast<size_t>(cluster_.bps * until_next.count() / 8'000'000);
  return should > cluster_.sent ? should - cluster_.sent : 0;
}

void Prober::on_sent(size_t size, TimePoint now) {
  if (!sending_) return;
  cluster_.sent += size;
  ++cluster_.packets;
  // The last burst must not be cut short: it ends with its tick.
  if (!complete() || now - cluster_.started < kLength) return;
  sending_ = false;
  waiting_ = true;
  deadline_ = now + kLongestWait;
}

void Prober::on_received(uint8_t cluster, int64_t sent_us, int64_t arrived_us, size_t size) {
  if (!busy() || cluster != cluster_.id) return;
  Cluster& c = cluster_;
  if (c.received_packets++ == 0) {
    c.first_sent = c.last_sent = sent_us;
    c.first_arrived = c.last_burst_arrived = arrived_us;
  }
  if (sent_us > c.last_sent) {
    c.last_sent = sent_us;
    c.last_burst_arrived = arrived_us;
    c.before_last_burst = c.received;
  }
  c.received += size;
}

std::optional<Prober::Result> Prober::take_result(TimePoint now) {
  if (!waiting_) return std::nullopt;
  const Cluster& c = cluster_;
  const bool enough = static_cast<double>(c.received) >= kReceivedShare * static_cast<double>(c.sent) &&
                      c.received_packets >= kLeastPackets - 1;
  const bool all = c.received >= c.sent;
  if (now >= deadline_) cancel();
  if (!enough || (!all && waiting_ && now + kLongestWait - deadline_ < std::chrono::milliseconds(150))) {
    return std::nullopt;
  }
  const int64_t sending = c.last_sent - c.first_sent;
  const int64_t arriving = c.last_burst_arrived - c.first_arrived;
  cancel();
  if (sending <= 0 || arriving <= 0) return std::nullopt;
  const int64_t bits = static_cast<int64_t>(c.before_last_burst) * 8 * 1'000'000;
  const int64_t sent_bps = bits / sending, arrived_bps = bits / arriving;
  Result result;
  result.saturated = arrived_bps * 10 < sent_bps * 9;
  result.bps = result.saturated ? arrived_bps * 95 / 100 : std::min(sent_bps, arrived_bps);
  result.again = c.again && !result.saturated && result.bps * 10 >= c.bps * 7;
  return result;
}

}  // namespace parley::media::congestion
