// Tests of media/ice/stun against RFC 5769's vectors and by mutation.
#include "media/ice/stun.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/core/bytes.h"
#include "media/core/random.h"

namespace parley::media::stun {
namespace {

// RFC 5769 section 2.1, sample request.
const uint8_t kRequest[] = {
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73,
    0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
    0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09,
    0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14,
    0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
    0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf};
// Section 2.2, sample IPv4 response.
const uint8_t kIPv4Response[] = {
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9,
    0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};
// Section 2.3, sample IPv6 response.
const uint8_t kIPv6Response[] = {
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa,
    0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14,
    0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75,
    0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c};
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

TEST(Stun, ReadsTheSampleRequestOfRfc5769) {
  const auto m = Message::parse(kRequest);
  ASSERT_TRUE(m) << m.error().reason;
  EXPECT_EQ(m->cls, Class::kRequest);
  EXPECT_EQ(m->method, kBinding);
  EXPECT_EQ(m->username, "evtj:h6vY");
  EXPECT_EQ(m->receiver_ufrag(), "evtj");
  EXPECT_EQ(m->sender_ufrag(), "h6vY");
  EXPECT_EQ(m->priority, 0x6e0001ffu);
  EXPECT_EQ(m->ice_controlled, 0x932ff9b151263b36u);
  EXPECT_FALSE(m->ice_controlling);
  EXPECT_TRUE(m->has_fingerprint);
  EXPECT_TRUE(m->verify_integrity(kPassword));
  EXPECT_FALSE(m->verify_integrity("VOkJxbRl1RmTxUk/WvJxBu"));
}

TEST(Stun, ReadsTheSampleResponsesOfRfc5769) {
  const auto v4 = Message::parse(kIPv4Response);
  ASSERT_TRUE(v4) << v4.error().reason;
  EXPECT_EQ(v4->cls, Class::kSuccess);
  EXPECT_EQ(v4->xor_mapped_address, SocketAddress::parse("192.0.2.1", 32853));
  EXPECT_TRUE(v4->verify_integrity(kPassword));
  const auto v6 = Message::parse(kIPv6Response);
  ASSERT_TRUE(v6) << v6.error().reason;
  EXPECT_EQ(v6->xor_mapped_address, SocketAddress::parse("2001:db8:1234:5678:11:2233:4455:6677", 32853));
  EXPECT_TRUE(v6->verify_integrity(kPassword));
}

TEST(Stun, WhatItWritesItReads) {
  const TransactionId id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  for (const char* ip : {"203.0.113.7", "2001:db8::42"}) {
    uint8_t buffer[kMaxMessageSize];
    Writer w(buffer, Class::kSuccess, kBinding, id);
    w.xor_mapped_address(*SocketAddress::parse(ip, 443));
    w.software("x");
    const size_t n = w.finish("a password of some length");
    ASSERT_GT(n, 0u);
    const auto m = Message::parse({buffer, n});
    ASSERT_TRUE(m) << m.error().reason;
    EXPECT_EQ(m->cls, Class::kSuccess);
    EXPECT_EQ(m->id, id);
    EXPECT_EQ(m->xor_mapped_address, SocketAddress::parse(ip, 443));
    EXPECT_TRUE(m->verify_integrity("a password of some length"));
  }
  uint8_t buffer[kMaxMessageSize];
  Writer w(buffer, Class::kError, kBinding, id);
  w.error_code(487, "Role Conflict");
  w.ice_controlling(0x0102030405060708);
  const auto m = Message::parse({buffer, w.finish("")});
  ASSERT_TRUE(m);
  ASSERT_TRUE(m->error);
  EXPECT_EQ(m->error->code, 487);
  EXPECT_EQ(m->error->reason, "Role Conflict");
  EXPECT_EQ(m->ice_controlling, 0x0102030405060708u);
  EXPECT_FALSE(m->verify_integrity(""));
}

TEST(Stun, TooLittleRoomWritesNothing) {
  const TransactionId id{};
  uint8_t buffer[100];
  for (size_t room = 0; room < 68; ++room) {
    Writer w({buffer, room}, Class::kRequest, kBinding, id);
    w.username("abcd:efgh");
    EXPECT_EQ(w.finish("password"), 0u) << room;
  }
}

TEST(Stun, AttributesAfterIntegrityDoNotCount) {
  const TransactionId id{};
  uint8_t buffer[kMaxMessageSize];
  Writer w(buffer, Class::kRequest, kBinding, id);
  w.username("a:b");
  size_t n = w.finish("password") - 8;  // without FINGERPRINT
  const uint8_t use_candidate[] = {0x00, 0x25, 0x00, 0x00};
  std::copy(std::begin(use_candidate), std::end(use_candidate), buffer + n);
  n += 4;
  store_be16(buffer + 2, static_cast<uint16_t>(n - kHeaderSize));
  const auto m = Message::parse({buffer, n});
  ASSERT_TRUE(m) << m.error().reason;
  EXPECT_FALSE(m->use_candidate);
  EXPECT_TRUE(m->verify_integrity("password"));
}

TEST(Stun, UnknownRequiredAttributesAreListed) {
  uint8_t bytes[28] = {0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42};
  store_be16(bytes + 20, 0x7777);
  store_be16(bytes + 24, 0xC057);  // optional: network cost
  const auto m = Message::parse(bytes);
  ASSERT_TRUE(m);
  ASSERT_EQ(m->unknown_count, 1);
  EXPECT_EQ(m->unknown[0], 0x7777);
}

TEST(Stun, TenThousandMutatedMessagesAreParsedOrRefused) {
  SeededRandom random(5769);
  int refused = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::span<const uint8_t> seed = i % 3 == 0   ? std::span<const uint8_t>(kRequest)
                                          : i % 3 == 1 ? std::span<const uint8_t>(kIPv4Response)
                                                       : std::span<const uint8_t>(kIPv6Response);
    std::vector<uint8_t> bytes(seed.begin(), seed.end());
    for (uint32_t k = 0, n = 1 + random.below(8); k < n; ++k) {
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<uint8_t>(random.next_u32());
    }
    if (random.below(3) == 0) {
      bytes.resize(random.below(static_cast<uint32_t>(bytes.size()) + 1));
      bytes.shrink_to_fit();
      if (bytes.size() >= kHeaderSize && random.below(2) == 0) {
        store_be16(bytes.data() + 2, static_cast<uint16_t>(bytes.size() - kHeaderSize));
      }
    }
    const auto m = Message::parse(bytes);
    if (!m) {
      ++refused;
      continue;
    }
    m->verify_integrity(kPassword);
    m->receiver_ufrag();
  }
  EXPECT_GT(refused, 5000);
}

}  // namespace
}  // namespace parley::media::stun
