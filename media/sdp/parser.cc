// See parser.h.
#include "media/sdp/parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace parley::media::sdp {
namespace {

// RFC 3551 section 6: what these numbers mean when no rtpmap says otherwise.
struct StaticPayload {
  uint8_t payload_type;
  const char* name;
  uint32_t clock_rate;
};
constexpr StaticPayload kStaticPayloads[] = {{0, "PCMU", 8000}, {8, "PCMA", 8000}, {9, "G722", 8000}};

// Cuts `text` up to `separator` off its front; all of it when there is none.
std::string_view take(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view head = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return head;
}

std::string_view take_word(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return take(text, ' ');
}

template <typename T>
bool to_number(std::string_view text, T* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool is_ice_text(std::string_view text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
                  c == '/' || c == '-' || c == '_' || c == '=';
         });
}

// RFC 8866 "token": what a mid, a rid or a media name may be made of.
bool is_token(std::string_view text, size_t most = 64) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 127 && std::string_view("\"(),/:;<=>?@[\\]").find(c) == std::string_view::npos;
  });
}

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 32 && c != '\t'; });
}

MediaKind kind_of(std::string_view media) {
  if (media == "audio") return MediaKind::kAudio;
  if (media == "video") return MediaKind::kVideo;
  return media == "application" ? MediaKind::kApplication : MediaKind::kOther;
}

class Parser {
 public:
  Result<SessionDescription, ParseError> run(std::string_view text) {
    if (text.size() > kMaxTextBytes) return refuse("the description is too long");
    while (!text.empty() && !failed()) {
      ++line_;
      std::string_view line = take(text, '\n');
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (!line.empty()) parse_line(line);
    }
    if (!failed() && !saw_version_) fail("not a session description: no v= line", 0);
    if (!failed()) finish();
    if (failed()) return refuse(std::move(error_));
    return std::move(out_);
  }

 private:
  bool failed() const { return !error_.reason.empty(); }
  void fail(std::string reason) { fail(std::move(reason), line_); }
  void fail(std::string reason, int line) {
    if (!failed()) error_ = {std::move(reason), line};
  }
  static Result<SessionDescription, ParseError> refuse(ParseError error) { return error; }
  static Result<SessionDescription, ParseError> refuse(const char* reason) {
    return refuse(ParseError{reason, 0});
  }

  void parse_line(std::string_view line) {
    if (line.size() > kMaxLineBytes) return fail("the line is too long");
    if (line.size() < 2 || line[1] != '=') return fail("not of the form <letter>=<value>");
    if (!is_printable(line)) return fail("control characters in the line");
    const char type = line[0];
    const std::string_view value = line.substr(2);
    if (!saw_version_ && type != 'v') return fail("the first line must be v=0");
    switch (type) {
      case 'v':
        if (value != "0" || saw_version_) return fail("v= must be 0, once");
        saw_version_ = true;
        return;
      case 'o':
        return parse_origin(value);
      case 'm':
        return parse_media(value);
      case 'a':
        return parse_attribute(value);
      default:
        return;  // s, t, c, b, i, u, e, p, k, r, z: nothing that WebRTC reads
    }
  }

  void parse_origin(std::string_view value) {
    take_word(value);
    if (!to_number(take_word(value), &out_.session_id)) return fail("o= needs a numeric session id");
    if (!to_number(take_word(value), &out_.session_version)) fail("o= needs a numeric version");
  }

  void parse_media(std::string_view value) {
    if (out_.media.size() >= kMaxMediaSections) return fail("too many m= lines");
    MediaSection& m = out_.media.emplace_back();
    m.media = take_word(value);
    if (!is_token(m.media)) return fail("m= without a media name");
    m.kind = kind_of(m.media);
    std::string_view port = take_word(value);
    if (!to_number(take(port, '/'), &m.port)) return fail("m= with a bad port");
    m.protocol = take_word(value);
    if (m.protocol.empty()) return fail("m= without a protocol");
    const bool rtp = m.kind == MediaKind::kAudio || m.kind == MediaKind::kVideo;
    for (std::string_view f = take_word(value); !f.empty(); f = take_word(value)) {
      if (m.formats.size() >= kMaxFormats) return fail("m= with too many formats");
      m.formats.emplace_back(f);
      Codec codec;
      if (!rtp) continue;
      if (!to_number(f, &codec.payload_type) || codec.payload_type > 127)
        return fail("m= with a bad payload type");
      if (m.codec(codec.payload_type) != nullptr) return fail("m= names a payload type twice");
      m.codecs.push_back(std::move(codec));
    }
    if (m.formats.empty()) fail("m= without formats");
  }

