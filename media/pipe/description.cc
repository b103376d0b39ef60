// See description.h.
#include "media/pipe/description.h"

#include <algorithm>

#include "media/sdp/parser.h"
#include "media/sdp/writer.h"

namespace parley::media::pipe {
namespace {

constexpr std::string_view kCname = "pipe";

}  // namespace

std::string describe(const PipedTrack& track) {
  sdp::SessionDescription description;
  sdp::MediaSection m;
  m.kind = track.kind == TrackKind::kAudio ? sdp::MediaKind::kAudio : sdp::MediaKind::kVideo;
  m.media = negotiation::kind_name(track.kind);
  m.port = 9;
  m.protocol = "UDP/RTP/SAVPF";
  m.mid = "0";
  m.direction = sdp::Direction::kSendOnly;
  ChosenCodec bare = track.codec;
  bare.red_payload_type.reset();
  bare.fec_payload_type.reset();
  negotiation::append_codec(bare, &m);
  const std::string msid = track.stream + ' ' + track.name;
  m.msids.push_back(msid);
  sdp::SourceGroup simulcast{"SIM", {}};
  for (const EncodingConfig& e : track.encodings) {
    const uint32_t media = e.ssrc.value_or(Ssrc{}).value, rtx = e.rtx_ssrc.value_or(Ssrc{}).value;
    for (const uint32_t ssrc : {media, rtx}) m.sources.push_back({ssrc, std::string(kCname), msid});
    m.source_groups.push_back({"FID", {media, rtx}});
    simulcast.ssrcs.push_back(media);
    if (!e.rid.empty()) m.rids.push_back({e.rid, true});
  }
  if (simulcast.ssrcs.size() > 1) m.source_groups.push_back(std::move(simulcast));
  description.media.push_back(std::move(m));
  return sdp::to_string(description);
}

Result<PipedTrack, NegotiationError> parse_description(std::string_view text) {
  const auto parsed = sdp::parse(text);
  if (!parsed) return NegotiationError{parsed.error().message()};
  if (parsed->media.size() != 1) return NegotiationError{"a piped track is described by one section"};
  const sdp::MediaSection& m = parsed->media[0];
  PipedTrack track;
  if (m.kind != sdp::MediaKind::kAudio && m.kind != sdp::MediaKind::kVideo)
    return NegotiationError{"a piped track is audio or video"};
  track.kind = m.kind == sdp::MediaKind::kAudio ? TrackKind::kAudio : TrackKind::kVideo;
  if (m.codecs.empty() || m.codecs.front().is("rtx")) return NegotiationError{"the piped track has no codec"};
  track.codec.codec = m.codecs.front();
  track.codec.kind = codec_kind(track.codec.codec.name);
  const std::string apt = std::to_string(track.codec.codec.payload_type);
  for (const sdp::Codec& c : m.codecs) {
    if (c.is("rtx") && c.parameter("apt") == apt) track.codec.rtx_payload_type = c.payload_type;
  }
  if (!m.msids.empty()) {
    const std::string& msid = m.msids.front();
    const size_t space = std::min(msid.find(' '), msid.size());
    track.stream = msid.substr(0, space);
    track.name = msid.substr(std::min(space + 1, msid.size()));
  }
  for (const sdp::SourceGroup& g : m.source_groups) {
    if (g.semantics != "FID" || g.ssrcs.size() != 2) continue;
    track.encodings.push_back({"", Ssrc{g.ssrcs[0]}, Ssrc{g.ssrcs[1]}});
  }
  if (track.encodings.empty() || track.encodings.size() > kMaxEncodings)
    return NegotiationError{"a piped track has one to four encodings"};
  if (!m.rids.empty() && m.rids.size() != track.encodings.size())
    return NegotiationError{"the piped track's rids and sources do not match"};
  for (size_t i = 0; i < m.rids.size(); ++i) track.encodings[i].rid = m.rids[i].id;
  return track;
}

TrackConfig to_config(const PipedTrack& track, uint32_t id) {
  TrackConfig c;
  c.id = id;
  c.kind = track.kind;
  c.codec = track.codec.kind;
  c.clock_rate = track.codec.codec.clock_rate;
  c.payload_type = track.codec.codec.payload_type;
  c.rtx_payload_type = track.codec.rtx_payload_type;
  c.ssrc = track.encodings.front().ssrc;
  c.rtx_ssrc = track.encodings.front().rtx_ssrc;
  if (track.encodings.size() > 1) c.encodings = track.encodings;
  c.extensions = kExtensions;
  c.nack = track.kind == TrackKind::kVideo;
  return c;
}

}  // namespace parley::media::pipe
