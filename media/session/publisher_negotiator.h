// The signalling side of a publishing peer: it offers, we answer (JSEP, RFC 8829 section 5.3), taking one
// codec a section. Later offers add and remove tracks or restart ICE. Values only: no threads, no media.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "media/core/random.h"
#include "media/core/result.h"
#include "media/session/data_section.h"
#include "media/session/negotiation.h"

namespace parley::media {

class PublisherNegotiator {
 public:
  // More m-lines than this are rejected (port 0), not refused.
  static constexpr size_t kMaxTracks = 16;

  struct Outcome {
    std::string answer;
    ice::Credentials local;
    RemoteTransport remote;
    bool ice_restarted = false;         // `local` and `remote.credentials` are a new generation
    std::vector<IncomingTrack> tracks;  // all that are sent from now on
    std::optional<RemoteData> data;     // data channels are agreed on
    std::vector<uint32_t> removed;      // ids of tracks that were and are no more
  };

  // `next_track_id` is counted up for each new track; the engine owns it.
  // Of video only `video_codecs` are taken, the first of them that is offered.
  PublisherNegotiator(const LocalEndpoint& endpoint, Random& random, uint32_t& next_track_id,
                      CodecPreferences video_codecs = default_video_codecs());

  // On error nothing has changed.
  Result<Outcome, NegotiationError> accept_offer(std::string_view offer);
  const ice::Credentials& local_credentials() const { return local_; }

 private:
  struct Known {
    uint32_t id;
    std::string mid;
    CodecKind codec;
  };
  IncomingTrack read_track(const sdp::MediaSection& offered, ChosenCodec codec, std::vector<Known>* known);
  sdp::MediaSection answer_section(const sdp::MediaSection& offered, const ChosenCodec& codec,
                                   const RemoteTransport& remote, const ice::Credentials& local) const;

  const LocalEndpoint& endpoint_;
  Random& random_;
  uint32_t& next_track_id_;
  CodecPreferences video_codecs_;
  ice::Credentials local_;
  std::optional<ice::Credentials> remote_;
  std::vector<Known> known_;
  bool two_byte_ = false;  // the offer takes both forms of header extensions
  size_t sections_ = 0;    // m-lines of the last offer: they never become fewer
  uint64_t session_id_;
  uint64_t version_ = 0;
};

}  // namespace parley::media
