// See stream_reset.h.
#include "media/sctp/stream_reset.h"

#include <algorithm>

namespace parley::media::sctp {

bool StreamReset::is_wanted(uint16_t stream) const {
  const auto has = [stream](const std::vector<uint16_t>& list) {
    return std::find(list.begin(), list.end(), stream) != list.end();
  };
  return has(wanted_) || (request_ && has(request_->streams));
}

void StreamReset::want(uint16_t stream) {
  if (!is_wanted(stream)) wanted_.push_back(stream);
}

void StreamReset::prepare(const SendQueue& queue, Serial last_tsn, TimePoint now) {
  if (request_ || wanted_.empty()) return;
  OutgoingResetRequest q;
  std::erase_if(wanted_, [&](uint16_t stream) {
    if (q.streams.size() >= kMaxStreams || queue.has_queued(stream)) return false;
    q.streams.push_back(stream);
    return true;
  });
  if (q.streams.empty()) return;
  q.request = next_request_++;
  q.response = expected_ - 1;
  q.last_tsn = static_cast<uint32_t>(last_tsn);
  request_ = std::move(q);
  send_at_ = now;
  retransmissions_ = 0;
}

StreamReset::Outcome StreamReset::on_parameter(const Parameter& p, Serial cumulative) {
  switch (p.type) {
    case kParamOutgoingReset:
      if (const auto request = read_outgoing_reset(p.value)) return on_request(*request, cumulative);
      break;
    case kParamReconfigResponse:
      return on_response(p.value);
    case kParamIncomingReset:
    case kParamSsnTsnReset:
    case kParamAddOutgoing:
    case kParamAddIncoming:
      if (p.value.size() >= 4) {
        const uint32_t number = load_be32(p.value.data());
        if (number == expected_) {
          ++expected_;
          last_ = response_ = Response{number, ReconfigResult::kDenied};
        } else if (last_ && number == last_->request) {
          response_ = last_;
        }
        return {};
      }
      break;
    default:
      return {};
  }
  Outcome bad;
  bad.violation = true;
  return bad;
}

StreamReset::Outcome StreamReset::on_request(const OutgoingResetRequest& q, Serial cumulative) {
  if (last_ && q.request == last_->request) {
    response_ = last_;  // our answer was lost
    return {};
  }
  if (deferred_ && q.request == deferred_->request) {
    response_ = Response{q.request, ReconfigResult::kInProgress};
    return on_data(cumulative);
  }
  if (q.request != expected_) {
    response_ = Response{q.request, ReconfigResult::kBadSequenceNumber};
    return {};
  }
  ++expected_;
  deferred_ = q;
  return on_data(cumulative);
}

StreamReset::Outcome StreamReset::on_data(Serial cumulative) {
  if (!deferred_ || unwrap32(deferred_->last_tsn, cumulative) > cumulative) return {};
  const OutgoingResetRequest q = std::move(*deferred_);
  deferred_.reset();
  return perform(q);
}

StreamReset::Outcome StreamReset::perform(const OutgoingResetRequest& q) {
  last_ = response_ = Response{q.request, ReconfigResult::kPerformed};
  Outcome done;
  done.incoming = done.performed = true;
  done.streams = q.streams;
  return done;
}

StreamReset::Outcome StreamReset::on_response(std::span<const uint8_t> value) {
  Outcome out;
  if (value.size() < 8) {
    out.violation = true;
    return out;
  }
  if (!request_ || load_be32(value.data()) != request_->request) return out;  // an old one
  const auto result = static_cast<ReconfigResult>(load_be32(&value[4]));
  if (result == ReconfigResult::kInProgress) return out;  // asked again when its time comes
  out.outgoing = true;
  out.performed = result == ReconfigResult::kPerformed || result == ReconfigResult::kNothingToDo;
  out.streams = std::move(request_->streams);
  request_.reset();
  return out;
}

void StreamReset::write(PacketBuilder& out, TimePoint now, Duration interval) {
  if (response_) {
    uint8_t bytes[12];
    ByteWriter w(bytes);
    write_reconfig_response(w, response_->request, response_->result);
    out.add(kReconfig, 0, w.written());
    response_.reset();
  }
  if (!request_ || send_at_ > now) return;
  uint8_t bytes[16 + 2 * kMaxStreams + 2];
  ByteWriter w(bytes);
  write_outgoing_reset(w, *request_);
  // The chunk's length is without the last parameter's padding.
  out.add(kReconfig, 0, w.written().first(16 + 2 * request_->streams.size()));
  send_at_ = now + interval * (1 << std::min(retransmissions_, 5));
  ++retransmissions_;
}

}  // namespace parley::media::sctp
