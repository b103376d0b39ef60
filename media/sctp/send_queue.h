// What the program wants sent and has not been: messages by stream, cut into fragments when there is room for
// one. Streams take turns: message by message, or fragment by fragment where the peer understands I-DATA (RFC
// 8260 section 3), so that a large message holds up only its own stream.
//
// It also owns the messages that are on the way: their bytes are kept, once, until the last fragment is
// acknowledged or given up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "media/sctp/chunks.h"
#include "media/sctp/message.h"
#include "media/sctp/serial.h"

namespace parley::media::sctp {

class SendQueue {
 public:
  using Slot = uint32_t;

  struct Outgoing {
    std::vector<uint8_t> bytes;
    uint32_t protocol = 0;
    uint16_t stream = 0;
    bool unordered = false;
    bool counted = true;
    bool used = false;  // the slot holds a message
    bool abandoned = false;
    bool numbered = false;     // `number` is set: a fragment has been taken
    uint32_t number = 0;       // SSN or MID
    uint32_t fragments = 0;    // taken so far
    uint32_t outstanding = 0;  // taken and neither acknowledged nor given up
    size_t taken = 0;          // bytes
    std::optional<uint16_t> max_retransmits;
    TimePoint expires = kNever;
  };

  // One fragment to be sent for the first time.
  struct Fragment {
    Slot slot = 0;
    uint32_t offset = 0;
    uint32_t size = 0;
    uint32_t index = 0;  // FSN
    bool begin = false;
    bool end = false;
  };

  explicit SendQueue(size_t capacity) : capacity_(capacity) {}

  void set_interleaving(bool on) { interleaving_ = on; }
  // False when there is no room.
  bool push(uint16_t stream, uint32_t protocol, std::span<const uint8_t> bytes, const SendOptions& options,
            TimePoint now);
  // The next fragment of at most `room` bytes; nothing when there is none, or when a small one would be cut
  // for lack of room in this packet.
  std::optional<Fragment> take(size_t room, size_t full_room, TimePoint now);
  bool empty() const { return turns_.empty(); }

  const Outgoing& message(Slot slot) const { return slots_[slot]; }
  void retain(Slot slot) { ++slots_[slot].outstanding; }
  // A fragment is acknowledged or skipped; the last one's frees the message.
  void release(Slot slot);
  // Nothing more of it is sent. True when it had unsent fragments, which the receiver must be told are not
  // coming.
  bool abandon(Slot slot);

  bool has_queued(uint16_t stream) const;
  // The stream starts again from number 0, as after an outgoing reset.
  void reset_stream(uint16_t stream);
  // As after a restart: everything queued or on the way is gone.
  void clear();

  size_t buffered() const { return buffered_; }  // bytes not yet sent, over all streams
  size_t buffered(uint16_t stream) const;
  size_t streams() const { return streams_.size(); }

 private:
  struct Stream {
    std::deque<Slot> messages;
    size_t buffered = 0;
    uint32_t next_ordered = 0;
    uint32_t next_unordered = 0;  // I-DATA counts these apart
    bool has_turn = false;
  };

  Slot allocate();
  void free_if_done(Slot slot);
  void drop_front(Stream& stream);
  void drop_expired(Stream& stream, TimePoint now);
  void account(const Outgoing& m, Stream& stream, size_t sent);
  void number(Stream& stream, Outgoing& m);
  void end_turn(Stream& stream, bool message_ended);

  size_t capacity_;
  bool interleaving_ = false;
  bool in_message_ = false;  // without interleaving: the first turn's message is begun
  std::unordered_map<uint16_t, Stream> streams_;
  std::deque<uint16_t> turns_;  // streams with something to send, the next one first
  std::vector<Outgoing> slots_;
  std::vector<Slot> free_;
  size_t buffered_ = 0;
};

}  // namespace parley::media::sctp
