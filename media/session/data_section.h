// The section of a description that carries data channels: m=application over DTLS and SCTP (RFC 8841), made
// and read the same way on both sides of the negotiation.
#pragma once

#include "media/session/negotiation.h"

namespace parley::media {

// What the other side's section says.
struct RemoteData {
  uint16_t port = 5000;
  size_t max_message_size = 65536;  // 0: any
};

namespace negotiation {

// Whether it offers data channels over a transport that we speak.
bool is_data_section(const sdp::MediaSection& section);
sdp::MediaSection data_section(const LocalEndpoint& endpoint, const ice::Credentials& credentials);
RemoteData read_data_section(const sdp::MediaSection& section);

}  // namespace negotiation
}  // namespace parley::media
