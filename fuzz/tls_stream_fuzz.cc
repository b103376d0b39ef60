// Fuzzes what a TURN server over TLS, or somebody on the way to it, can do to us: the input is what OpenSSL
// as the server does, how the network changes its bytes, and bytes of nobody. Whatever happens, we trust only
// the server whose certificate is vouched for, and hear a beginning of what it said and nothing else.
// Randomness comes from a seed and certificates from fixed keys, so that an input is the same run each time.
#define OPENSSL_SUPPRESS_DEPRECATED  // RAND_set_rand_method: a provider would be much more to write
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/io/tls_stream.h"

using namespace parley::media;      // NOLINT: a program of one function
using namespace parley::media::io;  // NOLINT

namespace {

using Bytes = std::vector<uint8_t>;

// OpenSSL's randomness, ours for the length of one input.
SeededRandom* randomness = nullptr;
int fill(unsigned char* out, int size) {
  randomness->fill({out, static_cast<size_t>(size)});
  return 1;
}
const RAND_METHOD kSeeded = {nullptr, fill, nullptr, nullptr, fill, [] { return 1; }};

struct Seeded {
  Seeded() {
    randomness = &random;
    RAND_set_rand_method(&kSeeded);
  }
  ~Seeded() { RAND_set_rand_method(nullptr); }
  SeededRandom random{1};
};

// A server of this key, whose certificate signs itself: Ed25519, so that its records have one length each
// time.
SSL_CTX* make_server(uint8_t key_byte, X509** certificate_out = nullptr) {
  uint8_t secret[32];
  std::fill(std::begin(secret), std::end(secret), key_byte);
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret, sizeof secret);
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200101000000Z");
  ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z");
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, &key_byte, 1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:turn.example,IP:192.0.2.1");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, nullptr);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  EVP_PKEY_free(key);
  if (certificate_out != nullptr) {
    *certificate_out = certificate;
  } else {
    X509_free(certificate);
  }
  return context;
}

// The one root is the server's certificate; read by the first stream.
SSL_CTX* make_trusted_server() {
  X509* certificate = nullptr;
  SSL_CTX* server = make_server('A', &certificate);
  const auto roots = std::filesystem::temp_directory_path() / ("tls_stream_fuzz." + std::to_string(getpid()));
  std::FILE* file = std::fopen(roots.c_str(), "w");
  if (file == nullptr) __builtin_trap();
  PEM_write_X509(file, certificate);
  std::fclose(file);
  X509_free(certificate);
  setenv("SSL_CERT_FILE", roots.c_str(), 1);
  if (!TlsStream::connect("turn.example")) __builtin_trap();
  std::filesystem::remove(roots);
  return server;
}

// All that either side says: several records. More would take long, byte by byte, and tell nothing new.
constexpr size_t kMostSaid = 96 << 10;

// What somebody says: every byte tells where it stands.
uint8_t spoken(size_t at) { return static_cast<uint8_t>(at * 31 + (at >> 8)); }

