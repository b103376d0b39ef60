// Implements media/dtls/transport.h.
#include "media/dtls/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/dtls/datagram_bio.h"

namespace parley::media::dtls {
namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// OpenSSL's timer runs on the wall clock. Where it goes off at our word it runs for longer than any
// handshake; elsewhere for as long as ours, so that the one is never early for the other.
unsigned timer_us(Duration interval) {
  const Duration run = DatagramBio::rules_timer() ? 2 * Transport::kHandshakeDeadline : interval;
  return static_cast<unsigned>(run.count());
}

// RFC 5764 section 4.1.2, RFC 7714 section 14.2.
const char* registered_name(srtp::Profile profile) {
  switch (profile) {
    case srtp::Profile::kAes128CmSha1_80:
      return "SRTP_AES128_CM_HMAC_SHA1_80";
    case srtp::Profile::kAeadAes128Gcm:
      return "SRTP_AEAD_AES_128_GCM";
    case srtp::Profile::kAeadAes256Gcm:
      break;
  }
  return "SRTP_AEAD_AES_256_GCM";
}

}  // namespace

struct Transport::Impl {
  Role role = Role::kPassive;
  State state = State::kNew;
  const char* failure = "";
  std::optional<Fingerprint> expected;
  std::optional<SrtpKeys> keys;
  bool handshake_done = false;
  bool srtp_optional = false;
  bool carries_data = false;
  bool buffers_given_back = false;
  TimePoint give_up_at = kNever;
  TimePoint retransmit_at = kNever;
  Duration interval = kFirstRetransmission;
  DatagramBio bio;
  std::unique_ptr<SSL, FreeSsl> ssl;

  void fail(const char* why) {
    state = State::kFailed;
    failure = why;
    retransmit_at = give_up_at = kNever;
  }
  // Lets OpenSSL work on what is at hand.
  void advance(TimePoint now, DataSink* data = nullptr);
  void handshake(TimePoint now);
  void read_records(DataSink* data);
  void check_peer();
  bool export_keys();
  bool take_buffers();
  void give_back_buffers();

  // Only for the duration of a call may OpenSSL write somewhere.
  struct Outlet {
    Outlet(Impl& impl, const Route& to, SendSlab& out)
        : impl(impl), bio(impl.bio), outer_destination(bio.destination), outer_out(bio.out) {
      bio.destination = &to;
      bio.out = &out;
      ready = impl.take_buffers();
    }
    ~Outlet() {
      bio.destination = outer_destination;
      bio.out = outer_out;
      bio.incoming = {};
      if (outer_out == nullptr) impl.give_back_buffers();
    }
    Impl& impl;
    DatagramBio& bio;
    bool ready = false;  // to call OpenSSL
    // Of the call inside which this one is made: data is answered while it is read.
    const Route* outer_destination;
    SendSlab* outer_out;
  };
};

Transport::Transport(const Certificate& certificate, Role role) : impl_(std::make_unique<Impl>()) {
  Impl& s = *impl_;
  s.role = role;
  s.ssl.reset(SSL_new(certificate.context()));
  BIO* bio = s.ssl ? s.bio.make() : nullptr;
  if (bio == nullptr) {
    s.fail("OpenSSL cannot make a DTLS session");
    return;
  }
  SSL* ssl = s.ssl.get();
  SSL_set_bio(ssl, bio, bio);
  SSL_set_mtu(ssl, static_cast<long>(kMtu));
  SSL_set_app_data(ssl, &s);
  DTLS_set_timer_cb(
      ssl, [](SSL* c, unsigned) { return timer_us(static_cast<Impl*>(SSL_get_app_data(c))->interval); });
  if (role == Role::kActive) {
    SSL_set_connect_state(ssl);
  } else {
    SSL_set_accept_state(ssl);
  }
}

Transport::~Transport() = default;
Transport::Transport(Transport&&) noexcept = default;
Transport& Transport::operator=(Transport&&) noexcept = default;

