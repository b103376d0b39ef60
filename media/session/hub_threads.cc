// A hub among those of the engine's other media threads: datagrams that the kernel gave to the wrong thread
// find their peer, and tracks have mirrors wherever somebody is subscribed to them. See hub.h.
//
// All threads receive on one port (SO_REUSEPORT), and the kernel spreads addresses over them without knowing
// peers. A check finds its thread by its ufrag's first letter, an answer to a check (or of a STUN or TURN
// server) by its transaction's first byte; the owner, once it has verified it, tells the thread that passed
// it on to pass on everything of that route. Nothing that a stranger sends changes where datagrams go.
#include <array>
#include <cstring>
#include <type_traits>

#include "media/core/bytes.h"
#include "media/session/hub.h"

namespace parley::media {
namespace {

enum class Say : uint8_t {
  kDatagram = MessageLinks::kFirstType,  // route, bytes: for a peer of yours
  kRouteMine,                            // route: pass on to me what comes by it
  kRouteGone,                            // route: no more
  kTap,                                  // track, value: I want your track, or no more
  kKeyFrame,                             // track: my mirror wants one
  kPacket,                               // track, bytes: RTP for your mirror
  kReport,                               // track, bytes: a sender report
  kBye,                                  // track, value: its source
  kPause,                                // track, value
  kLayers,                               // track, bytes: ToldEncodings
  kSources,                              // track, bytes: EncodingSources
};

// The same program on both ends: a message begins with this as it is in memory.
struct Head {
  Say say{};
  uint32_t track = 0;
  uint32_t value = 0;
  Route route;
};
static_assert(std::is_trivially_copyable_v<Head> && std::is_trivially_copyable_v<rtcp::SenderReport> &&
              std::is_trivially_copyable_v<ToldEncodings> && std::is_trivially_copyable_v<EncodingSources>);

template <class T>
std::span<const uint8_t> raw(const T& value) {
  return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

Head about(Say say, uint32_t track, uint32_t value = 0) {
  Head head;
  head.say = say;
  head.track = track;
  head.value = value;
  return head;
}

Head about(Say say, const Route& route) {
  Head head;
  head.say = say;
  head.route = route;
  return head;
}

// RFC 3550's header with whatever extensions the packet has; CSRCs are left out.
constexpr size_t kMaxTappedHeader = rtp::kFixedHeaderSize + 4 + 256;

// The header's size, 0 when there is no room for its extensions.
size_t write_header(const rtp::Packet& packet, std::span<uint8_t> out) {
  const bool extended = !packet.extensions.empty();
  const size_t words = (packet.extensions.size() + 3) / 4;
  const size_t size = rtp::kFixedHeaderSize + (extended ? 4 + words * 4 : 0);
  if (size > out.size()) return 0;
  out[0] = extended ? 0x90 : 0x80;
  out[1] = static_cast<uint8_t>((packet.marker ? 0x80 : 0) | packet.payload_type);
  store_be16(&out[2], packet.seq.value);
  store_be32(&out[4], packet.timestamp.value);
  store_be32(&out[8], packet.ssrc.value);
  if (!extended) return size;
  store_be16(&out[12], packet.extension_profile);
  store_be16(&out[14], static_cast<uint16_t>(words));
  std::memset(&out[16], 0, words * 4);
  std::memcpy(&out[16], packet.extensions.data(), packet.extensions.size());
  return size;
}

// What is said again should it have found no room.
constexpr Duration kSayAgain = std::chrono::seconds(1);

// A mirror's wish: whether the track is wanted at all, and which of its encodings.
constexpr uint8_t kWanted = 0x80;
constexpr uint8_t kWantedEncodings = 0x7F;

}  // namespace

std::string ufrag_prefix(size_t thread) { return std::string(1, static_cast<char>('A' + thread)); }

Hub::Mirror::Mirror(const TrackConfig& config, PacketPool& pool, size_t thread)
    : owner(thread), track(config, nowhere, pool, Ssrc{1}) {}

void Hub::join(MessageLinks& links) { links_ = &links; }

void Hub::add_mirror(const TrackConfig& config, size_t owner, std::optional<uint32_t> source) {
  if (links_ == nullptr || owner == links_->self() || owner >= links_->threads()) return;
  const uint32_t name = source.value_or(config.id);
  // Whatever is missing is asked for once, by the track itself.
  TrackConfig own = config;
  own.nack = false;
  if (const auto known = mirrors_.find(name); known != mirrors_.end()) {
    known->second->track.update(own);
    return;
  }
  if (tracks_.contains(config.id)) return;
  auto mirror = std::make_unique<Mirror>(own, pool_, owner);
  mirror->track.set_key_frame_handler(
      [this, name, owner] { links_->send(owner, raw(about(Say::kKeyFrame, name))); });
  tracks_[config.id] = &mirror->track;
  mirrors_.emplace(name, std::move(mirror));
  if (next_tick_ == kNever) next_tick_ = TimePoint();
}

void Hub::remove_mirror(uint32_t source) {
  const auto mirror = mirrors_.find(source);
  if (mirror == mirrors_.end()) return;
  links_->send(mirror->second->owner, raw(about(Say::kTap, source, 0)));
  tracks_.erase(mirror->second->track.config().id);
  mirrors_.erase(mirror);
}

// Mirrors ask for their tracks while somebody is subscribed to them, from time to time again: the track may
// not have been there yet.
void Hub::tend_mirrors(TimePoint now, SendSlab& out) {
  for (auto& [id, mirror] : mirrors_) {
    if (mirror->track.next_deadline() <= now) mirror->track.on_deadline(now, out);
    const bool used = mirror->track.is_used();
    // Only what comes through a pipe can be had in part.
    const uint8_t all = kWanted | kWantedEncodings;
    const bool in_part = used && mirror->track.from_pipe(now);
    const uint8_t wish = in_part ? kWanted | mirror->track.wanted_encodings(now) : used ? all : 0;
    if (wish == mirror->wish && now < mirror->say_again) continue;
    mirror->wish = wish;
    mirror->say_again = now + kSayAgain;
    links_->send(mirror->owner, raw(about(Say::kTap, id, wish)));
  }
}

void Hub::on_tapped_packet(uint32_t track, uint64_t threads, const rtp::Packet& packet) {
  const Head head = about(Say::kPacket, track);
  std::array<uint8_t, sizeof head + kMaxTappedHeader> beginning;
  std::memcpy(beginning.data(), &head, sizeof head);
  const size_t header = write_header(packet, std::span(beginning).subspan(sizeof head));
  if (header == 0) return;
  for (size_t i = 0; i < links_->threads(); ++i) {
    if ((threads >> i & 1) == 0) continue;
    links_->send(i, std::span(beginning).first(sizeof head + header), packet.payload);
  }
}

void Hub::tell_taps(uint64_t threads, std::span<const uint8_t> head, std::span<const uint8_t> body) {
  for (size_t i = 0; i < links_->threads(); ++i) {
    if ((threads >> i & 1) != 0) links_->send(i, head, body);
  }
}

void Hub::on_tapped_report(uint32_t track, uint64_t threads, const rtcp::SenderReport& report) {
  tell_taps(threads, raw(about(Say::kReport, track)), raw(report));
}

void Hub::on_tapped_bye(uint32_t track, uint64_t threads, Ssrc source) {
  tell_taps(threads, raw(about(Say::kBye, track, source.value)), {});
}

void Hub::on_tapped_pause(uint32_t track, uint64_t threads, bool paused) {
  tell_taps(threads, raw(about(Say::kPause, track, paused ? 1 : 0)), {});
}

void Hub::on_tapped_layers(uint32_t track, uint64_t threads, const ToldEncodings& told) {
  tell_taps(threads, raw(about(Say::kLayers, track)), raw(told));
}

void Hub::route_pipe(const SocketAddress& remote, std::optional<size_t> thread) {
  if (links_ == nullptr || !thread || *thread >= links_->threads() || *thread == links_->self()) {
    others_pipes_.erase(remote);
  } else if (others_pipes_.size() < kMaxPipes) {
    others_pipes_[remote] = *thread;
  }
}

bool Hub::pass_on_to_pipe(const Datagram& datagram) {
  if (others_pipes_.empty() || passed_on_by_ || !datagram.route.is_udp()) return false;
  const auto owner = others_pipes_.find(datagram.route.remote);
  if (owner == others_pipes_.end()) return false;
  links_->send(owner->second, raw(about(Say::kDatagram, datagram.route)), datagram.bytes);
  return true;
}

// True when another thread was given it.
bool Hub::pass_on_check(std::string_view ufrag, const Datagram& datagram) {
  return !ufrag.empty() && pass_on_to(static_cast<uint8_t>(ufrag.front()), datagram);
}

// An answer says by its transaction which thread's agent asked, and so which one it concerns.
bool Hub::pass_on_answer(const stun::Message& message, const Datagram& datagram) {
  if (message.cls != stun::Class::kSuccess && message.cls != stun::Class::kError) return false;
  return pass_on_to(message.id.front(), datagram);
}

// `mark` is ufrag_prefix() of a thread, or anything else that a stranger may have written there.
bool Hub::pass_on_to(uint8_t mark, const Datagram& datagram) {
  if (links_ == nullptr || passed_on_by_ || mark < 'A') return false;
  const size_t thread = mark - size_t{'A'};
  if (thread >= links_->threads() || thread == links_->self()) return false;
  links_->send(thread, raw(about(Say::kDatagram, datagram.route)), datagram.bytes);
  return true;
}

bool Hub::pass_on(const Datagram& datagram) {
  if (links_ == nullptr || passed_on_by_) return false;
  const auto owner = others_routes_.find(datagram.route);
  if (owner == others_routes_.end()) return false;
  links_->send(owner->second, raw(about(Say::kDatagram, datagram.route)), datagram.bytes);
  return true;
}

void Hub::tell_of_route(const Route& route) {
  if (links_ == nullptr) return;
  others_routes_.erase(route);
  if (passed_on_by_) links_->send(*passed_on_by_, raw(about(Say::kRouteMine, route)));
}

void Hub::tell_of_end(const Route& route) {
  if (links_ == nullptr) return;
  for (size_t i = 0; i < links_->threads(); ++i) {
    if (i != links_->self()) links_->send(i, raw(about(Say::kRouteGone, route)));
  }
}

void Hub::on_message(size_t from, std::span<uint8_t> message, TimePoint now, SendSlab& out) {
  Head head;
  if (message.size() < sizeof head) return;
  std::memcpy(&head, message.data(), sizeof head);
  const std::span<uint8_t> body = message.subspan(sizeof head);
  switch (head.say) {
    case Say::kDatagram: {
      const Datagram datagram{head.route, body};
      passed_on_by_ = from;
      on_datagrams({&datagram, 1}, now, out);
      passed_on_by_.reset();
      return;
    }
    case Say::kRouteMine:
      if (others_routes_.size() >= kMaxPeers * kMaxRoutesPerPeer) return;
      forget_route(head.route);  // should it have been one of ours
      others_routes_[head.route] = static_cast<uint8_t>(from);
      return;
    case Say::kRouteGone: {
      const auto known = others_routes_.find(head.route);
      if (known != others_routes_.end() && known->second == from) others_routes_.erase(known);
      return;
    }
    case Say::kTap:
    case Say::kKeyFrame:
      on_mirrors_wish(from, head.say == Say::kTap, head.track, static_cast<uint8_t>(head.value), now, out);
      return;
    default:
      break;
  }
  const auto mirror = mirrors_.find(head.track);
  if (mirror == mirrors_.end() || mirror->second->owner != from) return;
  Track& track = mirror->second->track;
  if (head.say == Say::kPacket) {
    if (const auto packet = rtp::Packet::parse(body)) track.on_packet(*packet, now, out);
  } else if (head.say == Say::kReport) {
    rtcp::SenderReport report;
    if (body.size() < sizeof report) return;
    std::memcpy(&report, body.data(), sizeof report);
    track.on_sender_report(report, now);
  } else if (head.say == Say::kBye) {
    track.on_bye(Ssrc{head.value});
  } else if (head.say == Say::kPause) {
    track.set_paused(head.value != 0, now, out);
  } else if (head.say == Say::kSources) {
    EncodingSources sources;
    if (body.size() < sizeof sources) return;
    std::memcpy(&sources, body.data(), sizeof sources);
    track.learn(sources);
  } else if (head.say == Say::kLayers) {
    ToldEncodings told;
    if (body.size() < sizeof told) return;
    std::memcpy(&told, body.data(), sizeof told);
    track.on_told(told, now, out);
  }
}

void Hub::on_mirrors_wish(size_t from, bool tap, uint32_t id, uint8_t wish, TimePoint now, SendSlab& out) {
  const auto found = tracks_.find(id);
  if (found == tracks_.end() || mirrors_.contains(id)) return;
  Track& track = *found->second;
  if (!tap) {
    track.request_key_frame(now, out);
    return;
  }
  const uint64_t bit = uint64_t{1} << from;
  const bool tapped = (track.tapping_threads() & bit) != 0;
  if ((wish & kWanted) == 0) return track.remove_tap(from);
  track.add_tap(*this, from, wish & kWantedEncodings);
  // Packets say less and less of themselves (RFC 8852).
  if (track.encodings() > 1) links_->send(from, raw(about(Say::kSources, id)), raw(track.sources()));
  if (tapped) return;
  on_tapped_pause(id, bit, track.paused());
  if (track.from_pipe(now)) on_tapped_layers(id, bit, track.told(now));
  if (track.config().kind == TrackKind::kVideo) track.request_key_frame(now, out);
}

}  // namespace parley::media