  void parse_attribute(std::string_view value) {
    const size_t colon = value.find(':');
    const std::string_view name = value.substr(0, colon);
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view() : value.substr(colon + 1);
    if (out_.media.empty()) return session_attribute(name, rest);
    MediaSection& m = out_.media.back();
    if (transport_attribute(name, rest, &m.ice_ufrag, &m.ice_pwd, &m.fingerprints, &m.setup)) return;
    if (flag_attribute(name, m)) return;
    if (name == "mid") {
      if (!is_token(rest) || !m.mid.empty()) return fail("a=mid must be one token, once in a section");
      if (out_.by_mid(rest) != nullptr) return fail("a=mid of two sections is the same");
      m.mid = rest;
    } else if (name == "rtpmap" || name == "fmtp" || name == "rtcp-fb") {
      codec_attribute(name, rest, m);
    } else if (name == "extmap") {
      parse_extension(rest, m);
    } else if (name == "msid") {
      if (has_room(m.msids)) m.msids.emplace_back(rest);
    } else if (name == "ssrc") {
      parse_source(rest, m);
    } else if (name == "ssrc-group") {
      parse_source_group(rest, m);
    } else if (name == "rid") {
      parse_rid(rest, m);
    } else if (name == "simulcast") {
      m.simulcast = rest;
    } else if (name == "rtcp-xr") {
      m.extended_reports = rest;
    } else if (name == "candidate") {
      parse_candidate(rest, m);
    } else if (name == "sctp-port") {
      if (!to_number(rest, &m.sctp_port)) fail("a=sctp-port must be a port");
    } else if (name == "max-message-size") {
      if (!to_number(rest, &m.max_message_size)) fail("a=max-message-size must be a number");
    }
  }

  void session_attribute(std::string_view name, std::string_view rest) {
    if (transport_attribute(name, rest, &out_.ice_ufrag, &out_.ice_pwd, &out_.fingerprints, &out_.setup))
      return;
    if (name == "ice-lite") {
      out_.ice_lite = true;
    } else if (name == "extmap-allow-mixed") {
      out_.extmap_allow_mixed = true;
    } else if (name == "group" && take_word(rest) == "BUNDLE" && out_.bundle.empty()) {
      for (auto mid = take_word(rest); !mid.empty(); mid = take_word(rest)) {
        if (!is_token(mid) || out_.bundle.size() >= kMaxMediaSections)
          return fail("a=group:BUNDLE is malformed");
        out_.bundle.emplace_back(mid);
      }
    }
  }

  bool transport_attribute(std::string_view name, std::string_view rest, std::string* ufrag, std::string* pwd,
                           std::vector<Fingerprint>* fingerprints, Setup* setup) {
    if (name == "ice-ufrag") {
      if (!is_ice_text(rest, 4, 256)) fail("a=ice-ufrag must be 4 to 256 ice characters");
      *ufrag = rest;
    } else if (name == "ice-pwd") {
      if (!is_ice_text(rest, 22, 256)) fail("a=ice-pwd must be 22 to 256 ice characters");
      *pwd = rest;
    } else if (name == "ice-options") {
      parse_ice_options(rest);
    } else if (name == "fingerprint") {
      parse_fingerprint(rest, fingerprints);
    } else if (name == "setup") {
      if (rest == "actpass") {
        *setup = Setup::kActPass;
      } else if (rest == "active") {
        *setup = Setup::kActive;
      } else if (rest == "passive") {
        *setup = Setup::kPassive;
      } else {
        fail("a=setup must be actpass, active or passive");
      }
    } else {
      return false;
    }
    return true;
  }

  void parse_ice_options(std::string_view rest) {
    for (auto option = take_word(rest); !option.empty(); option = take_word(rest)) {
      const auto& known = out_.ice_options;
      if (known.size() < 16 && std::find(known.begin(), known.end(), option) == known.end()) {
        out_.ice_options.emplace_back(option);
      }
    }
  }

