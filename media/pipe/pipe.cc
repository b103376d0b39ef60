// See pipe.h.
#include "media/pipe/pipe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "media/rtp/extensions.h"

namespace parley::media::pipe {

Pipe::Pipe(const srtp::MasterKey& local, Random& random, PacketPool& pool, congestion::PaceList& pacing,
           TimePoint now)
    : local_key_(local),
      pool_(pool),
      reporter_{random.next_u32() | 1},
      sender_(egress_, sent_, pool, pacing),
      next_report_(now),
      next_look_(now) {}

Pipe::~Pipe() = default;

bool Pipe::connect(const SocketAddress& remote, const srtp::MasterKey& remote_key) {
  if (receiver_ || !remote.valid()) return false;
  // Nonces are made of SSRCs and numbers: with one key for both directions they could meet.
  if (remote_key.key == local_key_.key) return false;
  auto sender = srtp::Sender::create(kProfile, local_key_);
  auto receiver = srtp::Receiver::create(kProfile, remote_key);
  if (!sender || !receiver) return false;
  receiver_ = std::move(*receiver);
  egress_.open(std::move(*sender));
  egress_.set_destination(remote);
  remote_ = remote;
  sender_.start(next_report_);
  return true;
}

bool Pipe::send_track(Track& track, const PipedTrack& description, TimePoint now, SendSlab& out) {
  if (description.encodings.size() > kMaxEncodings) return false;
  drop_ended();
  const bool known = std::any_of(sent_.begin(), sent_.end(),
                                 [&](const auto& s) { return s->track_id() == track.config().id; });
  if (known || sent_.size() >= kMaxTracks) return false;
  sent_.push_back(std::make_unique<TrackIntoPipe>(track, description, egress_));
  track.request_key_frame(now, out);
  return true;
}

void Pipe::stop_sending(uint32_t track) {
  std::erase_if(sent_, [&](const auto& s) {
    if (s->track_id() != track) return false;
    forget(*s);
    return true;
  });
}

// A track that has ended gives its place back.
void Pipe::drop_ended() {
  std::erase_if(sent_, [&](const auto& s) {
    if (s->ended()) forget(*s);
    return s->ended();
  });
}

void Pipe::forget(const TrackIntoPipe& sent) {
  sent.for_each_ssrc([&](Ssrc ssrc) {
    egress_.forget(ssrc);
    std::erase_if(told_offers_, [&](const auto& told) { return told.first == ssrc.value; });
  });
}

Track* Pipe::receive_track(const TrackConfig& config) {
  if (received_.size() >= kMaxTracks || config.encodings.size() > kMaxEncodings) return nullptr;
  received_.push_back(std::make_unique<Track>(config, egress_, pool_, reporter_));
  return received_.back().get();
}

bool Pipe::stop_receiving(uint32_t track) {
  return std::erase_if(received_, [&](const auto& t) {
           if (t->config().id != track) return false;
           for (size_t i = 0; i < t->encodings(); ++i) {
             const EncodingConfig& e = t->encoding(i).config();
             std::erase_if(told_wishes_, [&](const auto& told) { return e.ssrc == Ssrc{told.first}; });
             for (const auto& ssrc : {e.ssrc, e.rtx_ssrc}) {
               if (ssrc && ended_.size() < kMaxEnded) ended_.push_back({*ssrc});
             }
           }
           return true;
         }) > 0;
}

void Pipe::forget_ended() {
  std::erase_if(ended_, [&](Ended& e) {
    if (--e.reports_left > 0) return false;
    receiver_->forget(e.ssrc);
    return true;
  });
}

Track* Pipe::find_received(Ssrc ssrc) {
  for (const auto& track : received_) {
    for (size_t i = 0; i < track->encodings(); ++i) {
      if (track->encoding(i).owns(ssrc)) return track.get();
    }
  }
  return nullptr;
}

TrackIntoPipe* Pipe::find_sent(Ssrc ssrc) {
  const auto it = std::find_if(sent_.begin(), sent_.end(), [&](const auto& s) { return s->owns(ssrc); });
  return it == sent_.end() ? nullptr : it->get();
}

void Pipe::on_datagram(std::span<uint8_t> datagram, TimePoint now, SendSlab& out) {
  if (!receiver_ || !rtp::looks_like_rtp_or_rtcp(datagram)) return;
  const bool control = rtp::is_rtcp(datagram);
  // Of a track that ended a while ago nothing is opened: its numbers are forgotten.
  if (!control && datagram.size() < rtp::kFixedHeaderSize) return;
  const Ssrc ssrc{control ? 0 : load_be32(&datagram[8])};
  Track* track = control ? nullptr : find_received(ssrc);
  const bool ended =
      std::any_of(ended_.begin(), ended_.end(), [&](const Ended& e) { return e.ssrc == ssrc; });
  if (!control && track == nullptr && !ended) return;
  const auto plain = control ? receiver_->unprotect_rtcp(datagram) : receiver_->unprotect_rtp(datagram);
  if (!plain) {
    ++stats_.packets_refused;
    return;
  }
  ++stats_.packets_received;
  last_heard_ = now;
  state_ = PipeState::kConnected;
  if (control) return on_rtcp(*plain, now, out);
  const auto packet = rtp::Packet::parse(*plain);
  if (!packet) return;
  const auto seq = rtp::read_transport_seq(packet->extension(kExtensions.transport_cc));
  if (seq) feedback_.on_packet(*seq, now, plain->size());
  if (track != nullptr) track->on_packet(*packet, now, out);
}

void Pipe::on_rtcp(std::span<const uint8_t> bytes, TimePoint now, SendSlab& out) {
  rtcp::Reader reader(bytes);
  while (const auto header = reader.next()) {
    if (header->type == rtcp::kSenderReport) {
      const auto report = rtcp::read_sender_report(*header);
      if (!report) continue;
      for (const auto& track : received_) track->on_sender_report(*report, now);
      continue;
    }
    if (header->type == rtcp::kApplicationDefined) {
      on_layers(*header, now, out);
    } else {
      on_feedback(*header, now, out);
    }
  }
}

void Pipe::on_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  const bool of_transport = header.type == rtcp::kTransportFeedback;
  if (of_transport && header.count == rtcp::kTransportCc) {
    return sender_.on_transport_feedback(header, now, out);
  }
  const auto target = rtcp::read_feedback_target(header);
  TrackIntoPipe* sent = target ? find_sent(target->media) : nullptr;
  if (sent == nullptr) return;
  if (of_transport && header.count == rtcp::kNack) {
    rtcp::for_each_nack(header, [&](SeqNumber seq) { sent->on_nack(target->media, seq, now, out); });
  } else if (header.type == rtcp::kPayloadFeedback && header.count == rtcp::kPli) {
    sent->on_key_frame_request(target->media, now, out);
  }
}

