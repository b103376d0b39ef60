// Implements media/dtls/datagram_bio.h.
#include "media/dtls/datagram_bio.h"

#include <openssl/crypto.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>

#include "media/dtls/transport.h"

namespace parley::media::dtls {
namespace {

DatagramBio& self(BIO* bio) { return *static_cast<DatagramBio*>(BIO_get_data(bio)); }

int read(BIO* bio, char* to, int room) {
  DatagramBio& b = self(bio);
  BIO_clear_retry_flags(bio);
  if (b.incoming.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const size_t n = std::min(b.incoming.size(), static_cast<size_t>(std::max(room, 0)));
  std::memcpy(to, b.incoming.data(), n);
  b.incoming = {};
  return static_cast<int>(n);
}

int write(BIO* bio, const char* from, int size) {
  DatagramBio& b = self(bio);
  BIO_clear_retry_flags(bio);
  b.wrote = true;
  if (size <= 0 || b.out == nullptr || b.destination == nullptr || !b.destination->valid()) return size;
  const auto bytes = static_cast<size_t>(size);
  if (bytes > b.allowance) return size;
  if (b.allowance != DatagramBio::kUnlimited) b.allowance -= bytes;
  b.out->append(*b.destination, {reinterpret_cast<const uint8_t*>(from), bytes});
  return size;
}

long control(BIO* bio, int command, long, void* pointer) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return static_cast<long>(Transport::kMtu);
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
      if (DatagramBio::rules_timer()) self(bio).openssl_deadline = static_cast<timeval*>(pointer);
      return 0;
    default:
      return 0;
  }
}

const BIO_METHOD* method() {
  static BIO_METHOD* const made = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parley datagram");
    if (m != nullptr) {
      BIO_meth_set_read(m, read);
      BIO_meth_set_write(m, write);
      BIO_meth_set_ctrl(m, control);
    }
    return m;
  }();
  return made;
}

}  // namespace

BIO* DatagramBio::make() {
  BIO* bio = method() != nullptr ? BIO_new(method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

bool DatagramBio::rules_timer() {
  // The addon may run on another OpenSSL than it was compiled with: ask at run time.
  static const bool shows_its_own = OpenSSL_version_num() < 0x30200000UL;
  return shows_its_own;
}

void DatagramBio::force_timeout() {
  // Zero means "not running".
  if (openssl_deadline != nullptr && openssl_deadline->tv_sec != 0) *openssl_deadline = {1, 0};
}

}  // namespace parley::media::dtls
