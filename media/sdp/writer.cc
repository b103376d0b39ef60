// See writer.h.
#include "media/sdp/writer.h"

namespace parley::media::sdp {
namespace {

class Text {
 public:
  template <typename... Parts>
  void line(const Parts&... parts) {
    (append(parts), ...);
    text_ += "\r\n";
  }
  std::string take() { return std::move(text_); }

 private:
  void append(std::string_view s) { text_ += s; }
  void append(char c) { text_ += c; }
  template <typename T>
  requires std::is_integral_v<T>
  void append(T number) { text_ += std::to_string(number); }
  std::string text_;
};

const char* setup_name(Setup setup) {
  switch (setup) {
    case Setup::kActPass:
      return "actpass";
    case Setup::kActive:
      return "active";
    case Setup::kPassive:
      return "passive";
    case Setup::kUnset:
      break;
  }
  return "";
}

template <typename List>
std::string joined(const List& list) {
  std::string out;
  for (const auto& item : list) {
    if (!out.empty()) out += ' ';
    out += item;
  }
  return out;
}

void write_codecs(const MediaSection& m, Text& text) {
  for (const Codec& c : m.codecs) {
    const int pt = c.payload_type;
    if (c.channels > 1) {
      text.line("a=rtpmap:", pt, ' ', c.name, '/', c.clock_rate, '/', int{c.channels});
    } else {
      text.line("a=rtpmap:", pt, ' ', c.name, '/', c.clock_rate);
    }
    for (const std::string& f : c.feedback) text.line("a=rtcp-fb:", pt, ' ', f);
    if (!c.parameters.empty()) text.line("a=fmtp:", pt, ' ', c.parameters);
  }
}

void write_sources(const MediaSection& m, Text& text) {
  for (const SourceGroup& g : m.source_groups) {
    std::string ssrcs;
    for (uint32_t ssrc : g.ssrcs) ssrcs += ' ' + std::to_string(ssrc);
    text.line("a=ssrc-group:", g.semantics, ssrcs);
  }
  for (const Source& s : m.sources) {
    if (!s.cname.empty()) text.line("a=ssrc:", s.ssrc, " cname:", s.cname);
    if (!s.msid.empty()) text.line("a=ssrc:", s.ssrc, " msid:", s.msid);
  }
}

void write_transport(const MediaSection& m, Text& text) {
  if (!m.ice_ufrag.empty()) text.line("a=ice-ufrag:", m.ice_ufrag);
  if (!m.ice_pwd.empty()) text.line("a=ice-pwd:", m.ice_pwd);
  for (const Fingerprint& f : m.fingerprints) text.line("a=fingerprint:", f.algorithm, ' ', f.value);
  if (m.setup != Setup::kUnset) text.line("a=setup:", setup_name(m.setup));
  for (const Candidate& c : m.candidates) {
    text.line("a=candidate:", to_text(c));
  }
  if (m.end_of_candidates) text.line("a=end-of-candidates");
}

void write_media(const MediaSection& m, Text& text) {
  text.line("m=", m.media, ' ', m.port, ' ', m.protocol, ' ', joined(m.formats));
  text.line("c=IN IP4 0.0.0.0");
  if (!m.mid.empty()) text.line("a=mid:", m.mid);
  if (m.kind == MediaKind::kAudio || m.kind == MediaKind::kVideo) {
    text.line("a=rtcp:9 IN IP4 0.0.0.0");
  }
  write_transport(m, text);
  if (m.kind == MediaKind::kApplication && m.sctp_port != 0) {
    text.line("a=sctp-port:", m.sctp_port);
    text.line("a=max-message-size:", m.max_message_size);
  }
  if (m.kind != MediaKind::kAudio && m.kind != MediaKind::kVideo) return;
  text.line("a=", to_string(m.direction));
  for (const std::string& msid : m.msids) text.line("a=msid:", msid);
  if (m.rtcp_mux) text.line("a=rtcp-mux");
  if (m.rtcp_reduced_size) text.line("a=rtcp-rsize");
  if (!m.extended_reports.empty()) text.line("a=rtcp-xr:", m.extended_reports);
  if (m.bundle_only) text.line("a=bundle-only");
  for (const Extension& e : m.extensions) text.line("a=extmap:", int{e.id}, ' ', e.uri);
  write_codecs(m, text);
  for (const Rid& r : m.rids) text.line("a=rid:", r.id, r.send ? " send" : " recv");
  if (!m.simulcast.empty()) text.line("a=simulcast:", m.simulcast);
  write_sources(m, text);
}

}  // namespace

std::string to_text(const Candidate& c) {
  std::string out = c.foundation + ' ' + std::to_string(c.component) + ' ' + c.transport + ' ' +
                    std::to_string(c.priority) + ' ' + c.address + ' ' + std::to_string(c.port) + " typ " +
                    c.type;
  if (!c.related_address.empty()) {
    out += " raddr " + c.related_address + " rport " + std::to_string(c.related_port);
  }
  if (!c.tcp_type.empty()) out += " tcptype " + c.tcp_type;
  if (c.generation) out += " generation " + std::to_string(*c.generation);
  if (!c.ufrag.empty()) out += " ufrag " + c.ufrag;
  return out;
}

const char* to_string(Direction direction) {
  switch (direction) {
    case Direction::kSendRecv:
      return "sendrecv";
    case Direction::kSendOnly:
      return "sendonly";
    case Direction::kRecvOnly:
      return "recvonly";
    case Direction::kInactive:
      break;
  }
  return "inactive";
}

std::string to_string(const SessionDescription& d) {
  Text text;
  text.line("v=0");
  text.line("o=- ", d.session_id, ' ', d.session_version, " IN IP4 127.0.0.1");
  text.line("s=-");
  text.line("t=0 0");
  if (d.ice_lite) text.line("a=ice-lite");
  if (!d.bundle.empty()) text.line("a=group:BUNDLE ", joined(d.bundle));
  if (!d.ice_options.empty()) text.line("a=ice-options:", joined(d.ice_options));
  if (d.extmap_allow_mixed) text.line("a=extmap-allow-mixed");
  text.line("a=msid-semantic: WMS *");
  for (const MediaSection& m : d.media) write_media(m, text);
  return text.take();
}

}  // namespace parley::media::sdp
