// Tests of media/srtp: RFC vectors, libsrtp2 as the oracle in both directions, replay, limits and mutation.
#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <array>
#include <vector>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/srtp/cipher.h"
#include "media/srtp/replay.h"
#include "media/srtp/session.h"

namespace parley::media::srtp {
namespace {

std::vector<uint8_t> hex(std::string_view text) {
  std::vector<uint8_t> out;
  int high = -1;
  for (const char c : text) {
    const int v = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
    if (v < 0) continue;
    if (high < 0) {
      high = v;
    } else {
      out.push_back(static_cast<uint8_t>(high << 4 | v));
      high = -1;
    }
  }
  return out;
}

MasterKey master(Profile profile, uint64_t seed) {
  SeededRandom random(seed);
  MasterKey key;
  random.fill(std::span(key.key).first(key_size(profile)));
  random.fill(std::span(key.salt).first(salt_size(profile)));
  return key;
}

std::vector<uint8_t> rtp_packet(uint32_t ssrc, uint16_t seq, size_t payload, Random& random,
                                bool extension = false) {
  std::vector<uint8_t> p(12 + (extension ? 12 : 0) + payload);
  random.fill(p);
  p[0] = extension ? 0x90 : 0x80;
  p[1] = 96;
  store_be16(&p[2], seq);
  store_be32(&p[8], ssrc);
  if (extension) {
    store_be16(&p[12], 0xBEDE);
    store_be16(&p[14], 2);
  }
  return p;
}

std::vector<uint8_t> rtcp_packet(uint32_t ssrc, size_t words, Random& random) {
  std::vector<uint8_t> p(8 + 4 * words);
  random.fill(p);
  p[0] = 0x80;
  p[1] = 201;
  store_be16(&p[2], static_cast<uint16_t>(words + 1));
  store_be32(&p[4], ssrc);
  return p;
}

size_t header_of(const std::vector<uint8_t>& p) { return (p[0] & 0x10) != 0 ? 24 : 12; }

// Protects through the three-part call, so that it is what the oracle judges.
std::vector<uint8_t> protect(Sender& sender, const std::vector<uint8_t>& p) {
  std::vector<uint8_t> out(p.size() + kMaxOverhead);
  const std::span<const uint8_t> all(p);
  const size_t header = header_of(p), prefix = std::min<size_t>(2, p.size() - header);
  out.resize(
      sender.protect_rtp(all.first(header), all.subspan(header, prefix), all.subspan(header + prefix), out));
  return out;
}

std::vector<uint8_t> protect_rtcp(Sender& sender, const std::vector<uint8_t>& p) {
  std::vector<uint8_t> out(p.size() + kMaxOverhead);
  out.resize(sender.protect_rtcp(p, out));
  return out;
}

TEST(SrtpKeys, AreDerivedAsInRfc3711AppendixB3) {
  MasterKey m;
  const auto key = hex("E1F97A0D3E018BE0D64FA32C06DE4139"), salt = hex("0EC675AD498AFEEBB6960B3AABE6");
  std::copy(key.begin(), key.end(), m.key.begin());
  std::copy(salt.begin(), salt.end(), m.salt.begin());
  SessionKeys keys;
  ASSERT_TRUE(SessionKeys::derive(Profile::kAes128CmSha1_80, m, false, keys));
  EXPECT_EQ(std::vector<uint8_t>(keys.encryption.begin(), keys.encryption.begin() + 16),
            hex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(std::vector<uint8_t>(keys.salt.begin(), keys.salt.end()), hex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(std::vector<uint8_t>(keys.authentication.begin(), keys.authentication.end()),
            hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

TEST(SrtpCipher, KeystreamIsThatOfRfc3711AppendixB2) {
  SessionKeys keys;
  const auto key = hex("2B7E151628AED2A6ABF7158809CF4F3C"), salt = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
  std::copy(key.begin(), key.end(), keys.encryption.begin());
  std::copy(salt.begin(), salt.end(), keys.salt.begin());
  const auto cipher = Cipher::create(Profile::kAes128CmSha1_80, keys, Direction::kEncrypt);
  ASSERT_TRUE(cipher);
  std::vector<uint8_t> text(48);
  ASSERT_TRUE(cipher->apply_keystream(cipher->rtp_iv(0, 0), {}, text, text.data()));
  EXPECT_EQ(text, hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
                      "41E95B3BB0A2E8DD477901E4FCA894C0"));
}

// RFC 7714 section 16.1: session key 00..0f (and 00..1f), salt 517569642070726f2071756f.
TEST(SrtpCipher, SealsAsInRfc7714Section16) {
  const auto header = hex("8040f17b 8041f8d3 5501a0b2");
  const auto text = hex("47616c6c696120657374206f6d6e697320646976697361206 96e207061727465732074726573");
  const struct {
    Profile profile;
    const char* sealed;
  } kCases[] = {
      {Profile::kAeadAes128Gcm,
       "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf"
       "765ee4390cce"},
      {Profile::kAeadAes256Gcm,
       "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb"
       "7878d7a76c13"}};
  for (size_t i = 0; i < 2 * std::size(kCases); ++i) {
    const auto& c = kCases[i / 2];
    const bool fast = i % 2 == 1;
    SessionKeys keys;
    for (size_t k = 0; k < key_size(c.profile); ++k) keys.encryption[k] = static_cast<uint8_t>(k);
    const auto salt = hex("517569642070726f2071756f");
    std::copy(salt.begin(), salt.end(), keys.salt.begin());
    const auto cipher = Cipher::create(c.profile, keys, Direction::kEncrypt, fast);
    ASSERT_TRUE(cipher);
    std::vector<uint8_t> out(text.size() + 16);
    ASSERT_TRUE(cipher->seal(cipher->rtp_iv(0x5501a0b2, 0xf17b), header, {}, {}, text, out.data()));
    EXPECT_EQ(out, hex(c.sealed));
    const auto opener = Cipher::create(c.profile, keys, Direction::kDecrypt, fast);
    EXPECT_TRUE(opener->open(opener->rtp_iv(0x5501a0b2, 0xf17b), header, {},
                             std::span(out).first(text.size()), std::span(out).last(16)));
    EXPECT_TRUE(std::equal(text.begin(), text.end(), out.begin()));
  }
}

TEST(SrtpCipher, TheFastGcmIsOpenSslsForEverySize) {
  if (!WideGcm::create(std::array<uint8_t, 16>{})) GTEST_SKIP() << "libipsec-mb1 is not installed";
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  SeededRandom random(kSeed);
  for (const Profile profile : {Profile::kAeadAes128Gcm, Profile::kAeadAes256Gcm}) {
    SessionKeys keys;
    random.fill(keys.encryption);
    random.fill(keys.salt);
    const auto ours = Cipher::create(profile, keys, Direction::kEncrypt, true);
    const auto openssl = Cipher::create(profile, keys, Direction::kEncrypt);
    const auto opener = Cipher::create(profile, keys, Direction::kDecrypt, true);
    for (size_t size = 0; size < 1500; ++size) {
      std::vector<uint8_t> bytes(72 + size), a(size + 16), b(size + 16);
      random.fill(bytes);
      const auto aad = std::span(bytes).first(12 + 4 * random.below(15));
      const auto text = std::span(bytes).last(size);
      const auto prefix = text.first(std::min<size_t>(size, random.below(4)));
      const Cipher::Iv iv = ours->rtp_iv(7, size);
      ASSERT_TRUE(ours->seal(iv, aad, {}, prefix, text.subspan(prefix.size()), a.data()));
      ASSERT_TRUE(openssl->seal(iv, aad, {}, prefix, text.subspan(prefix.size()), b.data()));
      ASSERT_EQ(a, b) << size;
      ASSERT_TRUE(opener->open(iv, aad, {}, std::span(a).first(size), std::span(a).last(16))) << size;
      ASSERT_TRUE(std::equal(text.begin(), text.end(), a.begin()));
      b[random.below(static_cast<uint32_t>(b.size()))] ^= static_cast<uint8_t>(1u << random.below(8));
      ASSERT_FALSE(opener->open(iv, aad, {}, std::span(b).first(size), std::span(b).last(16))) << size;
    }
  }
}

TEST(HmacSha1, MatchesRfc2202) {
  uint8_t out[20];
  HmacSha1(std::vector<uint8_t>(20, 0x0b)).compute({as_bytes("Hi "), as_bytes("There")}, out);
  EXPECT_EQ(std::vector<uint8_t>(out, out + 20), hex("b617318655057264e28bc0b6fb378c8ef146be00"));
}

TEST(ReplayWindow, RefusesSeenAndOldAcceptsLate) {
  ReplayWindow<128> w;
  for (const int64_t i : {5, 7, 200}) {
    EXPECT_TRUE(w.is_fresh(i));
    w.accept(i);
  }
  EXPECT_FALSE(w.is_fresh(200));
  EXPECT_TRUE(w.is_fresh(199));
  EXPECT_TRUE(w.is_fresh(73));
  EXPECT_FALSE(w.is_fresh(72));
  w.accept(199);
  EXPECT_FALSE(w.is_fresh(199));
  w.accept(310);
  EXPECT_FALSE(w.is_fresh(200));
  EXPECT_FALSE(w.is_fresh(199));
  EXPECT_TRUE(w.is_fresh(201));
  w.accept(100000);
  EXPECT_TRUE(w.is_fresh(99999));
  EXPECT_FALSE(w.is_fresh(310));
}

TEST(GuessIndex, FollowsRollOverBothWays) {
  EXPECT_EQ(guess_index(-1, 40000), 40000);
  EXPECT_EQ(guess_index(65535, 0), 65536);
  EXPECT_EQ(guess_index(65536, 65535), 65535);
  EXPECT_EQ(guess_index(3, 65535), std::nullopt);
  EXPECT_EQ(guess_index((int64_t{1} << 48) - 1, 0), std::nullopt);
}

class SrtpOracle : public testing::TestWithParam<Profile> {
 protected:
  static void SetUpTestSuite() { ASSERT_EQ(srtp_init(), srtp_err_status_ok); }
  static void TearDownTestSuite() { srtp_shutdown(); }

  srtp_t oracle(const MasterKey& m, srtp_ssrc_type_t type) {
    srtp_policy_t policy{};
    switch (GetParam()) {
      case Profile::kAes128CmSha1_80:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
        break;
      case Profile::kAeadAes128Gcm:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
        break;
      case Profile::kAeadAes256Gcm:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
        break;
    }
    std::vector<uint8_t> key(m.key.begin(), m.key.begin() + static_cast<long>(key_size(GetParam())));
    key.insert(key.end(), m.salt.begin(), m.salt.begin() + static_cast<long>(salt_size(GetParam())));
    policy.key = key.data();
    policy.ssrc.type = type;
    policy.window_size = 1024;
    srtp_t session = nullptr;
    EXPECT_EQ(srtp_create(&session, &policy), srtp_err_status_ok);
    return session;
  }
};

TEST_P(SrtpOracle, OpensWhatWeProtectAcrossRollOver) {
  const MasterKey m = master(GetParam(), 1);
  auto sender = Sender::create(GetParam(), m);
  ASSERT_TRUE(sender);
  srtp_t theirs = oracle(m, ssrc_any_inbound);
  SeededRandom random(2);
  for (int i = 0; i < 3000; ++i) {
    const uint32_t ssrc = 1000 + i % 3;
    const auto plain =
        rtp_packet(ssrc, static_cast<uint16_t>(64000 + i), random.below(1200), random, i % 2 == 0);
    auto p = protect(*sender, plain);
    ASSERT_EQ(p.size(), plain.size() + tag_size(GetParam()));
    int size = static_cast<int>(p.size());
    ASSERT_EQ(srtp_unprotect(theirs, p.data(), &size), srtp_err_status_ok) << i;
    p.resize(static_cast<size_t>(size));
    ASSERT_EQ(p, plain) << i;

    const auto rtcp = rtcp_packet(ssrc, random.below(20), random);
    p = protect_rtcp(*sender, rtcp);
    size = static_cast<int>(p.size());
    ASSERT_EQ(srtp_unprotect_rtcp(theirs, p.data(), &size), srtp_err_status_ok) << i;
    p.resize(static_cast<size_t>(size));
    ASSERT_EQ(p, rtcp) << i;
  }
  srtp_dealloc(theirs);
}

TEST_P(SrtpOracle, ProtectsWhatWeOpenAcrossRollOver) {
  const MasterKey m = master(GetParam(), 3);
  auto receiver = Receiver::create(GetParam(), m);
  ASSERT_TRUE(receiver);
  srtp_t theirs = oracle(m, ssrc_any_outbound);
  SeededRandom random(4);
  for (int i = 0; i < 3000; ++i) {
    const uint32_t ssrc = 7 + i % 3;
    const auto plain =
        rtp_packet(ssrc, static_cast<uint16_t>(64000 + i), random.below(1200), random, i % 2 == 0);
    auto p = plain;
    p.resize(p.size() + SRTP_MAX_TRAILER_LEN);
    int size = static_cast<int>(plain.size());
    ASSERT_EQ(srtp_protect(theirs, p.data(), &size), srtp_err_status_ok);
    auto opened = receiver->unprotect_rtp(std::span(p).first(static_cast<size_t>(size)));
    ASSERT_TRUE(opened) << i << ": " << opened.error().reason;
    ASSERT_EQ(std::vector<uint8_t>(opened->begin(), opened->end()), plain) << i;

    const auto rtcp = rtcp_packet(ssrc, random.below(20), random);
    p = rtcp;
    p.resize(p.size() + SRTP_MAX_TRAILER_LEN + 4);
    size = static_cast<int>(rtcp.size());
    ASSERT_EQ(srtp_protect_rtcp(theirs, p.data(), &size), srtp_err_status_ok);
    opened = receiver->unprotect_rtcp(std::span(p).first(static_cast<size_t>(size)));
    ASSERT_TRUE(opened) << i << ": " << opened.error().reason;
    ASSERT_EQ(std::vector<uint8_t>(opened->begin(), opened->end()), rtcp) << i;
  }
  srtp_dealloc(theirs);
}

TEST_P(SrtpOracle, RefusesReplayForgeryAndTooManySources) {
  const MasterKey m = master(GetParam(), 5);
  auto sender = Sender::create(GetParam(), m);
  auto receiver = Receiver::create(GetParam(), m);
  SeededRandom random(6);
  const auto plain = rtp_packet(1, 100, 500, random);
  const auto sealed = protect(*sender, plain);
  EXPECT_TRUE(protect(*sender, plain).empty()) << "a nonce must not be used twice";
  auto copy = sealed;
  ASSERT_TRUE(receiver->unprotect_rtp(copy));
  copy = sealed;
  EXPECT_FALSE(receiver->unprotect_rtp(copy));
  const auto rtcp = protect_rtcp(*sender, rtcp_packet(1, 5, random));
  copy = rtcp;
  ASSERT_TRUE(receiver->unprotect_rtcp(copy));
  copy = rtcp;
  EXPECT_FALSE(receiver->unprotect_rtcp(copy));

  // A forged packet far ahead must not move the window.
  auto forged = sealed;
  store_be16(&forged[2], 30000);
  EXPECT_FALSE(receiver->unprotect_rtp(forged));
  auto next = protect(*sender, rtp_packet(1, 101, 10, random));
  EXPECT_TRUE(receiver->unprotect_rtp(next));

  for (uint32_t ssrc = 2; ssrc < kMaxSources + 1; ++ssrc) {
    auto p = protect(*sender, rtp_packet(ssrc, 1, 10, random));
    ASSERT_TRUE(receiver->unprotect_rtp(p)) << ssrc;
  }
  EXPECT_TRUE(protect(*sender, rtp_packet(99999, 1, 10, random)).empty());
}

TEST_P(SrtpOracle, TenThousandMutatedPacketsAreRefused) {
  const MasterKey m = master(GetParam(), 7);
  auto sender = Sender::create(GetParam(), m);
  auto receiver = Receiver::create(GetParam(), m);
  SeededRandom random(8);
  std::vector<std::vector<uint8_t>> rtp, rtcp;
  for (int i = 0; i < 50; ++i) {
    rtp.push_back(
        protect(*sender, rtp_packet(1, static_cast<uint16_t>(i), random.below(300), random, i % 2 == 0)));
    rtcp.push_back(protect_rtcp(*sender, rtcp_packet(1, random.below(20), random)));
  }
  for (uint32_t i = 0; i < 10000; ++i) {
    const bool is_rtcp = i % 2 == 1;
    std::vector<uint8_t> p = (is_rtcp ? rtcp : rtp)[random.below(50)];
    if (random.below(4) == 0) {
      p.resize(random.below(static_cast<uint32_t>(p.size())));
      p.shrink_to_fit();
    } else {
      p[random.below(static_cast<uint32_t>(p.size()))] ^= static_cast<uint8_t>(1 + random.below(255));
    }
    ASSERT_FALSE(is_rtcp ? receiver->unprotect_rtcp(p) : receiver->unprotect_rtp(p)) << i;
  }
  for (auto& p : rtp) EXPECT_TRUE(receiver->unprotect_rtp(p));
}

TEST_P(SrtpOracle, TooLittleRoomOrAMalformedHeaderIsRefused) {
  auto sender = Sender::create(GetParam(), master(GetParam(), 9));
  SeededRandom random(10);
  const auto p = rtp_packet(1, 1, 50, random);
  std::vector<uint8_t> out(p.size() + tag_size(GetParam()) - 1);
  EXPECT_EQ(sender->protect_rtp(std::span(p).first(12), std::span(p).subspan(12), out), 0u);
  out.resize(200);
  EXPECT_EQ(sender->protect_rtp(std::span(p).first(11), std::span(p).subspan(11), out), 0u);
  EXPECT_EQ(sender->protect_rtp(std::span(p).first(16), std::span(p).subspan(16), out), 0u);
  EXPECT_EQ(sender->protect_rtcp(std::span(p).first(7), out), 0u);
  EXPECT_NE(sender->protect_rtp(std::span(p).first(12), std::span(p).subspan(12), out), 0u);
}

INSTANTIATE_TEST_SUITE_P(Profiles, SrtpOracle,
                         testing::Values(Profile::kAes128CmSha1_80, Profile::kAeadAes128Gcm,
                                         Profile::kAeadAes256Gcm));

}  // namespace
}  // namespace parley::media::srtp
