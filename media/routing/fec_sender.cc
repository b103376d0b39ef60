// See fec_sender.h.
#include "media/routing/fec_sender.h"

#include <algorithm>
#include <cmath>

namespace parley::media {
namespace {

// Of ten looks a second: a few losses by chance are no reason yet.
constexpr double kLossWeight = 0.05;
constexpr double kRateWeight = 0.2;

}  // namespace

void FecSender::measure(uint64_t sent_bytes, TimePoint now) {
  const auto elapsed = static_cast<double>((now - measured_at_).count());
  if (measured_at_ != TimePoint() && elapsed > 0) {
    const double bps = static_cast<double>(sent_bytes - sent_bytes_) * 8e6 / elapsed;
    media_bps_ += (bps - media_bps_) * kRateWeight;
  }
  sent_bytes_ = sent_bytes;
  measured_at_ = now;
}

int64_t FecSender::adapt(const PathConditions& path, uint64_t sent_bytes, TimePoint now) {
  measure(sent_bytes, now);
  loss_ += (path.loss - loss_) * kLossWeight;
  const bool lossy = active() ? loss_ >= kEndBelow : loss_ > kBeginAbove;
  const bool far = path.round_trip >= (active() ? kEndRoundTrip : kBeginRoundTrip);
  wanted_bps_ = 0;
  if (!lossy || !far) {
    encoder_.reset();
    return 0;
  }
  const double best = std::clamp(kLostPerGroup / loss_, double{kLeastGroup}, double{kMostGroup});
  wanted_bps_ = static_cast<int64_t>(media_bps_ / best);
  const double affordable =
      path.room_bps > 0 ? media_bps_ / static_cast<double>(path.room_bps) : kMostGroup + 1;
  if (affordable > kMostGroup) {
    encoder_.reset();
    return 0;
  }
  const auto size = static_cast<size_t>(std::ceil(std::max(best, affordable)));
  if (!encoder_) encoder_ = std::make_unique<rtp::FlexFecEncoder>(media_, ignored_);
  encoder_->set_group_size(size);
  longest_group_ = path.round_trip / 2;
  return static_cast<int64_t>(media_bps_ / static_cast<double>(size));
}

bool FecSender::on_media(const rtp::Outgoing& packet, bool last, TimePoint now) {
  if (!encoder_) return false;
  if (encoder_->count() == 0) group_began_ = now;
  encoder_->on_media(packet.header, packet.prefix, packet.payload);
  if (encoder_->ready()) return true;
  // Of a stream of few packets a full group would come too late to be of use.
  return last && encoder_->count() * 2 >= encoder_->group_size() && now - group_began_ >= longest_group_;
}

}  // namespace parley::media
