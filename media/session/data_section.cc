// See data_section.h.
#include "media/session/data_section.h"

#include <algorithm>

namespace parley::media::negotiation {
namespace {
constexpr char kFormat[] = "webrtc-datachannel";
}  // namespace

bool is_data_section(const sdp::MediaSection& m) {
  if (m.kind != sdp::MediaKind::kApplication) return false;
  // By whatever DTLS is carried (RFC 8841 section 4.3); the format tells the old syntax, which had the port
  // there, apart.
  if (m.protocol != "UDP/DTLS/SCTP" && m.protocol != "TCP/DTLS/SCTP") return false;
  return std::find(m.formats.begin(), m.formats.end(), kFormat) != m.formats.end();
}

sdp::MediaSection data_section(const LocalEndpoint& endpoint, const ice::Credentials& credentials) {
  sdp::MediaSection m = local_section(endpoint, credentials);
  m.kind = sdp::MediaKind::kApplication;
  m.media = "application";
  m.protocol = "UDP/DTLS/SCTP";
  m.formats = {kFormat};
  m.rtcp_mux = m.rtcp_reduced_size = false;
  m.sctp_port = 5000;
  m.max_message_size = endpoint.max_message_size;
  return m;
}

RemoteData read_data_section(const sdp::MediaSection& m) {
  RemoteData data;
  if (m.sctp_port != 0) data.port = m.sctp_port;
  data.max_message_size = static_cast<size_t>(m.max_message_size);
  return data;
}

}  // namespace parley::media::negotiation
