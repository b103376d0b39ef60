// Session descriptions as browsers write them, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "media/core/random.h"
#include "media/session/negotiation.h"

namespace parley::media::testing {

// Chromium: one Opus and one VP8 (with RTX) track, bundled, actpass.
inline std::string chromium_offer() {
  return "v=0\r\n"
         "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
         "s=-\r\n"
         "t=0 0\r\n"
         "a=group:BUNDLE 0 1\r\n"
         "a=extmap-allow-mixed\r\n"
         "a=msid-semantic: WMS 6f1b\r\n"
         "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n"
         "c=IN IP4 0.0.0.0\r\n"
         "a=rtcp:9 IN IP4 0.0.0.0\r\n"
         "a=ice-ufrag:9Hfb\r\n"
         "a=ice-pwd:JpXXLmDpyk1wW3tQ5DR8aUFZ\r\n"
         "a=ice-options:trickle\r\n"
         "a=fingerprint:sha-256 "
         "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9\r\n"
         "a=setup:actpass\r\n"
         "a=mid:0\r\n"
         "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
         "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
         "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
         "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=sendonly\r\n"
         "a=msid:6f1b 1d4c\r\n"
         "a=rtcp-mux\r\n"
         "a=rtpmap:111 opus/48000/2\r\n"
         "a=rtcp-fb:111 transport-cc\r\n"
         "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
         "a=rtpmap:63 red/48000/2\r\n"
         "a=fmtp:63 111/111\r\n"
         "a=rtpmap:9 G722/8000\r\n"
         "a=rtpmap:0 PCMU/8000\r\n"
         "a=rtpmap:8 PCMA/8000\r\n"
         "a=rtpmap:13 CN/8000\r\n"
         "a=rtpmap:110 telephone-event/48000\r\n"
         "a=rtpmap:126 telephone-event/8000\r\n"
         "a=ssrc:1111111111 cname:c0\r\n"
         "a=ssrc:1111111111 msid:6f1b 1d4c\r\n"
         "m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 98 99\r\n"
         "c=IN IP4 0.0.0.0\r\n"
         "a=rtcp:9 IN IP4 0.0.0.0\r\n"
         "a=ice-ufrag:9Hfb\r\n"
         "a=ice-pwd:JpXXLmDpyk1wW3tQ5DR8aUFZ\r\n"
         "a=ice-options:trickle\r\n"
         "a=fingerprint:sha-256 "
         "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9\r\n"
         "a=setup:actpass\r\n"
         "a=mid:1\r\n"
         "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset\r\n"
         "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
         "a=extmap:13 urn:3gpp:video-orientation\r\n"
         "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
         "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=sendonly\r\n"
         "a=msid:6f1b 2e5d\r\n"
         "a=rtcp-mux\r\n"
         "a=rtcp-rsize\r\n"
         "a=rtpmap:96 VP8/90000\r\n"
         "a=rtcp-fb:96 goog-remb\r\n"
         "a=rtcp-fb:96 transport-cc\r\n"
         "a=rtcp-fb:96 ccm fir\r\n"
         "a=rtcp-fb:96 nack\r\n"
         "a=rtcp-fb:96 nack pli\r\n"
         "a=rtpmap:97 rtx/90000\r\n"
         "a=fmtp:97 apt=96\r\n"
         "a=rtpmap:103 H264/90000\r\n"
         "a=rtcp-fb:103 nack\r\n"
         "a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
         "a=rtpmap:104 rtx/90000\r\n"
         "a=fmtp:104 apt=103\r\n"
         "a=rtpmap:98 VP9/90000\r\n"
         "a=fmtp:98 profile-id=0\r\n"
         "a=rtpmap:99 rtx/90000\r\n"
         "a=fmtp:99 apt=98\r\n"
         "a=ssrc-group:FID 2222222222 3333333333\r\n"
         "a=ssrc:2222222222 cname:c0\r\n"
         "a=ssrc:2222222222 msid:6f1b 2e5d\r\n"
         "a=ssrc:3333333333 cname:c0\r\n"
         "a=ssrc:3333333333 msid:6f1b 2e5d\r\n";
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// What a negotiator stands on.
class WithEndpoint : public ::testing::Test {
 protected:
  explicit WithEndpoint(uint64_t seed = 7) : random_(seed) {
    endpoint_.candidates.push_back(*SocketAddress::parse("192.0.2.1", 5000));
  }

  LocalEndpoint endpoint_;
  SeededRandom random_;
  uint32_t next_track_ = 1;
};

}  // namespace parley::media::testing
