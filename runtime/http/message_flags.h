// What JavaScript is told of a message beside its text: the bits of onHeaders' first argument
// (http_parser.cc), by the same names in internal/http/common.
#pragma once

namespace parley {

enum Flag : int {
  kKeepAlive = 1,
  kUpgrade = 2,
  kComplete = 4,    // no body: the message is over
  kExpect = 8,      // has an Expect header
  kHost = 16,       // has a Host header
  kManyHosts = 32,  // has several: to be refused (RFC 9112, 3.2)
  kChunked = 64,
  kHttp10 = 128,         // version 1.0
  kConnectionSet = 256,  // has a Connection header
  kOldVersion = 512,     // below 1.0
};

}  // namespace parley