class Conversation {
 public:
  Conversation(SSL_CTX* context, bool trusted, bool old_version, bool by_address)
      : trusted_(trusted), server_(SSL_new(context)), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(server_, in_, out_);
    SSL_set_accept_state(server_);
    if (old_version) SSL_set_max_proto_version(server_, TLS1_2_VERSION);
    client_ = TlsStream::connect(by_address ? "192.0.2.1" : "turn.example");
    if (!client_ || !client_->start()) __builtin_trap();
    if (client_->write(Bytes{1})) __builtin_trap();
  }
  ~Conversation() { SSL_free(server_); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // False: we have given the connection up.
  bool step(ByteReader& input) {
    switch (input.u8() % 9) {
      case 0:
        return deliver(turn());
      case 1:  // in pieces
        return deliver(turn(), input.u8() + size_t{1});
      case 2: {  // one byte changed
        Bytes flight = turn();
        const size_t at = input.u16();
        if (const uint8_t change = input.u8(); !flight.empty()) flight[at % flight.size()] ^= change;
        return deliver(flight);
      }
      case 3: {  // some bytes lost
        Bytes flight = turn();
        const size_t from = std::min<size_t>(input.u16(), flight.size());
        const size_t to = std::min<size_t>(from + input.u8() + 1, flight.size());
        flight.erase(flight.begin() + static_cast<ptrdiff_t>(from),
                     flight.begin() + static_cast<ptrdiff_t>(to));
        return deliver(flight);
      }
      case 4: {  // bytes of nobody
        const auto bytes = input.bytes(std::min<size_t>(input.u16(), input.remaining()));
        return deliver({bytes.begin(), bytes.end()});
      }
      case 5:
        say(input.u16());
        return true;
      case 6:
        speak(input.u16());
        return true;
      case 7:  // new keys, or in TLS 1.2 another handshake
        SSL_version(server_) == TLS1_3_VERSION ? SSL_key_update(server_, SSL_KEY_UPDATE_REQUESTED)
                                               : SSL_renegotiate(server_);
        return true;
      default:
        SSL_shutdown(server_);
        return true;
    }
  }

 private:
  // The server hears us; what it has for the network.
  Bytes turn() {
    Bytes bytes;
    if (client_->drain(bytes) != bytes.size()) __builtin_trap();
    if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    uint8_t plain[4096];
    for (int n; (n = SSL_read(server_, plain, sizeof plain)) > 0;) {
      for (int i = 0; i < n; ++i)
        if (plain[i] != spoken(heard_by_server_++)) __builtin_trap();
    }
    if (heard_by_server_ > spoken_) __builtin_trap();
    Bytes flight(BIO_ctrl_pending(out_));
    if (!flight.empty()) BIO_read(out_, flight.data(), static_cast<int>(flight.size()));
    return flight;
  }
  // As TcpConnections does: all that there is, then what it says.
  bool deliver(const Bytes& bytes, size_t piece = 64 << 10) {
    for (size_t at = 0; at < bytes.size(); at += piece) {
      // Of exactly its size, so that a byte read behind it is seen.
      const Bytes part(bytes.begin() + static_cast<ptrdiff_t>(at),
                       bytes.begin() + static_cast<ptrdiff_t>(std::min(at + piece, bytes.size())));
      if (!client_->push(part)) return false;
      if (client_->established() && !trusted_) __builtin_trap();
      while (true) {
        const auto plain = client_->read();
        if (plain.empty()) break;
        if (!client_->established() || plain.size() > TlsStream::kMaxRecord) __builtin_trap();
        for (const uint8_t byte : plain)
          if (byte != spoken(heard_++)) __builtin_trap();
        if (heard_ > said_) __builtin_trap();
      }
      if (client_->ended()) return false;
    }
    return true;
  }
  void say(size_t size) {
    size = std::min(size, kMostSaid - said_);
    Bytes words(size);
    for (size_t i = 0; i < size; ++i) words[i] = spoken(said_ + i);
    if (size == 0 || !SSL_is_init_finished(server_)) return;
    if (SSL_write(server_, words.data(), static_cast<int>(size)) == static_cast<int>(size)) said_ += size;
  }
  void speak(size_t size) {
    size = std::min(size, kMostSaid - spoken_);
    Bytes words(size);
    for (size_t i = 0; i < size; ++i) words[i] = spoken(spoken_ + i);
    const bool could = client_->established();
    const bool did = client_->write(words);
    if (did && !could) __builtin_trap();
    if (did) spoken_ += size;
  }

  bool trusted_;
  SSL* server_;
  BIO* in_;  // both are the server's
  BIO* out_;
  std::unique_ptr<TlsStream> client_;
  size_t said_ = 0, heard_ = 0;
  size_t spoken_ = 0, heard_by_server_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static SSL_CTX* const trusted = make_trusted_server();
  static SSL_CTX* const stranger = make_server('B');
  const Seeded seeded;
  ByteReader input({data, size});
  const uint8_t kind = input.u8();
  const bool known = (kind & 1) == 0;
  Conversation conversation(known ? trusted : stranger, known, (kind & 2) != 0, (kind & 4) != 0);
  for (int steps = 0; steps < 100 && input.remaining() > 0; ++steps)
    if (!conversation.step(input)) break;
  return 0;
}
