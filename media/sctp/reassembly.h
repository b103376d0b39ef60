// Messages out of fragments, in order within each stream or as they come (RFC 9260 sections 6.5, 6.6 and 6.9;
// RFC 8260 section 2.2).
//
// A message grows as a chain: fragments that follow each other are appended to its bytes at once, those ahead
// wait. DATA numbers the links by TSN, in one chain space for all messages; I-DATA by a message's own count,
// in a space for each message. Nothing else differs.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "media/sctp/chunks.h"
#include "media/sctp/message.h"
#include "media/sctp/serial.h"

namespace parley::media::sctp {

class Reassembly {
 public:
  enum class Verdict : uint8_t {
    kTaken,
    kViolation,    // it contradicts what came before
    kTooLarge,     // the message passes max_message_size
    kOutOfLimits,  // too many streams, messages or fragments
  };

  explicit Reassembly(const Config& config) : config_(config) {}

  // A fragment that came for the first time.
  Verdict add(const DataChunk& data, Serial tsn);
  // The next complete message whose turn it is.
  std::optional<Message> take();
  // Up to `cumulative` nothing more will come; `streams` skip messages.
  void skip(Serial cumulative, const ForwardTsnChunk& forward, bool interleaved);
  // The peer starts these streams again from 0; none: all.
  void reset_streams(std::span<const uint16_t> streams);
  void clear();

  size_t buffered() const { return buffered_; }  // bytes of everything not yet taken
  size_t chains() const { return chains_.size(); }

 private:
  // Which message (0 for all of DATA), and which link of it comes next.
  using Link = std::pair<uint64_t, Serial>;

  struct Chain {
    Message message;
    uint32_t number = 0;  // SSN or MID
  };
  struct Waiting {
    std::vector<uint8_t> bytes;
    uint32_t number = 0;
    uint16_t stream = 0;
    bool unordered = false;
    bool end = false;
  };
  struct Stream {
    Serial next = kSerialOrigin;            // number of the ordered message to deliver next
    Serial next_unordered = kSerialOrigin;  // I-DATA: below it, skipped
    std::map<Serial, Message> complete;     // ordered, waiting for earlier ones
  };
  using Chains = std::map<Link, Chain>;

  static Link link_of(const DataChunk& data, Serial tsn);
  Stream* stream(uint16_t id);
  Verdict check(const DataChunk& data, const Chain& chain) const;
  Verdict follow(Chains::iterator chain, std::span<const uint8_t> bytes, bool end);
  Verdict drain(Chains::iterator chain);
  Verdict wait(const Link& link, const DataChunk& data);
  Verdict finish(Chains::iterator chain);
  void deliver_ready(Stream& s);
  Serial unwrap(const DataChunk& data, Serial reference) const;
  void skip_stream(const SkippedStream& skipped, bool interleaved);
  bool is_past(const DataChunk& data) const;
  template <class Dead>
  void drop_if(Dead dead);

  const Config& config_;
  Chains chains_;
  std::map<Link, Waiting> waiting_;
  std::unordered_map<uint16_t, Stream> streams_;
  std::deque<Message> ready_;
  size_t complete_ = 0;  // messages waiting in streams
  size_t buffered_ = 0;
};

}  // namespace parley::media::sctp