void Pipe::on_layers(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  for_each_wish(header, [&](const LayerWish& wish) {
    TrackIntoPipe* sent = find_sent(wish.track);
    if (sent == nullptr || sent->wanted_encodings() == wish.encodings) return;
    sent->set_wanted(wish.encodings, now, out);
    sender_.allocate_soon();
  });
  for_each_offer(header, [&](const LayerOffer& offer) {
    Track* track = find_received(offer.track);
    if (track == nullptr) return;
    ToldEncodings told;
    for (size_t i = 0; i < offer.count; ++i) {
      told[i] = {offer.bitrates_bps[i], (offer.sendable >> i & 1) != 0};
    }
    track->on_told(told, now, out);
  });
}

TimePoint Pipe::next_deadline() const {
  TimePoint next = receiver_ ? std::min({next_report_, next_look_, feedback_.next_deadline()}) : kNever;
  for (const auto& track : received_) next = std::min(next, track->next_deadline());
  return next;
}

void Pipe::on_deadline(TimePoint now, SendSlab& out) {
  for (const auto& track : received_) {
    if (track->next_deadline() <= now) track->on_deadline(now, out);
  }
  if (!receiver_) return;
  sender_.on_deadline(now, out);
  feedback_.write_due(reporter_, {}, now, [&](auto bytes) { egress_.send_rtcp(bytes, out); });
  const bool all = next_report_ <= now;
  if (all || next_look_ <= now) {
    next_look_ = now + kLookInterval;
    tell_layers(all, now, out);
  }
  if (!all) return;
  next_report_ = now + kReportInterval;
  if (last_heard_ == TimePoint()) last_heard_ = now;  // the other side's time to be heard begins
  if (now - last_heard_ > kSilentAfter) state_ = PipeState::kDisconnected;
  for (const auto& track : received_) track->on_deadline(now, out);
  drop_ended();
  forget_ended();
  report(now, out);
}

