// See person.h.
#include "tests/soak/person.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "media/core/bytes.h"
#include "media/io/system.h"
#include "media/sdp/parser.h"
#include "media/sdp/writer.h"

namespace parley::soak {
namespace {

using namespace parley::media;  // NOLINT: nearly everything here is

constexpr uint8_t kVp8 = 96;
constexpr uint8_t kTransportCcId = 3;

io::Fd open_socket() {
  SocketAddress any = *SocketAddress::parse("127.0.0.1", 0);
  auto fd = io::open_udp(any, 1 << 20);
  if (!fd) {
    std::fprintf(stderr, "soak: %s\n", fd.error().message.c_str());
    std::_Exit(1);
  }
  return std::move(*fd);
}

}  // namespace

Leg::Leg(World& world, addon::Role role)
    : world_(world), fd_(open_socket()), local_(ice::Credentials::generate(world.random)) {
  auto peer = world.engine.create_peer(role);
  if (peer) peer_ = *peer;
}

Leg::~Leg() {
  if (client_ && !gone_) {
    client_->close(world_.slab);
    flush();
  }
  world_.engine.close_peer(peer_);
}

void Leg::set_remote(const sdp::SessionDescription& description) {
  const sdp::MediaSection& m = description.media.front();
  const ice::Credentials remote{m.ice_ufrag, m.ice_pwd};
  if (client_ && remote == used_remote_ && local_ == used_local_) return;
  used_local_ = local_;
  used_remote_ = remote;
  const TimePoint now = io::monotonic_now();
  if (client_) {
    client_->restart_ice(local_, remote, now, world_.slab);
  } else {
    const auto fingerprint = dtls::Fingerprint::parse(m.fingerprints.front().value);
    client_ = std::make_unique<bench::Client>(world_.certificate, local_, remote, *fingerprint,
                                              world_.engine.bindings().front(), world_.random);
    channels_ = std::make_unique<Channels>(*client_, world_.random, world_.slab);
    client_->set_data_sink(channels_.get());
    client_->start(now, world_.slab);
  }
  flush();
}

void Leg::flush() {
  io::BatchSender::Tally tally;
  world_.sender.send(world_.slab, {fd_.get()}, {}, tally);
  world_.slab.clear();
}

void Leg::pump() {
  if (!client_ || gone_) return;
  std::array<uint8_t, 2048> bytes;
  const TimePoint now = io::monotonic_now();
  for (ssize_t n; (n = recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;) {
    client_->on_datagram(std::span(bytes).first(static_cast<size_t>(n)), now, world_.slab);
  }
  client_->on_deadline(now, world_.slab);
  channels_->pump(now);
  flush();
}

void Leg::send(std::span<const uint8_t> header, std::span<const uint8_t> payload) {
  if (!connected() || gone_) return;
  const auto room = world_.slab.reserve(world_.engine.bindings().front(),
                                        header.size() + payload.size() + srtp::kMaxOverhead);
  world_.slab.commit(client_->sender().protect_rtp(header, payload, room));
  flush();
}

Person::Person(World& world)
    : world_(world),
      born_(io::monotonic_now()),
      publisher_(world, addon::Role::kPublisher),
      subscriber_(world, addon::Role::kSubscriber),
      ssrc_{world.random.next_u32() | 1, world.random.next_u32() & ~1u} {
  negotiate_publisher();
}

Duration Person::age() const { return io::monotonic_now() - born_; }

void Person::fail(const addon::Failure& why) {
  if (!failed_) std::fprintf(stderr, "soak: %s: %s\n", why.code.c_str(), why.message.c_str());
  failed_ = true;
}

std::string Person::offer() const {
  std::string sources =
      "a=ssrc-group:SIM " + std::to_string(ssrc_[0]) + " " + std::to_string(ssrc_[1]) + "\r\n";
  for (const uint32_t source : ssrc_) {
    const std::string ssrc = std::to_string(source), rtx = std::to_string(source ^ 0x5554);
    sources += "a=ssrc-group:FID " + ssrc + " " + rtx + "\r\na=ssrc:" + ssrc +
               " cname:soak\r\na=ssrc:" + rtx + " cname:soak\r\n";
  }
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
         "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:" +
         publisher_.credentials().ufrag + "\r\na=ice-pwd:" + publisher_.credentials().password +
         "\r\na=fingerprint:sha-256 " + world_.certificate.fingerprint().to_string() +
         "\r\na=setup:actpass\r\na=mid:0\r\n"
         "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
         "a=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 transport-cc\r\n"
         "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n" +
         sources;
}

void Person::negotiate_publisher() {
  auto answer = world_.engine.accept_offer(publisher_.peer(), offer());
  if (!answer) return fail(answer.error());
  track_ = answer->tracks.front().id;
  const auto description = sdp::parse(answer->sdp);
  if (!description) return fail({"soak", "the answer cannot be read"});
  publisher_.set_remote(*description);
}

void Person::negotiate_subscriber() {
  const auto offered = world_.engine.create_offer(subscriber_.peer());
  if (!offered) return fail(offered.error());
  auto description = sdp::parse(*offered);
  if (!description) return fail({"soak", "the offer cannot be read"});
  if (description->media.empty()) return;
  const sdp::SessionDescription theirs = *description;
  description->ice_lite = false;
  for (sdp::MediaSection& m : description->media) {
    if (m.direction == sdp::Direction::kSendOnly) m.direction = sdp::Direction::kRecvOnly;
    m.setup = sdp::Setup::kActive;
    m.ice_ufrag = subscriber_.credentials().ufrag;
    m.ice_pwd = subscriber_.credentials().password;
    m.fingerprints = {{"sha-256", world_.certificate.fingerprint().to_string()}};
    m.candidates.clear();
    m.sources.clear();
    m.source_groups.clear();
    m.msids.clear();
    // This client tells nothing of what arrives: no feedback was agreed on, and the line counts as wide.
    for (sdp::Codec& c : m.codecs) std::erase(c.feedback, "transport-cc");
    std::erase_if(m.extensions, [](const sdp::Extension& e) { return e.uri.ends_with("extensions-01"); });
  }
  const auto accepted = world_.engine.accept_answer(subscriber_.peer(), sdp::to_string(*description));
  if (!accepted) return fail(accepted.error());
  subscriber_.set_remote(theirs);
}

void Person::watch(const std::vector<uint32_t>& tracks) {
  bool changed = false;
  for (const Watched& w : watched_) {
    if (std::find(tracks.begin(), tracks.end(), w.track) != tracks.end()) continue;
    world_.engine.unsubscribe(subscriber_.peer(), w.subscription).ok();
    changed = true;
  }
  std::erase_if(watched_, [&](const Watched& w) {
    return std::find(tracks.begin(), tracks.end(), w.track) == tracks.end();
  });
  for (const uint32_t track : tracks) {
    if (track == track_) continue;
    if (std::any_of(watched_.begin(), watched_.end(), [&](const auto& w) { return w.track == track; }))
      continue;
    const auto subscription = world_.engine.subscribe(subscriber_.peer(), track);
    if (!subscription) return fail(subscription.error());
    watched_.push_back({track, *subscription});
    changed = true;
  }
  if (changed) negotiate_subscriber();
}

void Person::pump() {
  publisher_.pump();
  subscriber_.pump();
}

void Person::publish_packet() {
  // VP8 with a picture id and a temporal layer (RFC 7741 section 4.2): layers 0 2 1 2, a key frame a second.
  static constexpr std::array<uint8_t, 4> kLayers = {0, 2, 1, 2};
  static constexpr std::array<size_t, kEncodings> kSizes = {200, 1000};
  std::array<uint8_t, 1000> payload{};
  payload[0] = 0x90;
  payload[1] = 0xE0;  // I, L, T
  store_be16(&payload[2], static_cast<uint16_t>(0x8000 | (number_ & 0x7FFF)));
  payload[4] = static_cast<uint8_t>(number_ / 4);
  const uint8_t layer = kLayers[number_ % 4];
  payload[5] = static_cast<uint8_t>(layer << 6 | (layer == 2 ? 0x20 : 0));
  payload[6] = number_ % 28 == 0 ? 0x10 : 0x11;
  for (size_t i = 0; i < kEncodings; ++i) {
    std::array<uint8_t, 20> header = {
        0x90, 0x80 | kVp8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xBE, 0xDE, 0, 1, kTransportCcId << 4 | 1, 0, 0, 0};
    store_be16(&header[2], seq_);
    store_be32(&header[4], number_ * 3600);
    store_be32(&header[8], ssrc_[i]);
    store_be16(&header[17], transport_seq_++);
    publisher_.send(header, std::span(payload).first(kSizes[i]));
  }
  ++seq_;
  ++number_;
}

void Person::restart_publisher() {
  publisher_.renew();
  negotiate_publisher();
}

void Person::restart_subscriber() {
  if (watched_.empty()) return;
  const auto restarted = world_.engine.restart_ice(subscriber_.peer());
  if (!restarted) return fail(restarted.error());
  subscriber_.renew();
  negotiate_subscriber();
}

void Person::toggle_pause() {
  if (watched_.empty()) return;
  Watched& w = watched_[world_.random.below(static_cast<uint32_t>(watched_.size()))];
  w.paused = !w.paused;
  const auto done = world_.engine.pause_subscription(subscriber_.peer(), w.subscription, w.paused);
  if (!done) fail(done.error());
}

void Person::watch_other_layers() {
  if (watched_.empty()) return;
  const Watched& w = watched_[world_.random.below(static_cast<uint32_t>(watched_.size()))];
  const LayerTarget layers{static_cast<uint8_t>(world_.random.below(kEncodings)),
                           static_cast<uint8_t>(world_.random.below(3))};
  const auto done = world_.engine.set_preferred_layers(subscriber_.peer(), w.subscription, layers);
  if (!done) fail(done.error());
}

void Person::open_channel() {
  if (channels_.size() >= kMostChannels) return;
  sctp::ChannelConfig config;
  config.label = "soak";
  config.ordered = world_.random.below(2) == 0;
  if (world_.random.below(2) == 0) config.max_retransmits = 3;
  const bool first = !offers_data_;
  const auto made = world_.engine.create_channel(subscriber_.peer(), config);
  if (!made) return fail(made.error());
  channels_.push_back({*made, io::monotonic_now()});
  offers_data_ = true;
  if (first) negotiate_subscriber();
}

void Person::close_channel() {
  if (channels_.empty()) return;
  const Channel& channel = channels_[world_.random.below(static_cast<uint32_t>(channels_.size()))];
  const auto done = world_.engine.close_channel(subscriber_.peer(), channel.info.id);
  if (!done) fail(done.error());
}

void Person::say_something() {
  for (const Channel& channel : channels_) {
    if (!channel.open) continue;
    std::vector<uint8_t> bytes(1 + world_.random.below(20000), 'x');
    const auto done = world_.engine.send_data(subscriber_.peer(), channel.info, false, std::move(bytes));
    if (!done) fail(done.error());
    return;
  }
}

void Person::on_channel_open(uint32_t id) {
  for (Channel& channel : channels_) channel.open |= channel.info.id == id;
}

void Person::on_channel_closed(uint32_t id) {
  std::erase_if(channels_, [id](const Channel& channel) { return channel.info.id == id; });
}

bool Person::waits_for_channel(Duration longer_than) {
  if (!subscriber_.connected()) return false;
  const TimePoint now = io::monotonic_now();
  return std::any_of(channels_.begin(), channels_.end(), [&](const Channel& channel) {
    return !channel.open && now - channel.asked > longer_than;
  });
}

void Person::toggle_mute() {
  muted_ = !muted_;
  const auto done = world_.engine.pause_track(publisher_.peer(), track_, muted_);
  if (!done) fail(done.error());
}

void Person::vanish() {
  publisher_.vanish();
  subscriber_.vanish();
}

}  // namespace parley::soak