  void parse_fingerprint(std::string_view rest, std::vector<Fingerprint>* fingerprints) {
    Fingerprint f;
    for (char c : take_word(rest)) f.algorithm += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (char c : take_word(rest)) f.value += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    bool well_formed = f.value.size() >= 47 && f.value.size() % 3 == 2;
    for (size_t i = 0; i < f.value.size() && well_formed; ++i) {
      const char c = f.value[i];
      well_formed = i % 3 == 2 ? c == ':' : (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
    }
    if (!well_formed || !is_token(f.algorithm)) return fail("a=fingerprint is malformed");
    if (fingerprints->size() >= 8) return fail("too many fingerprints");
    fingerprints->push_back(std::move(f));
  }

  static bool flag_attribute(std::string_view name, MediaSection& m) {
    if (name == "sendrecv") {
      m.direction = Direction::kSendRecv;
    } else if (name == "sendonly") {
      m.direction = Direction::kSendOnly;
    } else if (name == "recvonly") {
      m.direction = Direction::kRecvOnly;
    } else if (name == "inactive") {
      m.direction = Direction::kInactive;
    } else if (name == "rtcp-mux") {
      m.rtcp_mux = true;
    } else if (name == "rtcp-rsize") {
      m.rtcp_reduced_size = true;
    } else if (name == "bundle-only") {
      m.bundle_only = true;
    } else if (name == "end-of-candidates") {
      m.end_of_candidates = true;
    } else {
      return false;
    }
    return true;
  }

  void codec_attribute(std::string_view name, std::string_view rest, MediaSection& m) {
    const std::string_view format = take_word(rest);
    if (name == "rtcp-fb" && format == "*") {
      for (Codec& c : m.codecs) add_feedback(rest, c);
      return;
    }
    uint8_t payload_type = 0;
    if (!to_number(format, &payload_type) || payload_type > 127) return fail("a bad payload type");
    for (Codec& c : m.codecs) {
      if (c.payload_type != payload_type) continue;
      if (name == "rtcp-fb") {
        add_feedback(rest, c);
      } else if (name == "fmtp") {
        c.parameters = rest;
      } else {
        parse_rtpmap(rest, c);
      }
    }
  }

  void add_feedback(std::string_view text, Codec& c) {
    if (text.empty() || text.size() > 64) return fail("a=rtcp-fb is malformed");
    if (c.feedback.size() < 32) c.feedback.emplace_back(text);
  }

  void parse_rtpmap(std::string_view rest, Codec& c) {
    c.name = take(rest, '/');
    if (!is_token(c.name)) return fail("a=rtpmap without an encoding name");
    if (!to_number(take(rest, '/'), &c.clock_rate) || c.clock_rate == 0)
      return fail("a=rtpmap with a bad clock rate");
    if (!rest.empty() && (!to_number(rest, &c.channels) || c.channels == 0))
      fail("a=rtpmap with bad channels");
  }

  void parse_extension(std::string_view rest, MediaSection& m) {
    std::string_view id_text = take_word(rest);
    Extension e;
    if (!to_number(take(id_text, '/'), &e.id) || e.id == 0) return fail("a=extmap id must be 1 to 255");
    e.uri = take_word(rest);
    if (e.uri.empty()) return fail("a=extmap without a URI");
    for (const Extension& other : m.extensions) {
      if (other.id == e.id) return fail("a=extmap uses an id twice");
    }
    if (has_room(m.extensions)) m.extensions.push_back(std::move(e));
  }

  void parse_source(std::string_view rest, MediaSection& m) {
    uint32_t ssrc = 0;
    if (!to_number(take_word(rest), &ssrc)) return fail("a=ssrc without a number");
    auto source =
        std::find_if(m.sources.begin(), m.sources.end(), [&](const Source& s) { return s.ssrc == ssrc; });
    if (source == m.sources.end()) {
      if (!has_room(m.sources)) return;
      m.sources.push_back({ssrc, "", ""});
      source = m.sources.end() - 1;
    }
    const std::string_view name = take(rest, ':');
    if (name == "cname") source->cname = rest;
    if (name == "msid") source->msid = rest;
  }

  void parse_source_group(std::string_view rest, MediaSection& m) {
    if (!has_room(m.source_groups)) return;
    SourceGroup group;
    group.semantics = take_word(rest);
    for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
      uint32_t ssrc = 0;
      if (!to_number(word, &ssrc) || group.ssrcs.size() >= 16) return fail("a=ssrc-group is malformed");
      group.ssrcs.push_back(ssrc);
    }
    if (group.ssrcs.empty()) return fail("a=ssrc-group without sources");
    m.source_groups.push_back(std::move(group));
  }

