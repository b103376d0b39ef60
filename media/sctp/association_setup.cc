// See association.h. How an association begins (RFC 9260 section 5: both sides at once, again after a
// restart) and ends (section 9).
#include <algorithm>

#include "media/sctp/association.h"

namespace parley::media::sctp {
namespace {

constexpr uint16_t kStreams = 65535;  // RFC 8831 section 6.2
// ICE and DTLS have found the path good: a lost INIT is no sign of congestion to wait long for.
constexpr Duration kLongestSetupWait = std::chrono::seconds(2);

uint32_t fresh_tag(Random& random) {
  uint32_t tag = 0;
  while (tag == 0) tag = random.next_u32();
  return tag;
}

}  // namespace

InitChunk Association::local_init() const {
  InitChunk init;
  init.tag = local_tag_;
  init.window = window();
  init.outbound_streams = init.inbound_streams = kStreams;
  init.initial_tsn = local_initial_tsn_;
  init.forward_tsn = config_.partial_reliability;
  init.interleaving = config_.interleaving;
  init.reconfig = true;
  return init;
}

void Association::connect(TimePoint now, PacketSink& out) {
  if (state_ != State::kClosed) return;
  local_tag_ = fresh_tag(random_);
  local_initial_tsn_ = random_.next_u32();
  state_ = State::kCookieWait;
  setup_attempts_ = 0;
  send_init(now, out);
}

void Association::send_init(TimePoint now, PacketSink& out) {
  PacketBuilder p({config_.local_port, config_.remote_port, 0}, config_.max_packet, out);
  ByteWriter w = p.begin_chunk(kInit, 0);
  write_init(w, local_init());
  p.end_chunk(w);
  p.flush();
  ++stats_.packets_sent;
  setup_at_ = now + std::min(rto_.timeout(), kLongestSetupWait);
}

void Association::send_cookie_echo(TimePoint now, PacketSink& out) {
  auto p = packet(out);
  p.add(kCookieEcho, 0, cookie_);
  p.flush();
  ++stats_.packets_sent;
  setup_at_ = now + std::min(rto_.timeout(), kLongestSetupWait);
}

// Answered without keeping anything: the cookie carries it all.
void Association::on_init(std::span<const uint8_t> value, TimePoint now, PacketSink& out) {
  const auto init = read_init(value);
  if (!init || init->tag == 0 || init->outbound_streams == 0 || init->inbound_streams == 0) return;
  if (state_ == State::kShutdownAckSent) {  // section 9.2: the peer lost our SHUTDOWN COMPLETE's forerunner
    auto p = packet(out);
    p.add(kShutdownAck, 0, {});
    p.flush();
    return;
  }
  InitChunk ack = local_init();
  Cookie cookie;
  // Section 5.2.1: while ours is on the way, the same tag and TSN as in it. Section 5.2.2: otherwise new
  // ones.
  if (state_ != State::kCookieWait && state_ != State::kCookieEchoed) {
    ack.tag = fresh_tag(random_);
    ack.initial_tsn = random_.next_u32();
  }
  if (state_ != State::kClosed && state_ != State::kCookieWait) {
    cookie.tie_local = local_tag_;
    cookie.tie_peer = peer_tag_;
  }
  cookie.local_tag = ack.tag;
  cookie.peer_tag = init->tag;
  cookie.local_initial_tsn = ack.initial_tsn;
  cookie.peer_initial_tsn = init->initial_tsn;
  cookie.peer_window = init->window;
  cookie.outbound_streams = std::min(init->inbound_streams, kStreams);
  cookie.forward_tsn = init->forward_tsn && config_.partial_reliability;
  cookie.interleaving = init->interleaving && config_.interleaving;
  cookie.reconfig = init->reconfig;
  cookie.made = now;
  const auto sealed = jar_.seal(cookie);
  ack.cookie = sealed;
  ack.unrecognized = init->unrecognized;
  PacketBuilder p({config_.local_port, config_.remote_port, init->tag}, config_.max_packet, out);
  ByteWriter w = p.begin_chunk(kInitAck, 0);
  write_init(w, ack);
  p.end_chunk(w);
  p.flush();
  ++stats_.packets_sent;
}

void Association::on_init_ack(std::span<const uint8_t> value, TimePoint now, PacketSink& out) {
  if (state_ != State::kCookieWait) return;
  const auto init = read_init(value);
  if (!init || init->tag == 0 || init->cookie.empty() || init->outbound_streams == 0 ||
      init->inbound_streams == 0)
    return;
  if (init->cookie.size() > config_.max_packet - kCommonHeader - kChunkHeader) return;
  peer_tag_ = init->tag;
  cookie_.assign(init->cookie.begin(), init->cookie.end());
  outbound_streams_ = std::min(init->inbound_streams, kStreams);
  reconfig_ = init->reconfig;
  begin(init->initial_tsn, init->window, init->forward_tsn && config_.partial_reliability,
        init->interleaving && config_.interleaving);
  state_ = State::kCookieEchoed;
  setup_attempts_ = 0;
  send_cookie_echo(now, out);
}

// Both directions start from their initial TSNs.
void Association::begin(uint32_t peer_initial_tsn, uint32_t window, bool forward_tsn, bool interleaving) {
  peer_window_ = window;
  forward_tsn_ = forward_tsn;
  interleaving_ = interleaving;
  queue_.set_interleaving(interleaving);
  outstanding_.emplace(queue_, first_serial(local_initial_tsn_));
  received_.emplace(first_serial(peer_initial_tsn));
  reset_.emplace(local_initial_tsn_, peer_initial_tsn);
  congestion_ = CongestionWindow(config_.max_packet);
  congestion_.set_slow_start_threshold(std::max<size_t>(window, 4 * config_.max_packet));
  forwarded_ = 0;
}

void Association::adopt(const Cookie& c) {
  local_tag_ = c.local_tag;
  peer_tag_ = c.peer_tag;
  local_initial_tsn_ = c.local_initial_tsn;
  outbound_streams_ = c.outbound_streams;
  reconfig_ = c.reconfig;
  begin(c.peer_initial_tsn, c.peer_window, c.forward_tsn, c.interleaving);
}

// Section 5.2.4, its table: which association the cookie speaks of.
void Association::on_cookie_echo(const CommonHeader& header, std::span<const uint8_t> value, TimePoint now,
                                 PacketSink& out) {
  Cookie c;
  const auto verdict = jar_.open(value, now, config_.cookie_life, &c);
  if (verdict == CookieJar::Verdict::kForged || header.tag != c.local_tag) {
    ++stats_.packets_refused;
    return;
  }
  const bool same_local = c.local_tag == local_tag_, same_peer = c.peer_tag == peer_tag_;
  const bool current = state_ != State::kClosed && same_local && same_peer;
  if (verdict == CookieJar::Verdict::kStale && !current) {
    PacketBuilder p({config_.local_port, config_.remote_port, c.peer_tag}, config_.max_packet, out);
    uint8_t cause[8] = {0, kCauseStaleCookie, 0, 8};
    store_be32(cause + 4, static_cast<uint32_t>(
                              std::min<int64_t>((now - c.made - config_.cookie_life).count(), UINT32_MAX)));
    p.add(kError, 0, cause);
    p.flush();
    return;
  }
  const bool starting = state_ == State::kCookieWait || state_ == State::kCookieEchoed;
  if (state_ == State::kClosed) {
    adopt(c);
    establish(now);
  } else if (!same_local && !same_peer && c.tie_local == local_tag_ && c.tie_peer == peer_tag_) {
    restart(c);  // action A: the peer began anew
    establish(now);
  } else if (same_local && !same_peer && starting) {
    adopt(c);  // action B: our INITs crossed
    establish(now);
  } else if (current) {
    if (starting) establish(now);  // action D
  } else {
    return;  // action C, or a cookie of an association long gone
  }
  auto p = packet(out);
  p.add(kCookieAck, 0, {});
  p.flush();
  ++stats_.packets_sent;
}

void Association::on_cookie_ack(TimePoint now) {
  if (state_ == State::kCookieEchoed) establish(now);
}

void Association::establish(TimePoint now) {
  state_ = State::kEstablished;
  setup_at_ = kNever;
  cookie_.clear();
  errors_ = 0;
  heartbeat_at_ = now + config_.heartbeat_interval;
  observer_.on_established();
}

void Association::restart(const Cookie& c) {
  queue_.clear();
  reassembly_.clear();
  retransmit_at_ = sack_at_ = burst_at_ = kNever;
  sack_now_ = forward_now_ = force_retransmission_ = false;
  packets_since_sack_ = 0;
  adopt(c);
  observer_.on_restarted();
}

// A stale cookie is the only cause that matters: we ask for a fresh one.
void Association::on_error(std::span<const uint8_t> value) {
  ParameterReader causes(value);
  const auto cause = causes.next();
  if (!cause || cause->type != kCauseStaleCookie || state_ != State::kCookieEchoed) return;
  state_ = State::kCookieWait;
  setup_at_ = TimePoint::min();  // at the next deadline, which is now
}

void Association::on_setup_deadline(TimePoint now, PacketSink& out) {
  setup_at_ = kNever;
  if (++setup_attempts_ > config_.max_init_retransmissions) {
    close(state_ >= State::kEstablished ? "the peer did not answer the shutdown" : "the peer did not answer");
    return;
  }
  rto_.back_off();
  if (state_ == State::kCookieWait) {
    send_init(now, out);
  } else if (state_ == State::kCookieEchoed) {
    send_cookie_echo(now, out);
  } else if (state_ == State::kShutdownSent || state_ == State::kShutdownAckSent) {
    auto p = packet(out);
    uint8_t point[4];
    store_be32(point, static_cast<uint32_t>(received_->cumulative()));
    if (state_ == State::kShutdownSent) p.add(kShutdown, 0, point);
    if (state_ == State::kShutdownAckSent) p.add(kShutdownAck, 0, {});
    p.flush();
    ++stats_.packets_sent;
    setup_at_ = now + std::min(rto_.timeout(), kLongestSetupWait);
  }
}

void Association::shutdown(TimePoint now, PacketSink& out) {
  if (state_ == State::kEstablished) {
    state_ = State::kShutdownPending;
    flush(now, out);
  } else if (state_ == State::kCookieWait || state_ == State::kCookieEchoed) {
    close("");
  }
}

// Sends the next word of the goodbye when all data is acknowledged.
void Association::advance_shutdown(TimePoint now, PacketBuilder& p) {
  if (!queue_.empty() || !outstanding_->empty()) return;
  if (state_ == State::kShutdownPending) {
    uint8_t point[4];
    store_be32(point, static_cast<uint32_t>(received_->cumulative()));
    p.add(kShutdown, 0, point);
    state_ = State::kShutdownSent;
  } else if (state_ == State::kShutdownReceived) {
    p.add(kShutdownAck, 0, {});
    state_ = State::kShutdownAckSent;
  } else {
    return;
  }
  setup_attempts_ = 0;
  setup_at_ = now + std::min(rto_.timeout(), kLongestSetupWait);
  retransmit_at_ = heartbeat_at_ = kNever;
}

void Association::on_shutdown(std::span<const uint8_t> value, TimePoint now) {
  if (value.size() < 4) return;
  switch (state_) {
    case State::kEstablished:
    case State::kShutdownPending:
      state_ = State::kShutdownReceived;
      break;
    case State::kShutdownSent:
      // Both said it: section 9.2 skips to the answer.
      state_ = State::kShutdownReceived;
      break;
    default:
      return;
  }
  uint8_t sack[12] = {};
  std::copy_n(value.begin(), 4, sack);
  store_be32(sack + 4, static_cast<uint32_t>(std::min<size_t>(peer_window_, UINT32_MAX)));
  if (const auto acked = SackChunk::read(sack)) {
    Outstanding::Acked result;
    (void)outstanding_->on_sack(*acked, now, &result);
  }
}

void Association::on_shutdown_ack(PacketSink& out) {
  if (state_ != State::kShutdownSent && state_ != State::kShutdownAckSent) return;
  auto p = packet(out);
  p.add(kShutdownComplete, 0, {});
  p.flush();
  close("");
}

void Association::abort(const char* reason, PacketSink& out) {
  if (state_ == State::kClosed) return;
  if (peer_tag_ != 0) send_abort(kCauseUserAbort, reason, out);
  close(reason);
}

void Association::violation(const char* what, ErrorCause cause, PacketSink& out) {
  if (state_ == State::kClosed) return;
  send_abort(cause, what, out);
  close(what);
}

void Association::send_abort(ErrorCause cause, const char* reason, PacketSink& out) {
  constexpr size_t kMostText = 64;
  uint8_t bytes[4 + kMostText];
  ByteWriter w(bytes);
  const auto text = as_bytes(reason);
  write_parameter(w, cause, text.first(std::min(text.size(), kMostText)));
  auto p = packet(out);
  p.add(kAbort, 0, w.written());
  p.flush();
}

void Association::close(const char* reason) {
  state_ = State::kClosed;
  setup_at_ = retransmit_at_ = sack_at_ = burst_at_ = heartbeat_at_ = kNever;
  sack_now_ = forward_now_ = false;
  local_tag_ = peer_tag_ = 0;
  outbound_streams_ = 0;
  queue_.clear();
  reassembly_.clear();
  outstanding_.reset();
  received_.reset();
  reset_.reset();
  observer_.on_closed(reason);
}

}  // namespace parley::media::sctp
