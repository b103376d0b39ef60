// See reassembly.h.
#include "media/sctp/reassembly.h"

namespace parley::media::sctp {
namespace {

// The chain space of one I-DATA message; never 0, which is DATA's.
uint64_t message_space(uint16_t stream, bool unordered, uint32_t message) {
  return uint64_t{1} << 63 | static_cast<uint64_t>(stream) << 40 | static_cast<uint64_t>(unordered) << 32 |
         message;
}

}  // namespace

Reassembly::Link Reassembly::link_of(const DataChunk& d, Serial tsn) {
  if (!d.interleaved) return {0, tsn};
  return {message_space(d.stream, d.unordered, d.message), d.fragment};
}

Reassembly::Stream* Reassembly::stream(uint16_t id) {
  const auto it = streams_.find(id);
  if (it != streams_.end()) return &it->second;
  if (streams_.size() >= config_.max_streams) return nullptr;
  return &streams_[id];
}

// The stream's message number in full. SSNs have 16 bits, MIDs 32.
Serial Reassembly::unwrap(const DataChunk& d, Serial reference) const {
  return d.interleaved ? unwrap32(d.message, reference)
                       : unwrap16(static_cast<uint16_t>(d.message), reference);
}

// Whether its message was delivered or skipped: numbers do not come again before a reset.
bool Reassembly::is_past(const DataChunk& d) const {
  const auto it = streams_.find(d.stream);
  if (it == streams_.end()) return false;
  if (d.unordered) return d.interleaved && unwrap(d, it->second.next_unordered) < it->second.next_unordered;
  return unwrap(d, it->second.next) < it->second.next;
}

Reassembly::Verdict Reassembly::add(const DataChunk& d, Serial tsn) {
  if (is_past(d)) return Verdict::kTaken;
  if (stream(d.stream) == nullptr) return Verdict::kOutOfLimits;
  const Link link = link_of(d, tsn);
  auto chain = chains_.find(link);
  if (d.begin) {
    // A chain that ends where a message begins will never be finished: its sender gave it up.
    if (chain != chains_.end()) {
      buffered_ -= chain->second.message.bytes.size();
      chains_.erase(chain);
    }
    if (d.interleaved &&
        chains_.lower_bound({link.first, 0}) != chains_.upper_bound({link.first, UINT64_MAX})) {
      return Verdict::kViolation;  // a second beginning
    }
    if (chains_.size() + complete_ >= config_.max_partial_messages) return Verdict::kOutOfLimits;
    Chain fresh;
    fresh.message = {d.stream, d.protocol, d.unordered, {}};
    fresh.number = d.message;
    chain = chains_.emplace(link, std::move(fresh)).first;
  } else if (chain == chains_.end()) {
    return wait(link, d);
  } else if (const Verdict v = check(d, chain->second); v != Verdict::kTaken) {
    return v;
  }
  return follow(chain, d.payload, d.end);
}

Reassembly::Verdict Reassembly::check(const DataChunk& d, const Chain& chain) const {
  const bool same = chain.message.stream == d.stream && chain.message.unordered == d.unordered &&
                    (d.unordered || chain.number == d.message);
  return same ? Verdict::kTaken : Verdict::kViolation;
}

Reassembly::Verdict Reassembly::wait(const Link& link, const DataChunk& d) {
  if (waiting_.size() >= config_.max_fragments) return Verdict::kOutOfLimits;
  Waiting w;
  w.bytes.assign(d.payload.begin(), d.payload.end());
  w.number = d.message;
  w.stream = d.stream;
  w.unordered = d.unordered;
  w.end = d.end;
  if (!waiting_.emplace(link, std::move(w)).second)
    return Verdict::kViolation;  // I-DATA: the same fragment under another TSN
  buffered_ += d.payload.size();
  return Verdict::kTaken;
}

// Appends to the chain and moves it to its next link.
Reassembly::Verdict Reassembly::follow(Chains::iterator chain, std::span<const uint8_t> bytes, bool end) {
  Message& m = chain->second.message;
  if (m.bytes.size() + bytes.size() > config_.max_message_size) return Verdict::kTooLarge;
  m.bytes.insert(m.bytes.end(), bytes.begin(), bytes.end());
  buffered_ += bytes.size();
  if (end) return finish(chain);
  auto node = chains_.extract(chain);
  ++node.key().second;
  const auto moved = chains_.insert(std::move(node));
  if (!moved.inserted) return Verdict::kViolation;  // two messages at one TSN
  return drain(moved.position);
}

// Appends what waited for this link.
Reassembly::Verdict Reassembly::drain(Chains::iterator chain) {
  for (;;) {
    const auto it = waiting_.find(chain->first);
    if (it == waiting_.end()) return Verdict::kTaken;
    const auto node = waiting_.extract(it);
    const Waiting& w = node.mapped();
    buffered_ -= w.bytes.size();
    Message& m = chain->second.message;
    if (w.stream != m.stream || w.unordered != m.unordered ||
        (!w.unordered && w.number != chain->second.number)) {
      return Verdict::kViolation;
    }
    if (m.bytes.size() + w.bytes.size() > config_.max_message_size) return Verdict::kTooLarge;
    m.bytes.insert(m.bytes.end(), w.bytes.begin(), w.bytes.end());
    buffered_ += w.bytes.size();
    if (w.end) return finish(chain);
    auto moving = chains_.extract(chain);
    ++moving.key().second;
    const auto moved = chains_.insert(std::move(moving));
    if (!moved.inserted) return Verdict::kViolation;
    chain = moved.position;
  }
}

Reassembly::Verdict Reassembly::finish(Chains::iterator chain) {
  Chain done = std::move(chain->second);
  const bool interleaved = chain->first.first != 0;
  chains_.erase(chain);
  if (done.message.unordered) {
    ready_.push_back(std::move(done.message));
    return Verdict::kTaken;
  }
  Stream& s = streams_[done.message.stream];
  DataChunk number;
  number.interleaved = interleaved;
  number.message = done.number;
  const Serial n = unwrap(number, s.next);
  if (n == s.next) {
    ++s.next;
    ready_.push_back(std::move(done.message));
    deliver_ready(s);
    return Verdict::kTaken;
  }
  if (n < s.next || !s.complete.emplace(n, std::move(done.message)).second)
    return Verdict::kViolation;  // a number used twice
  ++complete_;
  return Verdict::kTaken;
}

void Reassembly::deliver_ready(Stream& s) {
  while (!s.complete.empty() && s.complete.begin()->first <= s.next) {
    s.next = s.complete.begin()->first + 1;
    ready_.push_back(std::move(s.complete.begin()->second));
    s.complete.erase(s.complete.begin());
    --complete_;
  }
}

std::optional<Message> Reassembly::take() {
  if (ready_.empty()) return std::nullopt;
  Message m = std::move(ready_.front());
  ready_.pop_front();
  buffered_ -= m.bytes.size();
  return m;
}

template <class Dead>
void Reassembly::drop_if(Dead dead) {
  const auto drop = [&](auto& map, auto describe, auto size) {
    for (auto it = map.begin(); it != map.end();) {
      DataChunk d = describe(it->second);
      d.interleaved = it->first.first != 0;
      if (!dead(it->first, d)) {
        ++it;
        continue;
      }
      buffered_ -= size(it->second);
      it = map.erase(it);
    }
  };
  drop(
      chains_,
      [](const Chain& c) {
        DataChunk d;
        d.stream = c.message.stream;
        d.unordered = c.message.unordered;
        d.message = c.number;
        return d;
      },
      [](const Chain& c) { return c.message.bytes.size(); });
  drop(
      waiting_,
      [](const Waiting& w) {
        DataChunk d;
        d.stream = w.stream;
        d.unordered = w.unordered;
        d.message = w.number;
        return d;
      },
      [](const Waiting& w) { return w.bytes.size(); });
}

void Reassembly::skip_stream(const SkippedStream& skipped, bool interleaved) {
  Stream* s = stream(skipped.stream);
  if (s == nullptr) return;
  DataChunk number;
  number.interleaved = interleaved;
  number.message = skipped.message;
  Serial& next = skipped.unordered ? s->next_unordered : s->next;
  const Serial last = unwrap(number, next);
  if (last < next) return;
  next = last + 1;
  // What is complete among the skipped is still delivered, in order.
  if (!skipped.unordered) deliver_ready(*s);
}

void Reassembly::skip(Serial cumulative, const ForwardTsnChunk& forward, bool interleaved) {
  for (const SkippedStream& s : forward.streams) skip_stream(s, interleaved);
  drop_if([&](const Link& link, const DataChunk& d) {
    return (link.first == 0 && link.second <= cumulative) || is_past(d);
  });
}

void Reassembly::reset_streams(std::span<const uint16_t> streams) {
  const auto forget = [&](Stream& s) {
    for (const auto& [number, m] : s.complete) buffered_ -= m.bytes.size();
    complete_ -= s.complete.size();
  };
  for (const uint16_t id : streams) {
    const auto it = streams_.find(id);
    if (it == streams_.end()) continue;
    forget(it->second);
    streams_.erase(it);
  }
  if (streams.empty()) {
    for (auto& [id, s] : streams_) forget(s);
    streams_.clear();
  }
  drop_if([&](const Link&, const DataChunk& d) { return !streams_.contains(d.stream); });
}

void Reassembly::clear() {
  chains_.clear();
  waiting_.clear();
  streams_.clear();
  ready_.clear();
  complete_ = 0;
  buffered_ = 0;
}

}  // namespace parley::media::sctp
