// Hosts of the simulated network that speak bare SCTP, without ICE and DTLS around it: one with an
// association, one with data channels. They keep what happened, and check that nothing happens twice.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "media/sctp/association.h"
#include "media/sctp/data_channels.h"
#include "media/testing/network.h"

namespace parley::media::sctp::testing {

// Writes packets into the slab of the call at hand.
class SlabSink final : public PacketSink {
 public:
  SlabSink(const SocketAddress& to, SendSlab& out) : to_(to), out_(out) {}
  void send_sctp(std::span<const uint8_t> packet) override { out_.append(to_, packet); }

 private:
  const SocketAddress& to_;
  SendSlab& out_;
};

// One that hands everything to `speaker`, an Association or DataChannels of whoever derives from it.
template <class Speaker>
class Host : public DatagramHandler {
 public:
  void flush(TimePoint now, SendSlab& out) {
    SlabSink sink(peer_, out);
    speaker_.flush(now, sink);
  }
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    SlabSink sink(peer_, out);
    for (const Datagram& d : datagrams) speaker_.on_packet(d.bytes, now, sink);
  }
  TimePoint next_deadline() const override { return speaker_.next_deadline(); }
  void on_deadline(TimePoint now, SendSlab& out) override {
    SlabSink sink(peer_, out);
    speaker_.on_deadline(now, sink);
  }

 protected:
  Host(Speaker& speaker, SocketAddress peer) : peer_(peer), speaker_(speaker) {}

  const SocketAddress peer_;

 private:
  Speaker& speaker_;
};

class AssociationHost final : public Host<Association>, public Association::Observer {
 public:
  AssociationHost(const Config& config, Random& random, SocketAddress peer)
      : Host(association, peer), association(config, random, *this) {}

  void connect(TimePoint now, SendSlab& out) {
    SlabSink sink(peer_, out);
    association.connect(now, sink);
  }

  void on_established() override { ++established; }
  void on_message(Message&& m) override {
    if (keep_messages) messages.push_back(std::move(m));
    ++received;
  }
  void on_incoming_reset(std::span<const uint16_t> streams) override {
    incoming_resets.insert(incoming_resets.end(), streams.begin(), streams.end());
  }
  void on_outgoing_reset(std::span<const uint16_t> streams, bool performed) override {
    if (performed) outgoing_resets.insert(outgoing_resets.end(), streams.begin(), streams.end());
  }
  void on_restarted() override { ++restarted; }
  void on_closed(const char* reason) override {
    ++closed;
    close_reason = reason;
  }

  Association association;
  bool keep_messages = true;
  std::vector<Message> messages;
  size_t received = 0;
  std::vector<uint16_t> incoming_resets, outgoing_resets;
  int established = 0, restarted = 0, closed = 0;
  std::string close_reason;
};

class ChannelsHost final : public Host<DataChannels>, public DataChannels::Observer {
 public:
  using Handle = DataChannels::Handle;
  struct Received {
    DataChannels::Kind kind;
    std::vector<uint8_t> bytes;
  };

  ChannelsHost(const Config& config, Random& random, SocketAddress peer)
      : Host(channels, peer), channels(config, random, *this) {}

  void start(dtls::Role role, TimePoint now, SendSlab& out, size_t max_message_size = 0) {
    SlabSink sink(peer_, out);
    channels.start(role, max_message_size, now, sink);
  }

  void on_channel(Handle channel, const ChannelConfig& config) override {
    EXPECT_TRUE(announced.emplace(channel, config).second);
  }
  void on_open(Handle channel) override { opened.push_back(channel); }
  void on_message(Handle channel, DataChannels::Kind kind, std::vector<uint8_t>&& bytes) override {
    messages[channel].push_back({kind, std::move(bytes)});
  }
  void on_closing(Handle channel) override { closing.push_back(channel); }
  void on_closed(Handle channel) override { closed.push_back(channel); }
  void on_association(Association::State state, const char* why) override {
    association_states.push_back(state);
    reason = why;
  }

  DataChannels channels;
  std::map<Handle, ChannelConfig> announced;
  std::map<Handle, std::vector<Received>> messages;
  std::vector<Handle> opened, closing, closed;
  std::vector<Association::State> association_states;
  std::string reason;
};

// Two hosts of one kind and a link each way.
template <class Host>
struct Pair {
  Pair(uint64_t seed, const media::testing::LinkConfig& link, const Config& config = {},
       const Config& config_b = {})
      : net(seed),
        to_b(net.add_link(link)),
        to_a(net.add_link(link)),
        a(config, net.random(), address_b),
        b(config_b, net.random(), address_a) {
    net.attach(address_a, a, &to_b, nullptr);
    net.attach(address_b, b, &to_a, nullptr);
  }

  void on_a(const std::function<void(TimePoint, SendSlab&)>& what) { net.command(address_a, what); }
  void on_b(const std::function<void(TimePoint, SendSlab&)>& what) { net.command(address_b, what); }

  SocketAddress address_a = *SocketAddress::parse("192.0.2.1", 5000);
  SocketAddress address_b = *SocketAddress::parse("192.0.2.2", 5000);
  media::testing::Network net;
  media::testing::Link& to_b;
  media::testing::Link& to_a;
  Host a, b;
};

// Bytes that tell where they belong: each message differs from others in all places.
inline std::vector<uint8_t> pattern(size_t size, uint32_t seed) {
  std::vector<uint8_t> bytes(size);
  SeededRandom random(seed);
  random.fill(bytes);
  return bytes;
}

}  // namespace parley::media::sctp::testing
