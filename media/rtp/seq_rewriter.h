// Numbers towards one subscriber: sequence numbers, and in the same way VP8's picture ids. The source's
// numbers are kept with their gaps (a loss on the way in is a loss on the way out, and its late arrival fills
// the gap), but what is left out on purpose — a pause, another encoding, the frames of a temporal layer —
// leaves none.
//
// A segment is a stretch of one source forwarded with one offset; the last few are remembered, so that late
// packets go where they belong and a subscriber's NACK can be turned back into the source's number. What was
// dropped within segments is a bit each over the latest thousand numbers, with counts a word: exact, and of
// constant cost.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

#include "media/core/types.h"

namespace parley::media::rtp {

class SeqRewriter {
 public:
  // Numbers of different sources differ from this bit on; a source's own grow.
  static constexpr int kSourceShift = 40;
  static constexpr size_t kSegments = 8;
  static constexpr int64_t kWindow = 1024;

  explicit SeqRewriter(uint16_t first_out) : first_out_(first_out) {}

  struct Place {
    SeqNumber seq;
    uint8_t segment = 0;   // below kSegments
    int64_t position = 0;  // among everything forwarded or dropped
  };
  // What became of a packet when it came, for its repetitions.
  struct Note {
    bool with_payload = false;  // without: it told the subscriber only not to wait
    bool marker = false;
    bool operator==(const Note&) const = default;
  };
  struct Source {
    int64_t in = 0;
    Place place;
    std::optional<Note> note;
  };

  // The next forwarded number begins a new segment.
  void cut() { cut_ = true; }
  bool begins_segment() const { return cut_ || count_ == 0; }

  // Whether nothing later has been forwarded or dropped.
  bool is_new(int64_t in) const {
    if (begins_segment()) return true;
    const Segment& s = segments_[latest_];
    return same_source(in, s.first_in) && in - s.first_in + s.base >= next_;
  }

  // Where source number `in` goes; nothing when it belongs to no segment, or was dropped.
  std::optional<Place> forward(int64_t in) {
    if (begins_segment()) {
      if (count_ > 0 && is_late(in)) return std::nullopt;  // from before the cut
      begin_segment(in);
    }
    for (size_t i = 0; i < count_; ++i) {
      const size_t slot = slot_of(i);
      const Segment& s = segments_[slot];
      if (!same_source(in, s.first_in) || in < s.first_in) continue;
      const int64_t position = in - s.first_in + s.base;
      if (i > 0 && position >= s.end) return std::nullopt;  // in the stretch that was left out
      if (i == 0 && position >= next_) {
        advance(position);
      } else if (next_ - position > kWindow - 64 || dropped(position)) {
        return std::nullopt;
      }
      return Place{out_of(position), static_cast<uint8_t>(slot), position};
    }
    return std::nullopt;
  }

  void note(const Place& place, Note note) {
    if (place.position >= next_ || next_ - place.position > kWindow - 64) return;
    Word& word = words_[word_of(place.position)];
    const uint64_t bit = uint64_t{1} << (place.position & 63);
    word.noted |= bit;
    if (note.with_payload) word.with_payload |= bit;
    if (note.marker) word.markers |= bit;
  }

  // Leaves out a number that is new; with `and_gap` also the ones before it that never came.
  void drop(int64_t in, bool and_gap = false) {
    if (begins_segment() || !is_new(in)) return;
    const int64_t position = in - segments_[latest_].first_in + segments_[latest_].base;
    const int64_t first = and_gap && position - next_ < 64 ? next_ : position;
    for (int64_t p = first; p <= position; ++p) {
      advance(p);
      words_[word_of(p)].dropped |= uint64_t{1} << (p & 63);
      ++drops_;
    }
  }

  // The source's number of what the subscriber calls `out`.
  std::optional<Source> reverse(SeqNumber out) const {
    const int64_t newest_out = first_out_ + next_ - drops_ - 1;
    const int64_t wanted = newest_out + out.distance_from({static_cast<uint16_t>(newest_out)});
    if (count_ == 0 || wanted > newest_out || wanted < first_out_) return std::nullopt;
    for (int64_t first = (next_ - 1) & ~int64_t{63}; first >= 0 && next_ - first <= kWindow; first -= 64) {
      const Word& word = words_[word_of(first)];
      int64_t left = wanted - (first_out_ + first - word.drops_before);
      if (left < 0) continue;
      for (int64_t p = first; p < first + 64; ++p) {
        if ((word.dropped >> (p & 63) & 1) == 0 && left-- == 0) return source_at(p, out);
      }
      return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  struct Segment {
    int64_t first_in = 0;
    int64_t base = 0;  // the position of `first_in`; positions count through all segments, drops included
    int64_t end = 0;   // set when the next one begins
  };
  struct Word {
    uint64_t dropped = 0;
    int64_t drops_before = 0;  // all drops at earlier positions
    uint64_t noted = 0;        // and the notes
    uint64_t with_payload = 0;
    uint64_t markers = 0;
  };
  static constexpr size_t kWords = kWindow / 64;

  static bool same_source(int64_t a, int64_t b) { return (a >> kSourceShift) == (b >> kSourceShift); }
  static size_t word_of(int64_t position) { return static_cast<size_t>(position >> 6) % kWords; }
  size_t slot_of(size_t i) const { return (latest_ + kSegments - i) % kSegments; }  // 0 is the latest

  bool is_late(int64_t in) const {
    const Segment& s = segments_[latest_];
    return same_source(in, s.first_in) && in - s.first_in + s.base < next_;
  }
  bool dropped(int64_t position) const {
    return (words_[word_of(position)].dropped >> (position & 63) & 1) != 0;
  }
  SeqNumber out_of(int64_t position) const {
    const Word& word = words_[word_of(position)];
    const uint64_t below = word.dropped & ((uint64_t{1} << (position & 63)) - 1);
    return {static_cast<uint16_t>(first_out_ + position - word.drops_before - std::popcount(below))};
  }

  void advance(int64_t position) {
    const int64_t first_word = (next_ + 63) >> 6, last_word = position >> 6;
    const int64_t from = last_word - first_word >= static_cast<int64_t>(kWords)
                             ? last_word - static_cast<int64_t>(kWords) + 1
                             : first_word;
    for (int64_t w = from; w <= last_word; ++w) {
      words_[static_cast<size_t>(w) % kWords] = {.drops_before = drops_};
    }
    next_ = position + 1;
  }

  void begin_segment(int64_t in) {
    if (count_ > 0) {
      segments_[latest_].end = next_;
      latest_ = (latest_ + 1) % kSegments;
    }
    if (count_ < kSegments) ++count_;
    segments_[latest_] = {in, next_, 0};
    cut_ = false;
  }

  std::optional<Source> source_at(int64_t position, SeqNumber out) const {
    for (size_t i = 0; i < count_; ++i) {
      const Segment& s = segments_[slot_of(i)];
      if (position < s.base) continue;
      Source source{position - s.base + s.first_in, {out, static_cast<uint8_t>(slot_of(i)), position}, {}};
      const Word& word = words_[word_of(position)];
      const auto has = [&](uint64_t bits) { return (bits >> (position & 63) & 1) != 0; };
      if (has(word.noted)) source.note = Note{has(word.with_payload), has(word.markers)};
      return source;
    }
    return std::nullopt;
  }

  std::array<Segment, kSegments> segments_;
  std::array<Word, kWords> words_;
  size_t latest_ = 0;
  size_t count_ = 0;
  bool cut_ = false;
  int64_t first_out_;
  int64_t next_ = 0;  // position after the newest
  int64_t drops_ = 0;
};

}  // namespace parley::media::rtp