  void parse_rid(std::string_view rest, MediaSection& m) {
    Rid rid;
    rid.id = take_word(rest);
    const std::string_view direction = take_word(rest);
    if (!is_token(rid.id, 16) || (direction != "send" && direction != "recv"))
      return fail("a=rid is malformed");
    rid.send = direction == "send";
    if (has_room(m.rids)) m.rids.push_back(std::move(rid));
  }

  void parse_candidate(std::string_view rest, MediaSection& m) {
    auto candidate = sdp::parse_candidate(rest);
    if (!candidate) return fail("a=candidate is malformed");
    if (has_room(m.candidates)) m.candidates.push_back(std::move(*candidate));
  }

  template <typename List>
  bool has_room(const List& list) {
    if (list.size() < kMaxItemsPerSection) return true;
    fail("too many attributes of one kind in a section");
    return false;
  }

  void finish() {
    for (MediaSection& m : out_.media) {
      if (m.ice_ufrag.empty()) m.ice_ufrag = out_.ice_ufrag;
      if (m.ice_pwd.empty()) m.ice_pwd = out_.ice_pwd;
      if (m.fingerprints.empty()) m.fingerprints = out_.fingerprints;
      if (m.setup == Setup::kUnset) m.setup = out_.setup;
      for (Codec& c : m.codecs) {
        if (!c.name.empty()) continue;
        for (const StaticPayload& s : kStaticPayloads) {
          if (s.payload_type == c.payload_type) c.name = s.name, c.clock_rate = s.clock_rate;
        }
      }
      // A dynamic payload type that nothing explains cannot be used.
      std::erase_if(m.codecs, [](const Codec& c) { return c.name.empty(); });
    }
  }

  SessionDescription out_;
  ParseError error_;
  int line_ = 0;
  bool saw_version_ = false;
};

// The rest of a=candidate: names and values, in any order as browsers write them. Unknown ones are skipped.
bool read_candidate_extensions(std::string_view text, Candidate* c) {
  for (std::string_view name = take_word(text); !name.empty(); name = take_word(text)) {
    const std::string_view value = take_word(text);
    if (name == "raddr") {
      if (value.size() > 255) return false;
      c->related_address = value;
    } else if (name == "rport") {
      if (!to_number(value, &c->related_port)) return false;
    } else if (name == "tcptype") {
      if (value != "active" && value != "passive" && value != "so") return false;
      c->tcp_type = value;
    } else if (name == "generation") {
      uint32_t number = 0;
      if (!to_number(value, &number)) return false;
      c->generation = number;
    } else if (name == "ufrag") {
      if (!is_ice_text(value, 4, 256)) return false;
      c->ufrag = value;
    }
  }
  return true;
}

}  // namespace

std::optional<Candidate> parse_candidate(std::string_view text) {
  if (text.size() > kMaxLineBytes || !is_printable(text)) return std::nullopt;
  Candidate c;
  c.foundation = take_word(text);
  if (c.foundation.empty() || c.foundation.size() > 32) return std::nullopt;
  if (!to_number(take_word(text), &c.component) || c.component == 0) return std::nullopt;
  for (char ch : take_word(text))
    c.transport += ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
  if (!to_number(take_word(text), &c.priority)) return std::nullopt;
  c.address = take_word(text);
  if (c.transport.empty() || c.address.empty() || c.address.size() > 255) return std::nullopt;
  if (!to_number(take_word(text), &c.port) || take_word(text) != "typ") return std::nullopt;
  c.type = take_word(text);
  if (c.type != "host" && c.type != "srflx" && c.type != "prflx" && c.type != "relay") return std::nullopt;
  if (!read_candidate_extensions(text, &c)) return std::nullopt;
  return c;
}

Result<SessionDescription, ParseError> parse(std::string_view text) { return Parser().run(text); }

}  // namespace parley::media::sdp