State Transport::state() const { return impl_->state; }
Role Transport::role() const { return impl_->role; }
const std::optional<SrtpKeys>& Transport::keys() const { return impl_->keys; }
std::string Transport::remote_certificate() const {
  return base64_of(SSL_get0_peer_certificate(impl_->ssl.get()));
}
Transport::Suite Transport::suite() const {
  if (impl_->state != State::kConnected) return {};
  const SSL_CIPHER* cipher = SSL_get_current_cipher(impl_->ssl.get());
  Suite suite;
  suite.version = SSL_version(impl_->ssl.get()) == DTLS1_2_VERSION ? "FEFD" : "";
  if (const char* name = cipher != nullptr ? SSL_CIPHER_standard_name(cipher) : nullptr) suite.cipher = name;
  if (impl_->keys) suite.srtp_profile = registered_name(impl_->keys->profile);
  return suite;
}
const char* Transport::failure() const { return impl_->failure; }

void Transport::set_remote_fingerprint(const Fingerprint& fingerprint) {
  impl_->expected = fingerprint;
  if (impl_->handshake_done && impl_->state == State::kConnecting) impl_->check_peer();
}

void Transport::start(const Route& to, TimePoint now, SendSlab& out) {
  Impl& s = *impl_;
  if (s.state != State::kNew) return;
  s.state = State::kConnecting;
  s.give_up_at = now + kHandshakeDeadline;
  const Impl::Outlet outlet(s, to, out);
  s.advance(now);
}

void Transport::limit_sending(size_t bytes) {
  if (!impl_->handshake_done) impl_->bio.allowance = bytes;
}

void Transport::allow(size_t bytes) {
  size_t& allowance = impl_->bio.allowance;
  allowance += std::min(bytes, DatagramBio::kUnlimited - allowance);
}

size_t Transport::allowance() const { return impl_->bio.allowance; }

void Transport::set_srtp_optional() { impl_->srtp_optional = true; }

void Transport::on_datagram(std::span<const uint8_t> datagram, const Route& to, TimePoint now, SendSlab& out,
                            DataSink* data) {
  Impl& s = *impl_;
  if (!looks_like_dtls(datagram)) return;
  if (s.state == State::kNew) start(to, now, out);
  if (s.state != State::kConnecting && s.state != State::kConnected) return;
  allow(kAmplification * datagram.size());
  const Impl::Outlet outlet(s, to, out);
  if (!outlet.ready) return;
  s.bio.incoming = datagram;
  s.advance(now, data);
}

bool Transport::send(std::span<const uint8_t> data, const Route& to, SendSlab& out) {
  Impl& s = *impl_;
  if (s.state != State::kConnected || data.empty()) return false;
  s.carries_data = true;
  const Impl::Outlet outlet(s, to, out);
  if (!outlet.ready) return false;
  ERR_clear_error();
  return SSL_write(s.ssl.get(), data.data(), static_cast<int>(data.size())) > 0;
}

// OpenSSL's record buffers take 33 KB, and after the handshake hardly anything comes where there are no data
// channels: they are there only while it works. It reads without them, but does not write: an alert or an old
// flight may leave at any call.
bool Transport::Impl::take_buffers() {
  if (!buffers_given_back) return true;
  buffers_given_back = SSL_alloc_buffers(ssl.get()) != 1;
  if (buffers_given_back) fail("no memory for DTLS");
  return !buffers_given_back;
}

void Transport::Impl::give_back_buffers() {
  if (handshake_done && !carries_data && !buffers_given_back)
    buffers_given_back = SSL_free_buffers(ssl.get()) == 1;
}

void Transport::Impl::advance(TimePoint now, DataSink* data) {
  ERR_clear_error();
  if (!handshake_done) handshake(now);
  // After the handshake too: a peer that lost our last flight sends its own again, and reading answers it.
  if (handshake_done && state != State::kFailed) read_records(data);
}

void Transport::Impl::handshake(TimePoint now) {
  bio.wrote = false;
  const int result = SSL_do_handshake(ssl.get());
  if (result == 1) {
    handshake_done = true;
    bio.allowance = DatagramBio::kUnlimited;
    retransmit_at = kNever;
    if (expected) check_peer();
    return;
  }
  const int error = SSL_get_error(ssl.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    fail("DTLS handshake failed");
    return;
  }
  timeval left{};
  if (DTLSv1_get_timeout(ssl.get(), &left) == 1) {
    if (bio.wrote) interval = kFirstRetransmission;  // a new flight: its timer starts anew
    if (bio.wrote || retransmit_at == kNever) retransmit_at = now + interval;
  } else {
    retransmit_at = kNever;  // nothing of ours is unanswered
  }
}

