#include "addon/webrtc/stats.h"

#include <initializer_list>
#include <utility>

#include "addon/webrtc/napi_support.h"
#include "media/ice/candidate.h"
#include "media/sdp/writer.h"
#include "media/session/negotiation.h"

namespace parley::addon {
namespace {

using Numbers = std::initializer_list<std::pair<const char*, double>>;

void set_numbers(napi_env env, napi_value object, Numbers numbers) {
  for (const auto& [name, value] : numbers) set(env, object, name, make_number(env, value));
}

napi_value make_encoding(napi_env env, const media::EncodingStats& encoding) {
  const napi_value object = make_object(env);
  set(env, object, "rid", make_string(env, encoding.rid));
  set(env, object, "active", make_boolean(env, encoding.active));
  set_numbers(env, object,
              {{"ssrc", static_cast<double>(encoding.ssrc)},
               {"rtxSsrc", static_cast<double>(encoding.rtx_ssrc)},
               {"packetsReceived", static_cast<double>(encoding.packets)},
               {"bytesReceived", static_cast<double>(encoding.bytes)},
               {"packetsDuplicated", static_cast<double>(encoding.duplicates)},
               {"packetsRecovered", static_cast<double>(encoding.recovered)},
               {"packetsLost", static_cast<double>(encoding.lost)},
               {"jitter", encoding.jitter_seconds},
               {"bitrate", static_cast<double>(encoding.bitrate_bps)},
               {"nackCount", static_cast<double>(encoding.nacks)},
               {"pliCount", static_cast<double>(encoding.plis)},
               {"keyFrames", static_cast<double>(encoding.key_frames)},
               {"frames", static_cast<double>(encoding.frames)}});
  return object;
}

// The sender's own account of a received stream (RFC 3550 section 6.4.1); its clock in seconds since 1900.
napi_value make_sender_report(napi_env env, const media::rtcp::SenderReport& report, uint64_t count) {
  const napi_value object = make_object(env);
  set_numbers(env, object,
              {{"reportsSent", static_cast<double>(count)},
               {"packetsSent", static_cast<double>(report.packets)},
               {"bytesSent", static_cast<double>(report.octets)},
               {"ntp", static_cast<double>(report.ntp) / 4294967296.0}});
  return object;
}

napi_value make_candidate(napi_env env, const media::ice::Candidate& candidate) {
  return make_string(env, "candidate:" + media::sdp::to_text(media::ice::to_sdp(candidate)));
}

napi_value make_path(napi_env env, const media::PathStats& path) {
  const auto seconds = [](media::Duration d) { return static_cast<double>(d.count()) / 1e6; };
  const napi_value object = make_object(env);
  set(env, object, "local", make_candidate(env, path.local));
  set(env, object, "remote", make_candidate(env, path.remote));
  set(env, object, "nominated", make_boolean(env, path.nominated));
  set_numbers(env, object,
              {{"currentRoundTripTime", seconds(path.round_trip)},
               {"totalRoundTripTime", seconds(path.total_round_trip)},
               {"requestsSent", static_cast<double>(path.requests_sent)},
               {"responsesReceived", static_cast<double>(path.responses_received)},
               {"requestsReceived", static_cast<double>(path.requests_received)},
               {"responsesSent", static_cast<double>(path.responses_sent)},
               {"changes", static_cast<double>(path.changes)}});
  return object;
}

napi_value make_track_stats(napi_env env, const media::TrackStats& track) {
  const napi_value object = make_object(env);
  set(env, object, "id", make_string(env, track_name(track.id)));
  set(env, object, "kind", make_string(env, media::negotiation::kind_name(track.kind)));
  set(env, object, "active", make_boolean(env, track.active));
  set_numbers(env, object,
              {{"packetsReceived", static_cast<double>(track.packets)},
               {"bytesReceived", static_cast<double>(track.bytes)},
               {"packetsDuplicated", static_cast<double>(track.duplicates)},
               {"packetsRecovered", static_cast<double>(track.recovered)},
               {"packetsLost", static_cast<double>(track.lost)},
               {"jitter", track.jitter_seconds},
               {"roundTripTime", track.rtt_seconds},
               {"totalRoundTripTime", track.total_rtt_seconds},
               {"roundTripTimeMeasurements", static_cast<double>(track.rtt_measurements)},
               {"nackCount", static_cast<double>(track.nacks)},
               {"pliCount", static_cast<double>(track.plis)},
               {"keyFrames", static_cast<double>(track.key_frames)},
               {"frames", static_cast<double>(track.frames)},
               {"packetsDiscarded", static_cast<double>(track.discarded)},
               {"subscriptions", static_cast<double>(track.subscriptions)}});
  const napi_value encodings = make_array(env);
  for (const auto& one : track.encodings) append(env, encodings, make_encoding(env, one));
  if (!track.encodings.empty() && track.encodings.front().sender_report) {
    const media::EncodingStats& first = track.encodings.front();
    set(env, object, "senderReport", make_sender_report(env, *first.sender_report, first.sender_reports));
  }
  set(env, object, "encodings", encodings);
  return object;
}

napi_value make_subscription(napi_env env, const media::SubscriptionStats& subscription) {
  const napi_value object = make_object(env);
  set(env, object, "id", make_string(env, subscription_name(subscription.id)));
  set(env, object, "trackId", make_string(env, track_name(subscription.track)));
  set(env, object, "paused", make_boolean(env, subscription.paused));
  set(env, object, "waitingForKeyFrame", make_boolean(env, subscription.waiting_for_key_frame));
  set_numbers(env, object,
              {{"ssrc", static_cast<double>(subscription.ssrc)},
               {"rtxSsrc", static_cast<double>(subscription.rtx_ssrc)},
               {"frames", static_cast<double>(subscription.frames)},
               {"redundantPacketsSent", static_cast<double>(subscription.redundant)},
               {"packetsSent", static_cast<double>(subscription.packets)},
               {"bytesSent", static_cast<double>(subscription.bytes)},
               {"retransmittedPacketsSent", static_cast<double>(subscription.retransmitted)},
               {"fecPacketsSent", static_cast<double>(subscription.parity_packets)},
               {"fecBytesSent", static_cast<double>(subscription.parity_bytes)},
               {"probePacketsSent", static_cast<double>(subscription.probe_packets)},
               {"nackCount", static_cast<double>(subscription.nacks)},
               {"pliCount", static_cast<double>(subscription.plis)},
               {"fractionLost", subscription.fraction_lost},
               {"packetsLost", static_cast<double>(subscription.lost)},
               {"jitter", subscription.jitter_seconds},
               {"roundTripTime", subscription.rtt_seconds},
               {"totalRoundTripTime", subscription.total_rtt_seconds},
               {"roundTripTimeMeasurements", static_cast<double>(subscription.rtt_measurements)}});
  set(env, object, "layers", make_layers(env, subscription.layers));
  set(env, object, "preferredLayers", make_layers(env, subscription.preferred_layers));
  set(env, object, "priority", make_number(env, subscription.priority));
  set(env, object, "allowedLayers",
      subscription.allowed_layers ? make_layers(env, *subscription.allowed_layers) : make_null(env));
  return object;
}

// What is known of the way to a peer, in W3C's words where there are any; rates in bit/s, times in seconds.
napi_value make_sending(napi_env env, const media::SendSideStats& sending) {
  const napi_value object = make_object(env);
  const auto seconds = [](media::Duration d) { return static_cast<double>(d.count()) / 1e6; };
  set_numbers(env, object,
              {{"availableOutgoingBitrate", static_cast<double>(sending.estimate.target_bps)},
               {"targetBitrate", static_cast<double>(sending.allocated_bps)},
               {"wantedBitrate", static_cast<double>(sending.wanted_bps)},
               {"acknowledgedBitrate", static_cast<double>(sending.estimate.acknowledged_bps)},
               {"lossRatio", sending.estimate.loss},
               {"currentRoundTripTime", seconds(sending.estimate.round_trip)},
               {"queueDelay", seconds(sending.estimate.queue_delay)},
               {"probes", static_cast<double>(sending.estimate.probes)},
               {"decreases", static_cast<double>(sending.estimate.decreases)},
               {"outages", static_cast<double>(sending.estimate.outages)},
               {"pacerPackets", static_cast<double>(sending.queued_packets)},
               {"pacerBytes", static_cast<double>(sending.queued_bytes)},
               {"pacerDelay", seconds(sending.longest_wait)},
               {"packetsPaced", static_cast<double>(sending.paced_packets)},
               {"packetsRefused", static_cast<double>(sending.refused_packets)}});
  return object;
}

}  // namespace

napi_value make_layers(napi_env env, media::LayerTarget layers) {
  const napi_value object = make_object(env);
  set_numbers(
      env, object,
      {{"spatial", static_cast<double>(layers.spatial)}, {"temporal", static_cast<double>(layers.temporal)}});
  return object;
}

napi_value make_peer_stats(napi_env env, const media::PeerStats& stats) {
  const napi_value object = make_object(env);
  set(env, object, "state", make_string(env, to_string(stats.state)));
  set(env, object, "remoteAddress", make_string(env, stats.remote_address));
  set(env, object, "failure", make_string(env, stats.failure));
  set_numbers(env, object,
              {{"packetsReceived", static_cast<double>(stats.packets_received)},
               {"bytesReceived", static_cast<double>(stats.bytes_received)},
               {"packetsRefused", static_cast<double>(stats.packets_refused)},
               {"packetsSent", static_cast<double>(stats.packets_sent)},
               {"bytesSent", static_cast<double>(stats.bytes_sent)}});
  if (stats.estimated_by_us)
    set(env, object, "availableIncomingBitrate",
        make_number(env, static_cast<double>(*stats.estimated_by_us)));
  if (stats.path) set(env, object, "path", make_path(env, *stats.path));
  if (!stats.remote_certificate.empty())
    set(env, object, "remoteCertificate", make_string(env, stats.remote_certificate));
  const std::pair<const char*, const std::string&> suite[] = {{"tlsVersion", stats.suite.version},
                                                              {"dtlsCipher", stats.suite.cipher},
                                                              {"srtpCipher", stats.suite.srtp_profile}};
  for (const auto& [name, value] : suite) {
    if (!value.empty()) set(env, object, name, make_string(env, value));
  }
  if (stats.sending) set(env, object, "sending", make_sending(env, *stats.sending));
  const napi_value tracks = make_array(env);
  for (const auto& track : stats.tracks) append(env, tracks, make_track_stats(env, track));
  set(env, object, "tracks", tracks);
  const napi_value subscriptions = make_array(env);
  for (const auto& one : stats.subscriptions) append(env, subscriptions, make_subscription(env, one));
  set(env, object, "subscriptions", subscriptions);
  return object;
}

}  // namespace parley::addon
