// The BIO between OpenSSL's DTLS and our datagrams: it reads the one datagram at hand and writes each record
// flight into the send slab, as far as the peer may be sent anything yet. It also tells OpenSSL's
// retransmission timer when to go off (force_timeout), because OpenSSL reads the wall clock while our time is
// handed in.
#pragma once

#include <openssl/bio.h>

#include <cstdint>
#include <span>

#include "media/core/send_slab.h"
#include "media/core/socket_address.h"

struct timeval;

namespace parley::media::dtls {

struct DatagramBio {
  static constexpr size_t kUnlimited = SIZE_MAX;

  std::span<const uint8_t> incoming;  // empty once read
  const Route* destination = nullptr;
  SendSlab* out = nullptr;  // null: what is written is lost, as on a network
  bool wrote = false;       // since it was last cleared
  // How many bytes may still be written; what is beyond is lost, too.
  size_t allowance = kUnlimited;
  // Where OpenSSL 3.0 and 3.1 keep the retransmission deadline: they show it with
  // BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT. Later versions show a copy, and it stays null.
  timeval* openssl_deadline = nullptr;

  // A new BIO that uses this object, which must outlive it; owned by the caller (or the SSL it is given to).
  BIO* make();
  // Makes OpenSSL's timer look expired, if it is running.
  void force_timeout();
  // Whether this OpenSSL lets force_timeout() do so. Its timer must then never go off by itself.
  static bool rules_timer();
};

}  // namespace parley::media::dtls