void Transport::Impl::read_records(DataSink* data) {
  uint8_t record[2048];
  // A datagram holds few records, each read takes one.
  for (int i = 0; i < 32; ++i) {
    const int n = SSL_read(ssl.get(), record, sizeof record);
    if (n > 0) {
      carries_data = carries_data || state == State::kConnected;
      // Before the check it could be anybody's.
      if (data != nullptr && state == State::kConnected) {
        data->on_application_data({record, static_cast<size_t>(n)});
        ERR_clear_error();
      }
      continue;
    }
    switch (SSL_get_error(ssl.get(), n)) {
      case SSL_ERROR_ZERO_RETURN:
        if (state == State::kConnecting || state == State::kConnected) state = State::kClosed;
        give_up_at = kNever;
        return;
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return;
      default:
        fail("the peer ended the DTLS connection with an error");
        return;
    }
  }
}

void Transport::Impl::check_peer() {
  X509* cert = SSL_get0_peer_certificate(ssl.get());
  Fingerprint actual;
  unsigned size = 0;
  if (cert == nullptr || X509_digest(cert, EVP_sha256(), actual.sha256.data(), &size) != 1) {
    fail("the peer has no certificate");
  } else if (!(actual == *expected)) {
    fail("the peer's certificate is not the one its description names");
  } else if (!export_keys() && !srtp_optional) {
    fail("no SRTP profile in common");
  } else {
    state = State::kConnected;
    give_up_at = kNever;
  }
}

bool Transport::Impl::export_keys() {
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl.get());
  if (chosen == nullptr) return false;
  SrtpKeys made;
  made.profile = static_cast<srtp::Profile>(chosen->id);
  const size_t key = srtp::key_size(made.profile), salt = srtp::salt_size(made.profile);
  uint8_t material[2 * (32 + 14)];
  static constexpr char kLabel[] = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(ssl.get(), material, 2 * (key + salt), kLabel, sizeof kLabel - 1, nullptr, 0,
                                 0) != 1) {
    return false;
  }
  // RFC 5764 section 4.2: client key, server key, client salt, server salt.
  srtp::MasterKey& client = role == Role::kActive ? made.local : made.remote;
  srtp::MasterKey& server = role == Role::kActive ? made.remote : made.local;
  std::copy_n(material, key, client.key.begin());
  std::copy_n(material + key, key, server.key.begin());
  std::copy_n(material + 2 * key, salt, client.salt.begin());
  std::copy_n(material + 2 * key + salt, salt, server.salt.begin());
  OPENSSL_cleanse(material, sizeof material);
  keys = made;
  return true;
}

TimePoint Transport::next_deadline() const {
  return impl_->state == State::kConnecting ? std::min(impl_->give_up_at, impl_->retransmit_at) : kNever;
}

void Transport::on_deadline(const Route& to, TimePoint now, SendSlab& out) {
  Impl& s = *impl_;
  if (s.state != State::kConnecting) return;
  if (now >= s.give_up_at) {
    s.fail(s.handshake_done ? "the peer's fingerprint never came" : "DTLS handshake timed out");
    return;
  }
  if (now < s.retransmit_at) return;
  const Impl::Outlet outlet(s, to, out);
  if (!outlet.ready) return;
  s.interval = std::min(s.interval * 2, kLongestRetransmission);
  s.retransmit_at = now + s.interval;
  s.bio.force_timeout();
  ERR_clear_error();
  if (DTLSv1_handle_timeout(s.ssl.get()) < 0) s.fail("DTLS handshake timed out");
}

void Transport::close(const Route& to, SendSlab& out) {
  Impl& s = *impl_;
  if (s.state == State::kClosed || s.state == State::kFailed) return;
  if (s.handshake_done) {
    const Impl::Outlet outlet(s, to, out);
    ERR_clear_error();
    if (outlet.ready) SSL_shutdown(s.ssl.get());
  }
  s.state = State::kClosed;
  s.give_up_at = s.retransmit_at = kNever;
}

}  // namespace parley::media::dtls
