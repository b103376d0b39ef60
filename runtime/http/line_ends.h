// What stands between the names and values of an HTTP/1.1 header section (RFC 9112, 2.2 and 5.2). llhttp
// overlooks a bare LF and a folded line; where one program of a chain does and the next does not, requests
// are smuggled.
#pragma once

#include <cstddef>
#include <string_view>

namespace parley {

// Why a message is refused, in the words of llhttp's later releases.
struct HttpFault {
  const char* code;
  const char* reason;
};

class LineEnds {
 public:
  void Clear() { *this = {}; }

  // Looks at more of the bytes between two names or values, or up to the section's empty line; returns how
  // many of them it took.
  size_t Read(std::string_view bytes) {
    size_t taken = 0;
    while (taken < bytes.size() && !complete_) Next(bytes[taken++]);
    return taken;
  }

  // What follows belongs to what came before: a line end between them is a fold.
  void ExpectSameLine() {
    if (line_ends_) folded_ = true;
  }
  const HttpFault* fault() const { return fault_; }  // null: every line ends as it should
  bool folded() const { return folded_; }

  static constexpr HttpFault kFolded{"HPE_INVALID_HEADER_TOKEN", "Unexpected whitespace after header value"};

 private:
  void Next(char c) {
    if (last_ == '\r' && c != '\n') Note(kNoLineFeed);
    if (c == '\n') {
      if (last_ != '\r') Note(kNoCarriageReturn);
      complete_ = line_ends_ && empty_;
      line_ends_ = empty_ = true;
    } else if (c != '\r') {
      if (last_ == '\n' && (c == ' ' || c == '\t')) folded_ = true;
      empty_ = false;
    }
    last_ = c;
  }
  void Note(const HttpFault& fault) {
    if (fault_ == nullptr) fault_ = &fault;
  }

  static constexpr HttpFault kNoCarriageReturn{"HPE_CR_EXPECTED", "Missing expected CR after header value"};
  static constexpr HttpFault kNoLineFeed{"HPE_LF_EXPECTED", "Missing expected LF after header value"};

  const HttpFault* fault_ = nullptr;
  char last_ = 0;
  bool folded_ = false;
  bool line_ends_ = false;  // there was a line end
  bool empty_ = false;      // nothing but CR since the last one
  bool complete_ = false;   // two line ends in a row
};

}  // namespace parley
