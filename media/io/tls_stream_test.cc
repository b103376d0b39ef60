// TLS towards a TURN server, against OpenSSL as the server: whom it believes, and what it makes of nonsense.
#include "media/io/tls_stream.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "media/core/random.h"
#include "media/io/tcp_connections.h"

namespace parley::media::io {
namespace {

using Bytes = std::vector<uint8_t>;

struct Identity {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

// Signs itself; `names` as in "DNS:localhost".
Identity make_identity(const char* names, int64_t valid_seconds = 3600) {
  Identity id{EVP_EC_gen("P-256"), X509_new()};
  X509_set_version(id.certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(id.certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(id.certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(id.certificate), valid_seconds);
  X509_set_pubkey(id.certificate, id.key);
  X509_NAME* name = X509_get_subject_name(id.certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const uint8_t*>(names), -1, -1, 0);
  X509_set_issuer_name(id.certificate, name);
  X509_EXTENSION* alternative = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
  X509_add_ext(id.certificate, alternative, -1);
  X509_EXTENSION_free(alternative);
  X509_sign(id.certificate, id.key, EVP_sha256());
  return id;
}

// The other end, in memory.
class Server {
 public:
  explicit Server(const Identity& id) : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_, id.certificate);
    SSL_CTX_use_PrivateKey(context_, id.key);
    ssl_ = SSL_new(context_);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_accept_state(ssl_);
  }
  ~Server() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  Bytes answer(const Bytes& bytes) {
    BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    uint8_t plain[4096];
    const int n = SSL_read(ssl_, plain, sizeof plain);
    if (n > 0) SSL_write(ssl_, plain, n);  // an echo
    return take();
  }
  Bytes end() {
    SSL_shutdown(ssl_);
    return take();
  }

 private:
  Bytes take() {
    Bytes out(BIO_ctrl_pending(out_));
    if (!out.empty()) BIO_read(out_, out.data(), static_cast<int>(out.size()));
    return out;
  }
  SSL_CTX* context_;
  SSL* ssl_;
  BIO *in_, *out_;
};

class Tls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    named_ = make_identity("DNS:turn.example,IP:192.0.2.1");
    expired_ = make_identity("DNS:turn.example", -60);
    stranger_ = make_identity("DNS:turn.example");
    const auto roots =
        std::filesystem::temp_directory_path() / ("tls_stream_test." + std::to_string(getpid()));
    std::FILE* file = std::fopen(roots.c_str(), "w");
    ASSERT_NE(file, nullptr);
    PEM_write_X509(file, named_.certificate);
    PEM_write_X509(file, expired_.certificate);
    std::fclose(file);
    setenv("SSL_CERT_FILE", roots.c_str(), 1);
    ASSERT_NE(TlsStream::connect("turn.example"), nullptr);  // reads them
    std::filesystem::remove(roots);
  }
  static void TearDownTestSuite() {
    for (const Identity& id : {named_, expired_, stranger_}) {
      EVP_PKEY_free(id.key);
      X509_free(id.certificate);
    }
  }

  // False: the client wants no more of it.
  static bool shake_hands(TlsStream& client, Server& server) {
    if (!client.start()) return false;
    for (int i = 0; i < 10; ++i) {
      Bytes to_server;
      client.drain(to_server);
      const Bytes back = server.answer(to_server);
      if (!back.empty() && !client.push(back)) return false;
      if (client.established() && back.empty()) return true;
    }
    return client.established();
  }
  static bool believes(const std::string& host, const Identity& id) {
    Server server(id);
    const auto client = TlsStream::connect(host);
    return client && shake_hands(*client, server) && client->established();
  }

