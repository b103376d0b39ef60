// The signalling side of a subscribing peer: we offer, it answers (JSEP, RFC 8829). Each subscription is a
// sendonly section; when it ends the section becomes inactive and the next subscription of its kind takes it
// over, mid and all, so that a long call does not grow its description. Values only: no threads, no media.
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

class SubscriberNegotiator {
 public:
  static constexpr size_t kMaxSections = 200;

  // What is subscribed to: a published track as its publisher negotiated it.
  struct Source {
    uint32_t track = 0;
    TrackKind kind = TrackKind::kAudio;
    ChosenCodec codec;
    std::string stream;      // a=msid's first word: tracks with the same one are played in sync
    std::string track_name;  // a=msid's second word
  };

  struct Outcome {
    ice::Credentials local;
    RemoteTransport remote;
    bool ice_restarted = false;
    std::optional<RemoteData> data;     // data channels are agreed on
    std::vector<OutgoingTrack> active;  // what may be sent from now on
    struct Refused {
      uint32_t subscription;
      std::string reason;
    };
    std::vector<Refused> refused;  // what the answer does not take; these subscriptions are gone
  };

  // `parity`: video is offered with FlexFEC.
  SubscriberNegotiator(const LocalEndpoint& endpoint, Random& random, bool parity = true);

  // Takes part in the next offer, in the section whose mid is returned. `subscription` is not 0.
  Result<std::string, NegotiationError> add(uint32_t subscription, const Source& source);
  bool remove(uint32_t subscription);
  // Offers data channels from the next offer on.
  void add_data();
  void restart_ice();
  std::string create_offer();
  // On error nothing has changed.
  Result<Outcome, NegotiationError> accept_answer(std::string_view answer);

  const ice::Credentials& local_credentials() const { return local_; }
  bool offer_outstanding() const { return offer_outstanding_; }

 private:
  struct Section {
    std::string mid;
    TrackKind kind = TrackKind::kAudio;
    bool data = false;  // data channels, not media
    bool dead = false;  // the peer rejected it for good
    std::optional<OutgoingTrack> sending;
    uint32_t offered = 0;  // the subscription that the last offer showed here; 0: none
    ChosenCodec codec;     // the latest: an inactive section still names one
    std::string stream;
    std::string track_name;
  };
  // Payload types are one space over all bundled sections (RFC 8843): one for each distinct format.
  struct Format {
    std::string key;
    uint8_t payload_type;
    std::optional<uint8_t> rtx_payload_type;
    std::optional<uint8_t> red_payload_type;
  };
  std::optional<ChosenCodec> map_codec(const ChosenCodec& source);
  std::optional<uint8_t> parity_payload_type();
  // Whether the answer has the offer's sections, one by one.
  std::optional<NegotiationError> check_sections(const sdp::SessionDescription& answer) const;
  void settle(Section& section, const sdp::MediaSection& answered, Outcome* outcome);
  sdp::MediaSection offer_section(const Section& section) const;

  const LocalEndpoint& endpoint_;
  Random& random_;
  ice::Credentials local_;
  std::optional<ice::Credentials> remote_;
  bool restarting_ = false;
  std::vector<Section> sections_;
  std::vector<Format> formats_;
  uint8_t next_payload_type_ = 96;
  bool parity_;
  std::optional<uint8_t> fec_payload_type_;  // one for all video
  size_t offered_sections_ = 0;
  bool offer_outstanding_ = false;
  bool two_byte_ = false;  // the answer takes both forms of header extensions
  std::string cname_;
  uint64_t session_id_;
  uint64_t version_ = 0;
};

}  // namespace parley::media