// Reports of all that comes in; with nothing to report an empty one, which says that we are here.
void Pipe::report(TimePoint now, SendSlab& out) {
  constexpr size_t kBlocks = 31;
  std::array<uint8_t, 1200> bytes;
  std::array<rtcp::ReportBlock, kBlocks> blocks;
  size_t n = 0;
  bool any = false;
  const auto flush = [&] {
    ByteWriter writer(bytes);
    rtcp::write_receiver_report(writer, reporter_, std::span(blocks).first(n));
    egress_.send_rtcp(writer.written(), out);
    n = 0;
    any = true;
  };
  for (const auto& track : received_) {
    if (n + track->encodings() > blocks.size()) flush();
    n += track->report(std::span(blocks).subspan(n), now);
  }
  if (n > 0 || !any) flush();
  for (const auto& s : sent_) {
    // Always from the same SSRC: SRTCP keeps state for each.
    ByteWriter writer(bytes);
    rtcp::write_receiver_report(writer, reporter_, {});
    const size_t empty = writer.size();
    s->write_reports(writer, now);
    if (writer.size() > empty) egress_.send_rtcp(writer.written(), out);
  }
}

void Pipe::tell_layers(bool all, TimePoint now, SendSlab& out) {
  const auto is_news = [&](std::vector<std::pair<uint32_t, uint8_t>>& told, uint32_t track, uint8_t value) {
    const auto known =
        std::find_if(told.begin(), told.end(), [&](const auto& t) { return t.first == track; });
    if (known == told.end()) {
      told.emplace_back(track, value);
      return true;
    }
    return std::exchange(known->second, value) != value || all;
  };
  std::array<uint8_t, 1200> bytes;
  std::array<LayerWish, kMaxTracks> wishes;
  std::array<LayerOffer, kMaxTracks> offers;
  size_t wished = 0, offered = 0;
  for (const auto& track : received_) {
    const LayerWish wish{track->encoding(0).config().ssrc.value_or(Ssrc{}), track->wanted_encodings(now)};
    if (is_news(told_wishes_, wish.track.value, wish.encodings)) wishes[wished++] = wish;
  }
  for (const auto& sent : sent_) {
    if (sent->ended()) continue;
    const LayerOffer offer = sent->offer(now);
    if (is_news(told_offers_, offer.track.value, offer.sendable)) offers[offered++] = offer;
  }
  const auto tell = [&](auto what, auto&& write) {
    while (!what.empty()) {
      ByteWriter writer(bytes);
      rtcp::write_receiver_report(writer, reporter_, {});
      what = what.subspan(write(writer, reporter_, what));
      egress_.send_rtcp(writer.written(), out);
    }
  };
  tell(std::span<const LayerWish>(wishes).first(wished), write_wishes);
  tell(std::span<const LayerOffer>(offers).first(offered), write_offers);
}

PipeStats Pipe::stats() const {
  PipeStats s = stats_;
  s.state = state_;
  s.packets_sent += egress_.packets();
  s.bytes_sent += egress_.bytes();
  s.target_bps = sender_.target_bps();
  s.allocated_bps = sender_.allocated_bps();
  return s;
}

}  // namespace parley::media::pipe
