// The parser and the writer of session descriptions.
#include "media/sdp/parser.h"

#include <gtest/gtest.h>

#include "media/core/random.h"
#include "media/sdp/writer.h"
#include "media/session/offers_for_tests.h"

namespace parley::media::sdp {
namespace {

using testing::chromium_offer;
using testing::replaced;

TEST(SdpParser, ReadsABrowsersOffer) {
  const auto parsed = parse(chromium_offer());
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  const SessionDescription& d = *parsed;
  EXPECT_EQ(d.bundle, (std::vector<std::string>{"0", "1"}));
  ASSERT_EQ(d.media.size(), 2u);
  EXPECT_EQ(d.media[0].kind, MediaKind::kAudio);
  EXPECT_EQ(d.media[0].ice_ufrag, "9Hfb");
  EXPECT_EQ(d.media[0].setup, Setup::kActPass);
  EXPECT_EQ(d.media[0].direction, Direction::kSendOnly);
  ASSERT_NE(d.media[0].codec(111), nullptr);
  EXPECT_EQ(d.media[0].codec(111)->parameter("minptime"), "10");
  EXPECT_EQ(d.media[0].codec(111)->channels, 2);
  const MediaSection& video = d.media[1];
  EXPECT_TRUE(video.codec(96)->has_feedback("nack pli"));
  EXPECT_EQ(video.codec(97)->parameter("apt"), "96");
  ASSERT_EQ(video.source_groups.size(), 1u);
  EXPECT_EQ(video.source_groups[0].ssrcs, (std::vector<uint32_t>{2222222222u, 3333333333u}));
  EXPECT_EQ(video.extension("urn:3gpp:video-orientation")->id, 13);
}

TEST(SdpParser, WritesWhatItReads) {
  const auto first = parse(chromium_offer());
  ASSERT_TRUE(first.ok());
  const std::string once = to_string(*first);
  const auto second = parse(once);
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_EQ(to_string(*second), once);
  EXPECT_EQ(second->media[1].sources.size(), 2u);
}

TEST(SdpParser, SessionLevelTransportCountsForEachSection) {
  std::string text = replaced(chromium_offer(), "a=ice-ufrag:9Hfb\r\n", "");
  text = replaced(text, "t=0 0\r\n", "t=0 0\r\na=ice-ufrag:sess\r\n");
  const auto parsed = parse(text);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->media[1].ice_ufrag, "sess");
}

TEST(SdpParser, ARejectedSectionKeepsItsFormAndNothingElse) {
  const auto offer = parse(chromium_offer());
  ASSERT_TRUE(offer.ok());
  SessionDescription answer = *offer;
  for (MediaSection& m : answer.media) m = rejected(m);
  const auto read = parse(to_string(answer));
  ASSERT_TRUE(read.ok()) << read.error().message();
  ASSERT_EQ(read->media.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const MediaSection& m = read->media[i];
    EXPECT_TRUE(is_rejected(m));
    EXPECT_EQ(m.kind, offer->media[i].kind);
    EXPECT_EQ(m.mid, offer->media[i].mid);
    EXPECT_EQ(m.formats, offer->media[i].formats);
    EXPECT_EQ(m.direction, Direction::kInactive);
    EXPECT_TRUE(m.sources.empty());
    EXPECT_TRUE(m.ice_ufrag.empty());
  }
}

TEST(SdpParser, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(parse("").error().message(), "not a session description: no v= line");
  EXPECT_EQ(parse("hello\r\n").error().message(), "line 1: not of the form <letter>=<value>");
  const auto bad_port = parse("v=0\r\nm=audio ninety RTP/AVP 0\r\n");
  ASSERT_FALSE(bad_port.ok());
  EXPECT_EQ(bad_port.error().line, 2);
  EXPECT_FALSE(parse("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=setup:sideways\r\n").ok());
  EXPECT_FALSE(parse(replaced(chromium_offer(), "a=mid:1", "a=mid:0")).ok());
  EXPECT_FALSE(parse(std::string(kMaxTextBytes + 1, 'a')).ok());
  EXPECT_FALSE(parse("v=0\r\ns=" + std::string(kMaxLineBytes, 'a')).ok());
}

TEST(SdpParser, ReadsCandidates) {
  const auto c =
      parse_candidate("842163049 1 UDP 1677729535 203.0.113.7 46154 typ srflx raddr 0.0.0.0 rport 0");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->transport, "udp");
  EXPECT_EQ(c->address, "203.0.113.7");
  EXPECT_EQ(c->port, 46154);
  EXPECT_FALSE(parse_candidate("1 1 udp 5 1.2.3.4 70000 typ host"));
  EXPECT_FALSE(parse_candidate("1 1 udp 5 1.2.3.4"));
  EXPECT_EQ(c->related_address, "0.0.0.0");
  EXPECT_EQ(c->related_port, 0);
}

TEST(SdpParser, CandidatesAreWrittenAsTheyWereRead) {
  for (const char* text : {"842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 192.168.1.2 rport "
                           "5000 generation 0 ufrag "
                           "a+/b",
                           "1 1 tcp 1518280447 192.0.2.4 9 typ host tcptype active",
                           "1 1 udp 2113937151 4a8b3c9e-7d1f-4b0e-9a55-1c6de2c0ffee.local 50001 typ host",
                           "7 1 udp 16777215 2001:db8::9 3478 typ relay raddr 2001:db8::1 rport 6000"}) {
    const auto c = parse_candidate(text);
    ASSERT_TRUE(c) << text;
    EXPECT_EQ(to_text(*c), text);
  }
  // Chromium's extensions that mean nothing to us are skipped.
  const auto c = parse_candidate("1 1 udp 5 1.2.3.4 7 typ host generation 0 network-id 1 network-cost 10");
  ASSERT_TRUE(c);
  EXPECT_EQ(to_text(*c), "1 1 udp 5 1.2.3.4 7 typ host generation 0");
  for (const char* text :
       {"1 1 tcp 5 1.2.3.4 7 typ host tcptype sideways", "1 1 udp 5 1.2.3.4 7 typ srflx rport x",
        "1 1 udp 5 1.2.3.4 7 typ host ufrag !!", "1 1 udp 5 1.2.3.4 7 typ host generation -1"}) {
    EXPECT_FALSE(parse_candidate(text)) << text;
  }
}

TEST(SdpParser, SurvivesMutations) {
  SeededRandom random(20261121);
  const std::string original = chromium_offer();
  int accepted = 0;
  for (int i = 0; i < 10000; ++i) {
    std::string text = original;
    for (uint32_t n = 1 + random.below(8); n > 0; --n) {
      const size_t at = random.below(static_cast<uint32_t>(text.size()));
      switch (random.below(4)) {
        case 0:
          text[at] = static_cast<char>(random.next_u32());
          break;
        case 1:
          text.erase(at, random.below(64));
          break;
        case 2:
          text.insert(at, text.substr(random.below(static_cast<uint32_t>(text.size())), random.below(200)));
          break;
        default:
          text.insert(at, "\r\n");
      }
      if (text.empty()) text = "v";
    }
    const auto parsed = parse(text);
    if (!parsed.ok()) continue;
    ++accepted;
    // Whatever is accepted can be written, and read again.
    EXPECT_TRUE(parse(to_string(*parsed)).ok()) << "seed 20261121, round " << i;
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace parley::media::sdp
