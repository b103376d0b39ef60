// The bare loop: AES-128-GCM by OpenSSL and sendmmsg, and nothing else. What any forwarder must at least do.
#include <openssl/evp.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>
#include <thread>

#include "bench/forward_bench/contender.h"
#include "media/core/bytes.h"

namespace parley::bench {
namespace {

constexpr size_t kHeader = 20;  // with one header extension, as the forwarder writes it
constexpr size_t kTag = 16;

// One thread and the subscribers it sends to.
class Loop {
 public:
  Loop(const Settings& settings, std::span<Endpoint> subscribers) : settings_(settings) {
    media::SocketAddress address = *media::SocketAddress::parse("127.0.0.1", 0);
    auto fd = media::io::open_udp(address, 4 << 20);
    if (!fd) die(fd.error().message);
    fd_ = std::move(*fd);
    for (Endpoint& s : subscribers) {
      uint8_t key[16] = {};
      media::store_be16(key, s.address.port());
      EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
      EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, key, nullptr);
      contexts_.push_back(context);
      media::io::to_kernel(s.address, addresses_.emplace_back());
    }
    thread_ = std::thread([this] { run(); });
  }
  ~Loop() {
    stopping_ = true;
    launch();
    thread_.join();
    for (EVP_CIPHER_CTX* c : contexts_) EVP_CIPHER_CTX_free(c);
  }
  void launch() {
    launched_.fetch_add(1);
    launched_.notify_one();
  }
  int outstanding() const { return launched_.load() - taken_.load(); }
  Figures figures() const {
    // The thread publishes its own clock with every burst.
    return {sent_.load(), calls_.load(), cpu_.load()};
  }

 private:
  void run() {
    const size_t per_burst = contexts_.size() * static_cast<size_t>(settings_.burst);
    const size_t size = kHeader + static_cast<size_t>(settings_.payload) + kTag;
    std::vector<uint8_t> buffer(per_burst * size), payload(static_cast<size_t>(settings_.payload), 0x5A);
    std::vector<mmsghdr> messages(per_burst);
    std::vector<iovec> iovs(per_burst);
    for (size_t i = 0; i < per_burst; ++i) {
      iovs[i] = {buffer.data() + i * size, size};
      messages[i] = {};
      messages[i].msg_hdr.msg_name = &addresses_[i % contexts_.size()];
      messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      messages[i].msg_hdr.msg_iov = &iovs[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    uint8_t header[kHeader] = {0x90, kVp8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1};
    for (uint32_t seq = 0; !stopping_;) {
      launched_.wait(taken_.load());
      if (launched_.load() == taken_.load()) continue;
      media::store_be32(&header[4], kTimestampStep * static_cast<uint32_t>(taken_.fetch_add(1)));
      uint8_t* out = buffer.data();
      for (int k = 0; k < settings_.burst; ++k, ++seq) {
        media::store_be16(&header[2], static_cast<uint16_t>(seq));
        for (EVP_CIPHER_CTX* context : contexts_) {
          encrypt(context, seq, header, payload, out);
          out += size;
        }
      }
      for (size_t at = 0; at < per_burst;) {
        const int n = sendmmsg(fd_.get(), &messages[at], static_cast<unsigned>(per_burst - at), 0);
        if (n < 0) die("sendmmsg failed in the bare loop");
        at += static_cast<size_t>(n);
        calls_.fetch_add(1);
      }
      sent_.fetch_add(per_burst);
      cpu_.store(thread_cpu_seconds());
    }
  }
  static void encrypt(EVP_CIPHER_CTX* c, uint32_t seq, const uint8_t* header,
                      const std::vector<uint8_t>& payload, uint8_t* out) {
    uint8_t iv[12] = {};
    media::store_be32(iv + 8, seq);
    int n = 0;
    std::memcpy(out, header, kHeader);
    EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, iv);
    EVP_EncryptUpdate(c, nullptr, &n, header, kHeader);
    EVP_EncryptUpdate(c, out + kHeader, &n, payload.data(), static_cast<int>(payload.size()));
    uint8_t* tag = out + kHeader + payload.size();
    EVP_EncryptFinal_ex(c, tag, &n);
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, kTag, tag);
  }

  Settings settings_;
  media::io::Fd fd_;
  std::vector<EVP_CIPHER_CTX*> contexts_;
  std::vector<media::io::KernelAddress> addresses_;
  std::atomic<int> launched_{0}, taken_{0};
  std::atomic<uint64_t> sent_{0}, calls_{0};
  std::atomic<double> cpu_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// In a room every person's loop sends as many datagrams as there are others.
class Bare final : public Contender {
 public:
  Bare(const Settings& settings, std::vector<Endpoint>& subscribers) {
    const auto threads = static_cast<size_t>(settings.threads);
    Settings each = settings;
    if (settings.room) each.burst *= settings.subscribers - 1;
    for (size_t i = 0; i < threads; ++i) {
      const size_t from = subscribers.size() * i / threads, to = subscribers.size() * (i + 1) / threads;
      loops_.push_back(std::make_unique<Loop>(each, std::span(subscribers).subspan(from, to - from)));
    }
  }
  void launch() override {
    for (const auto& loop : loops_) loop->launch();
  }
  int outstanding() const override {
    int most = 0;
    for (const auto& loop : loops_) most = std::max(most, loop->outstanding());
    return most;
  }
  Figures figures() override {
    Figures sum;
    for (const auto& loop : loops_) {
      const Figures f = loop->figures();
      sum.datagrams += f.datagrams;
      sum.send_calls += f.send_calls;
      sum.cpu_seconds += f.cpu_seconds;
    }
    return sum;
  }
  double memory_for_each_subscriber() override { die("the bare loop's memory says nothing"); }

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace

std::unique_ptr<Contender> make_bare(const Settings& settings, std::vector<Endpoint>& subscribers) {
  return std::make_unique<Bare>(settings, subscribers);
}

}  // namespace parley::bench