  static Identity named_, expired_, stranger_;
};
Identity Tls::named_, Tls::expired_, Tls::stranger_;

TEST_F(Tls, BelievesWhoeverHasTheNameAndIsVouchedFor) {
  EXPECT_TRUE(believes("turn.example", named_));
  EXPECT_TRUE(believes("192.0.2.1", named_));
  EXPECT_FALSE(believes("other.example", named_));
  EXPECT_FALSE(believes("192.0.2.2", named_));
  EXPECT_FALSE(believes("turn.example", stranger_));
  EXPECT_FALSE(believes("turn.example", expired_));
  EXPECT_EQ(TlsStream::connect(""), nullptr) << "anybody's certificate would do";
}

TEST_F(Tls, CarriesBytesBothWaysAndTellsTheEnd) {
  Server server(named_);
  const auto client = TlsStream::connect("turn.example");
  EXPECT_FALSE(client->write(Bytes{1})) << "not before it is proven who listens";
  ASSERT_TRUE(shake_hands(*client, server));
  for (const size_t size : {1, 20, 1500, 4000}) {
    const Bytes said(size, 0x5A);
    ASSERT_TRUE(client->write(said));
    Bytes wire;
    EXPECT_GT(client->drain(wire), size);
    // Byte by byte, as a slow network has it.
    for (const uint8_t byte : server.answer(wire)) ASSERT_TRUE(client->push({&byte, 1}));
    const auto heard = client->read();
    EXPECT_EQ(Bytes(heard.begin(), heard.end()), said);
    EXPECT_TRUE(client->read().empty());
    EXPECT_FALSE(client->ended());
  }
  ASSERT_TRUE(client->push(server.end()));
  EXPECT_TRUE(client->read().empty());
  EXPECT_TRUE(client->ended());
}

struct Closings final : DatagramHandler {
  void on_datagrams(std::span<const Datagram>, TimePoint, SendSlab&) override {}
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}
  void on_connection_open(const Route&, TimePoint, SendSlab&) override { ++opened; }
  void on_connection_closed(const Route& r, TimePoint, SendSlab&) override { closed.push_back(r.connection); }
  int opened = 0;
  std::vector<uint32_t> closed;
};

TEST_F(Tls, AServerThatTakesTheConnectionAndSaysNothingIsGivenUp) {
  using namespace std::chrono_literals;
  SocketAddress address = *SocketAddress::parse("127.0.0.1", 0);
  const Fd listener = std::move(*listen_tcp(address));
  Closings handler;
  TcpConnections tcp(handler, {});
  ASSERT_TRUE(tcp.open());
  SendSlab slab(1 << 16, 64);
  const TimePoint begun = time_from_us(1'000'000);
  const uint32_t id = tcp.connect_tls(address, Framing::kStun, "127.0.0.1");
  ASSERT_NE(id, 0u);
  tcp.on_deadline(begun, slab);
  pollfd p{listener.get(), POLLIN, 0};
  ASSERT_EQ(poll(&p, 1, 60'000), 1);
  const Fd accepted(accept(listener.get(), nullptr, nullptr));
  p = {tcp.events_fd(), POLLIN, 0};
  ASSERT_EQ(poll(&p, 1, 60'000), 1);
  tcp.take_events(begun + 1s, slab);
  p = {accepted.get(), POLLIN, 0};
  ASSERT_EQ(poll(&p, 1, 60'000), 1) << "our hello";
  for (TimePoint now = begun + 1s; now < begun + 15s; now += 1s) {
    tcp.on_deadline(now, slab);
    ASSERT_EQ(tcp.size(), 1u);
    ASSERT_LE(tcp.next_deadline(), now + 1s);
  }
  tcp.on_deadline(begun + 15s, slab);
  EXPECT_EQ(tcp.size(), 0u);
  EXPECT_EQ(handler.closed, std::vector<uint32_t>{id});
  EXPECT_EQ(handler.opened, 0);
  EXPECT_EQ(tcp.next_deadline(), kNever);
  uint8_t hello[4096];
  EXPECT_GT(recv(accepted.get(), hello, sizeof hello, 0), 0);
  EXPECT_EQ(recv(accepted.get(), hello, sizeof hello, 0), 0) << "closed towards the server as well";
}

TEST_F(Tls, BreaksOnNonsense) {
  for (const uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    for (int round = 0; round < 10; ++round) {
      Server server(named_);
      const auto client = TlsStream::connect("turn.example");
      ASSERT_TRUE(client->start());
      Bytes hello;
      client->drain(hello);
      Bytes back = server.answer(hello);
      ASSERT_FALSE(back.empty());
      if (round % 2 == 0) {
        random.fill(back);
      } else {  // one bit of the server's flight
        back[random.below(static_cast<uint32_t>(back.size()))] ^= static_cast<uint8_t>(1u << random.below(8));
      }
      const bool sane = client->push(back);
      EXPECT_TRUE(client->read().empty());
      // Not every bit counts: versions in the heads of records are for old routers.
      if (round % 2 == 0) {
        EXPECT_FALSE(sane && client->established());
      }
    }
  }
}

}  // namespace
}  // namespace parley::media::io
