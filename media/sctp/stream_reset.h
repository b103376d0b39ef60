// Stream reconfiguration as data channels use it (RFC 6525, RFC 8831 section 6.7): our outgoing streams are
// reset on request, one request on the way at a time; the peer's are reset when everything sent on them has
// come. Other requests (resetting incoming streams or TSNs, adding streams) are denied.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/sctp/chunks.h"
#include "media/sctp/send_queue.h"
#include "media/sctp/serial.h"

namespace parley::media::sctp {

class StreamReset {
 public:
  static constexpr size_t kMaxStreams = 256;  // in one request, so that it fits a packet

  // Each side counts its requests from its initial TSN.
  StreamReset(uint32_t local_initial_tsn, uint32_t peer_initial_tsn)
      : next_request_(local_initial_tsn), expected_(peer_initial_tsn) {}

  // This outgoing stream is to be reset once all that is queued on it has been sent.
  void want(uint16_t stream);
  bool is_wanted(uint16_t stream) const;
  // Makes a request of those that are ready, when none is on the way. `last_tsn` is the last assigned.
  void prepare(const SendQueue& queue, Serial last_tsn, TimePoint now);

  struct Outcome {
    bool incoming = false;  // the peer's streams `streams` were reset; none named: all
    bool outgoing = false;  // ours in `streams` were, or were refused
    bool performed = false;
    bool violation = false;
    std::vector<uint16_t> streams;
  };
  // One parameter of a RE-CONFIG. `cumulative` is what has come of the peer's TSNs.
  Outcome on_parameter(const Parameter& parameter, Serial cumulative);
  // The peer's request that waited for its data, when that has come.
  Outcome on_data(Serial cumulative);

  bool has_output(TimePoint now) const { return response_ || (request_ && send_at_ <= now); }
  // Adds RE-CONFIG chunks. The request is sent again after `interval`, doubled each time.
  void write(PacketBuilder& out, TimePoint now, Duration interval);
  TimePoint next_deadline() const { return request_ ? send_at_ : kNever; }
  int retransmissions() const { return retransmissions_; }

 private:
  struct Response {
    uint32_t request;
    ReconfigResult result;
  };
  Outcome on_request(const OutgoingResetRequest& request, Serial cumulative);
  Outcome on_response(std::span<const uint8_t> value);
  Outcome perform(const OutgoingResetRequest& request);

  std::vector<uint16_t> wanted_;
  std::optional<OutgoingResetRequest> request_;
  TimePoint send_at_ = kNever;
  int retransmissions_ = 0;
  uint32_t next_request_;

  uint32_t expected_;
  std::optional<OutgoingResetRequest> deferred_;
  std::optional<Response> response_;  // to be written
  std::optional<Response> last_;      // for a request that comes again
};

}  // namespace parley::media::sctp
