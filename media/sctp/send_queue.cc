// See send_queue.h.
#include "media/sctp/send_queue.h"

#include <algorithm>

namespace parley::media::sctp {
namespace {
// A message is not cut to fill the end of a packet that has less room than this: two packets would carry what
// one can.
constexpr size_t kSmallestCut = 256;
}  // namespace

SendQueue::Slot SendQueue::allocate() {
  if (!free_.empty()) {
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }
  slots_.emplace_back();
  return static_cast<Slot>(slots_.size() - 1);
}

bool SendQueue::push(uint16_t id, uint32_t protocol, std::span<const uint8_t> bytes,
                     const SendOptions& options, TimePoint now) {
  if (bytes.empty() || bytes.size() > capacity_ - std::min(buffered_, capacity_)) return false;
  const Slot slot = allocate();
  Outgoing& m = slots_[slot];
  m = {};
  m.bytes.assign(bytes.begin(), bytes.end());
  m.protocol = protocol;
  m.stream = id;
  m.unordered = options.unordered;
  m.used = true;
  m.max_retransmits = options.max_retransmits;
  if (options.lifetime) m.expires = now + *options.lifetime;
  Stream& stream = streams_[id];
  stream.messages.push_back(slot);
  m.counted = options.counted;
  if (m.counted) stream.buffered += bytes.size();
  buffered_ += bytes.size();
  if (!stream.has_turn) {
    stream.has_turn = true;
    turns_.push_back(id);
  }
  return true;
}

void SendQueue::account(const Outgoing& m, Stream& stream, size_t sent) {
  buffered_ -= sent;
  if (!m.counted) return;
  stream.buffered -= sent;
}

void SendQueue::drop_front(Stream& stream) {
  const Slot slot = stream.messages.front();
  stream.messages.pop_front();
  account(slots_[slot], stream, slots_[slot].bytes.size() - slots_[slot].taken);
  slots_[slot].taken = slots_[slot].bytes.size();
  free_if_done(slot);
}

void SendQueue::drop_expired(Stream& stream, TimePoint now) {
  // One that is begun is the retransmission queue's to give up: the receiver knows of it.
  while (!stream.messages.empty()) {
    const Outgoing& m = slots_[stream.messages.front()];
    if (m.taken > 0 || m.expires > now) return;
    drop_front(stream);
  }
}

void SendQueue::number(Stream& stream, Outgoing& m) {
  if (m.numbered) return;
  m.numbered = true;
  if (!m.unordered) {
    m.number = stream.next_ordered++;
  } else if (interleaving_) {
    m.number = stream.next_unordered++;
  }
}

void SendQueue::end_turn(Stream& stream, bool message_ended) {
  in_message_ = !interleaving_ && !message_ended;
  if (in_message_) return;
  const uint16_t id = turns_.front();
  turns_.pop_front();
  stream.has_turn = !stream.messages.empty();
  if (stream.has_turn) turns_.push_back(id);
}

std::optional<SendQueue::Fragment> SendQueue::take(size_t room, size_t full_room, TimePoint now) {
  while (!turns_.empty()) {
    const uint16_t id = turns_.front();
    Stream& stream = streams_[id];
    if (!in_message_) drop_expired(stream, now);
    if (stream.messages.empty()) {
      end_turn(stream, true);
      continue;
    }
    const Slot slot = stream.messages.front();
    Outgoing& m = slots_[slot];
    const size_t left = m.bytes.size() - m.taken;
    if (room == 0 || (left > room && room < std::min(full_room, kSmallestCut))) return std::nullopt;
    if (left > room && left <= full_room) return std::nullopt;
    number(stream, m);
    Fragment f;
    f.slot = slot;
    f.offset = static_cast<uint32_t>(m.taken);
    f.size = static_cast<uint32_t>(std::min(left, room));
    f.index = m.fragments++;
    f.begin = m.taken == 0;
    f.end = f.size == left;
    m.taken += f.size;
    ++m.outstanding;
    account(m, stream, f.size);
    if (f.end) stream.messages.pop_front();
    end_turn(stream, f.end);
    return f;
  }
  return std::nullopt;
}

void SendQueue::free_if_done(Slot slot) {
  Outgoing& m = slots_[slot];
  if (!m.used || m.outstanding > 0 || m.taken < m.bytes.size()) return;
  m = {};
  free_.push_back(slot);
}

void SendQueue::release(Slot slot) {
  --slots_[slot].outstanding;
  free_if_done(slot);
}

bool SendQueue::abandon(Slot slot) {
  Outgoing& m = slots_[slot];
  m.abandoned = true;
  const size_t unsent = m.bytes.size() - m.taken;
  if (unsent > 0) {
    Stream& stream = streams_[m.stream];
    std::erase(stream.messages, slot);
    account(m, stream, unsent);
    // Whether it was this message that held the turn, or one before it: the next fragment starts a message.
    if (!turns_.empty() && turns_.front() == m.stream && m.taken > 0) in_message_ = false;
  }
  m.bytes.clear();
  m.bytes.shrink_to_fit();
  m.taken = 0;
  return unsent > 0;
}

bool SendQueue::has_queued(uint16_t id) const {
  const auto it = streams_.find(id);
  return it != streams_.end() && !it->second.messages.empty();
}

void SendQueue::reset_stream(uint16_t id) {
  const auto it = streams_.find(id);
  if (it == streams_.end()) return;
  if (it->second.messages.empty() && !it->second.has_turn) {
    streams_.erase(it);
    return;
  }
  it->second.next_ordered = it->second.next_unordered = 0;
}

void SendQueue::clear() {
  streams_.clear();
  turns_.clear();
  slots_.clear();
  free_.clear();
  buffered_ = 0;
  in_message_ = false;
}

size_t SendQueue::buffered(uint16_t id) const {
  const auto it = streams_.find(id);
  return it == streams_.end() ? 0 : it->second.buffered;
}

}  // namespace parley::media::sctp
