// See pipe.h.
#include "media/pipe/pipe.h"

#include <algorithm>
#include <array>

namespace parley::media::pipe {

Pipe::Pipe(const srtp::MasterKey& local, Random& random, PacketPool& pool, TimePoint now)
    : local_key_(local), pool_(pool), reporter_{random.next_u32() | 1}, next_report_(now) {}

Pipe::~Pipe() = default;

bool Pipe::connect(const SocketAddress& remote, const srtp::MasterKey& remote_key) {
  if (receiver_ || !remote.valid()) return false;
  // Nonces are made of SSRCs and numbers: with one key for both directions they could meet.
  if (remote_key.key == local_key_.key) return false;
  auto media = srtp::Sender::create(kProfile, local_key_);
  auto control = srtp::Sender::create(kProfile, local_key_);
  auto receiver = srtp::Receiver::create(kProfile, remote_key);
  if (!media || !control || !receiver) return false;
  media_sender_ = std::move(*media);
  receiver_ = std::move(*receiver);
  egress_.open(std::move(*control));
  egress_.set_destination(remote);
  remote_ = remote;
  return true;
}

bool Pipe::send_rtp(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                    std::span<const uint8_t> payload, SendSlab& out) {
  const size_t size = header.size() + prefix.size() + payload.size();
  if (!media_sender_ || size > Egress::kMaxDatagram) return false;
  const auto room = out.reserve(remote_, size + srtp::kMaxOverhead);
  if (room.empty()) return false;
  const size_t written = media_sender_->protect_rtp(header, prefix, payload, room);
  out.commit(written);
  if (written == 0) return false;
  ++stats_.packets_sent;
  stats_.bytes_sent += written;
  return true;
}

bool Pipe::send_track(Track& track, const PipedTrack& description, TimePoint now, SendSlab& out) {
  if (description.encodings.size() > kMaxEncodings) return false;
  drop_ended();
  const bool known = std::any_of(sent_.begin(), sent_.end(),
                                 [&](const auto& s) { return s->track_id() == track.config().id; });
  if (known || sent_.size() >= kMaxTracks) return false;
  sent_.push_back(std::make_unique<TrackIntoPipe>(track, description, *this));
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
  if (media_sender_) sent.for_each_ssrc([&](Ssrc ssrc) { media_sender_->forget(ssrc); });
}

Track* Pipe::receive_track(const TrackConfig& config) {
  if (received_.size() >= kMaxTracks || config.encodings.size() > kMaxEncodings) return nullptr;
  received_.push_back(std::make_unique<Track>(config, egress_, pool_, reporter_));
  return received_.back().get();
}

bool Pipe::stop_receiving(uint32_t track) {
  return std::erase_if(received_, [&](const auto& t) {
           if (t->config().id != track) return false;
           for (size_t i = 0; receiver_ && i < t->encodings(); ++i) {
             const EncodingConfig& e = t->encoding(i).config();
             for (const auto& ssrc : {e.ssrc, e.rtx_ssrc}) {
               if (ssrc) receiver_->forget(*ssrc);
             }
           }
           return true;
         }) > 0;
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
  // Of a track that ended nothing is opened: its numbers are forgotten.
  Track* track =
      control || datagram.size() < rtp::kFixedHeaderSize ? nullptr : find_received({load_be32(&datagram[8])});
  if (!control && track == nullptr) return;
  const auto plain = control ? receiver_->unprotect_rtcp(datagram) : receiver_->unprotect_rtp(datagram);
  if (!plain) {
    ++stats_.packets_refused;
    return;
  }
  ++stats_.packets_received;
  last_heard_ = now;
  state_ = PipeState::kConnected;
  if (control) return on_rtcp(*plain, now, out);
  if (const auto packet = rtp::Packet::parse(*plain)) track->on_packet(*packet, now, out);
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
    const auto target = rtcp::read_feedback_target(*header);
    if (!target) continue;
    TrackIntoPipe* sent = find_sent(target->media);
    if (sent == nullptr) continue;
    if (header->type == rtcp::kTransportFeedback && header->count == rtcp::kNack) {
      rtcp::for_each_nack(*header, [&](SeqNumber seq) { sent->on_nack(target->media, seq, now, out); });
    } else if (header->type == rtcp::kPayloadFeedback && header->count == rtcp::kPli) {
      sent->on_key_frame_request(target->media, now, out);
    }
  }
}

TimePoint Pipe::next_deadline() const {
  TimePoint next = receiver_ ? next_report_ : kNever;
  for (const auto& track : received_) next = std::min(next, track->next_deadline());
  return next;
}

void Pipe::on_deadline(TimePoint now, SendSlab& out) {
  for (const auto& track : received_) {
    if (track->next_deadline() <= now) track->on_deadline(now, out);
  }
  if (!receiver_ || next_report_ > now) return;
  next_report_ = now + kReportInterval;
  if (state_ == PipeState::kConnected && now - last_heard_ > kSilentAfter) state_ = PipeState::kDisconnected;
  for (const auto& track : received_) track->on_deadline(now, out);
  drop_ended();
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

PipeStats Pipe::stats() const {
  PipeStats s = stats_;
  s.state = state_;
  s.packets_sent += egress_.packets();
  s.bytes_sent += egress_.bytes();
  return s;
}

}  // namespace parley::media::pipe
