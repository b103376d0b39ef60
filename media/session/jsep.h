// JSEP (RFC 8829, unified plan) as a state machine over values: what an RTCPeerConnection negotiates, without
// media, time or threads. The program owns it on its own thread; the plan of each answer goes to the media
// thread.
//
// Everything shares one transport: sections that the other side does not bundle with the first are rejected,
// under every bundle policy, and RTCP is always multiplexed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/core/random.h"
#include "media/session/jsep_types.h"

namespace parley::media::jsep {

class Session {
 public:
  static constexpr size_t kMaxTransceivers = 256;

  struct Options {
    dtls::Fingerprint fingerprint;
    BundlePolicy bundle_policy = BundlePolicy::kBalanced;
    size_t max_message_size = 262144;  // what we take
    std::string ufrag_prefix = {};     // of the media thread
  };
  struct TransceiverInit {
    sdp::Direction direction = sdp::Direction::kSendRecv;
    std::string track_id;  // "": no track yet
    std::vector<std::string> streams;
    std::vector<std::string> rids;  // valid and distinct
  };

  Session(Options options, Random& random);

  // --- transceivers
  Outcome<uint32_t> add_transceiver(TrackKind kind, const TransceiverInit& init);
  // Takes a sender that has no track and never sent, or makes a transceiver. W3C section 5.1, addTrack().
  Outcome<uint32_t> add_track(TrackKind kind, std::string track_id, std::vector<std::string> streams);
  void remove_track(uint32_t id);
  void replace_track(uint32_t id, bool has_track);
  void set_streams(uint32_t id, std::vector<std::string> streams);
  bool set_direction(uint32_t id, sdp::Direction direction);
  void stop(uint32_t id);
  Outcome<bool> set_codec_preferences(uint32_t id, const std::vector<sdp::Codec>& codecs);
  const std::vector<Transceiver>& transceivers() const { return transceivers_; }
  const Transceiver* find(uint32_t id) const;
  void want_data_channels() { data_wanted_ = true; }

  // --- offer and answer
  Outcome<std::string> create_offer(bool ice_restart);
  Outcome<std::string> create_answer();
  // Without a type: what the state asks for. Without text: what create_offer or create_answer gives.
  Outcome<Changes> set_local(std::optional<SdpType> type, std::string_view text);
  // A remote offer over a local one rolls that back first.
  Outcome<Changes> set_remote(SdpType type, std::string_view text);
  void restart_ice() { restart_requested_ = true; }
  // Section 4.1.18's needs-ice-restart bit: the next offer restarts, and is not asked for.
  void need_restart() { restart_needed_ = true; }
  void close();

  SignalingState state() const { return state_; }
  bool negotiation_needed() const;

  struct Text {
    SdpType type;
    std::string sdp;
  };
  std::optional<Text> current_local() const { return text_of(current_local_); }
  std::optional<Text> pending_local() const { return text_of(pending_local_); }
  std::optional<Text> current_remote() const { return text_of(current_remote_); }
  std::optional<Text> pending_remote() const { return text_of(pending_remote_); }

  // --- trickle (RFC 8838)
  struct RemoteCandidate {
    std::string mid;
    std::string ufrag;
    std::optional<sdp::Candidate> candidate;  // nothing: the end of candidates
  };
  Outcome<RemoteCandidate> add_remote_candidate(std::string_view candidate, std::optional<std::string> mid,
                                                std::optional<size_t> m_line, std::string_view ufrag);
  // Shown in the local description from now on; nothing: there are no more.
  void add_local_candidate(const std::optional<sdp::Candidate>& candidate);
  const ice::Credentials& local_credentials() const { return local_; }

 private:
  struct Applied {
    SdpType type;
    sdp::SessionDescription value;
  };
  // A description that was made and may now be set.
  struct Created {
    std::string text;
    sdp::SessionDescription value;
    std::vector<uint32_t> owners;  // the transceiver of each section; 0: none
    ice::Credentials credentials;
  };
  // What a rollback restores.
  struct Saved {
    std::vector<Transceiver> transceivers;
    ice::Credentials local;
    NumberSpace numbers;
    bool restart_requested = false;
    bool restart_needed = false;
  };

  static std::optional<Text> text_of(const std::optional<Applied>& description);
  Transceiver* find_mutable(uint32_t id);
  Transceiver* at_line(size_t line);
  std::optional<Failure> create_unless_current(bool offer);
  Outcome<uint32_t> make_transceiver(TrackKind kind, const TransceiverInit& init);

  // jsep_create.cc
  sdp::MediaSection transport_section(const ice::Credentials& credentials, sdp::Setup setup) const;
  sdp::MediaSection offer_section(Transceiver& t, const std::string& mid,
                                  const ice::Credentials& credentials);
  sdp::MediaSection application_section(const std::string& mid, const ice::Credentials& credentials,
                                        sdp::Setup setup) const;
  std::optional<sdp::MediaSection> answer_section(Transceiver& t, const sdp::MediaSection& offered,
                                                  const ice::Credentials& credentials);
  void add_sources(const Transceiver& t, bool with_rtx, bool simulcast, sdp::MediaSection* section) const;
  Transceiver* next_unassociated(const std::vector<uint32_t>& owners);
  std::string fresh_mid(const sdp::SessionDescription& with) const;
  std::vector<sdp::Codec> wanted_codecs(const Transceiver& t) const;
  const sdp::SessionDescription* latest_local() const;
  bool may_carry(const sdp::SessionDescription& offer, size_t line, std::optional<size_t> first) const;
  sdp::Setup answer_setup(const sdp::MediaSection& offered) const;

  // jsep_apply.cc
  Outcome<Changes> apply_local(SdpType type, const Created& created);
  std::optional<Failure> check_remote(SdpType type, const sdp::SessionDescription& remote) const;
  Changes apply_remote_offer(const sdp::SessionDescription& offer);
  void meet_section(size_t line, const sdp::MediaSection& m, Changes* changes);
  void follow_remote_track(Transceiver& t, const sdp::MediaSection& m, bool rejected, Changes* changes);
  void settle(const sdp::SessionDescription& local, const sdp::SessionDescription& remote, bool local_answer,
              bool final, Changes* changes);
  void settle_section(Transceiver& t, const sdp::MediaSection& local, const sdp::MediaSection& remote,
                      bool local_answer, Plan* plan);
  void rollback(Changes* changes);
  void save();
  void finish();

  Options options_;
  Random& random_;
  SignalingState state_ = SignalingState::kStable;
  std::vector<Transceiver> transceivers_;
  uint32_t next_id_ = 1;
  NumberSpace numbers_;
  bool data_wanted_ = false;
  bool restart_requested_ = false;
  bool restart_needed_ = false;
  ice::Credentials local_;
  std::optional<dtls::Role> dtls_role_;
  std::optional<ice::Credentials> remote_credentials_;
  std::string cname_;
  uint64_t session_id_;
  uint64_t version_ = 0;
  std::optional<Created> last_offer_;
  std::optional<Created> last_answer_;
  std::optional<Saved> saved_;
  std::optional<Applied> current_local_, pending_local_, current_remote_, pending_remote_;
};

}  // namespace parley::media::jsep
