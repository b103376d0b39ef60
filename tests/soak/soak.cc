// The soak: rooms full of native clients that join, leave, vanish, restart ICE, switch layers, pause, mute,
// and open and close data channels, against one engine over real sockets, for as long as is asked. Prints
// what the process holds each minute and fails when that grows, when a client cannot connect, or when what is
// forwarded cannot be opened. Run by `make soak`.
//
//   soak --minutes 60 [--rooms 4] [--people 6] [--threads 1] [--seed n]
#include <poll.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "media/io/system.h"
#include "tests/soak/ledger.h"
#include "tests/soak/person.h"

namespace parley::soak {
namespace {

using media::Duration;
using media::TimePoint;
using namespace std::chrono_literals;

struct Settings {
  double minutes = 60;
  uint32_t rooms = 4;
  uint32_t people = 6;  // in each room, when it is full
  uint32_t threads = 1;
  uint64_t seed = 0;  // 0: of the system's randomness
};

struct Room {
  std::list<std::unique_ptr<Person>> people;
};

constexpr Duration kPacketInterval = 40ms;
constexpr Duration kActionInterval = 200ms;
constexpr Duration kConnectWithin = 10s;

class Soak {
 public:
  explicit Soak(const Settings& settings)
      : settings_(settings),
        dice_(settings.seed),
        certificate_(std::move(*media::dtls::Certificate::generate())),
        engine_(make_engine()),
        world_{*engine_, certificate_, system_random_},
        rooms_(settings.rooms) {}

  int run();

 private:
  std::unique_ptr<addon::Engine> make_engine() {
    addon::EngineOptions options;
    options.bindings = {{*media::SocketAddress::parse("127.0.0.1", 0), {}}};
    options.tcp = true;
    options.threads = settings_.threads;
    auto engine = addon::Engine::create(
        options,
        [this](const media::HubEvent& e) {
          if (e.type == media::HubEvent::Type::kPeerState && e.state == media::PeerState::kFailed)
            ++failures_;
        },
        [this](media::DataEvent&& e) {
          const std::lock_guard lock(heard_mutex_);
          heard_.push_back(std::move(e));
        });
    if (!engine) {
      std::fprintf(stderr, "soak: %s\n", engine.error().message.c_str());
      std::_Exit(1);
    }
    return std::move(*engine);
  }
  Room& any_room() { return rooms_[dice_.below(settings_.rooms)]; }
  Person* anybody(Room& room) {
    if (room.people.empty()) return nullptr;
    auto it = room.people.begin();
    std::advance(it, dice_.below(static_cast<uint32_t>(room.people.size())));
    return it->get();
  }
  void act();
  void act_on_data(Person& person, uint32_t roll);
  void hear_data();
  void join(Room& room);
  void leave(Room& room, bool politely);
  void meet(Room& room);
  void report(TimePoint started);
  size_t people() const;
  const char* find_trouble();

  Settings settings_;
  media::SeededRandom dice_;  // what happens, and to whom
  media::io::SystemRandom system_random_;
  media::dtls::Certificate certificate_;
  std::atomic<uint64_t> failures_{0};
  std::mutex heard_mutex_;
  std::vector<media::DataEvent> heard_;  // on the media thread, for this one
  std::unique_ptr<addon::Engine> engine_;
  World world_;
  std::vector<Room> rooms_;
  Ledger ledger_;
  uint64_t joins_ = 0, leaves_ = 0, vanished_ = 0, restarts_ = 0, switches_ = 0;
  uint64_t channels_ = 0, messages_ = 0;
  uint64_t packets_of_the_gone_ = 0, refused_of_the_gone_ = 0;
};

size_t Soak::people() const {
  size_t n = 0;
  for (const Room& room : rooms_) n += room.people.size();
  return n;
}

void Soak::join(Room& room) {
  room.people.push_back(std::make_unique<Person>(world_));
  ++joins_;
  meet(room);
}

// Everybody sees everybody.
void Soak::meet(Room& room) {
  std::vector<uint32_t> tracks;
  for (const auto& person : room.people) tracks.push_back(person->track());
  for (const auto& person : room.people) person->watch(tracks);
}

void Soak::leave(Room& room, bool politely) {
  if (room.people.empty()) return;
  auto it = room.people.begin();
  std::advance(it, dice_.below(static_cast<uint32_t>(room.people.size())));
  Person& person = **it;
  packets_of_the_gone_ += person.packets();
  refused_of_the_gone_ += person.refused();
  if (!politely) person.vanish();
  ++(politely ? leaves_ : vanished_);
  room.people.erase(it);
  meet(room);
}

void Soak::act() {
  Room& room = any_room();
  Person* person = anybody(room);
  // More join than leave until a room is full.
  const uint32_t roll = dice_.below(100);
  if (person == nullptr || (roll < 40 && room.people.size() < settings_.people)) {
    join(room);
  } else if (roll < 50) {
    leave(room, true);
  } else if (roll < 55) {
    leave(room, false);
  } else if (roll < 65) {
    person->restart_publisher();
    ++restarts_;
  } else if (roll < 75) {
    person->restart_subscriber();
    ++restarts_;
  } else if (roll < 83) {
    person->toggle_pause();
    ++switches_;
  } else if (roll < 95) {
    person->watch_other_layers();
    ++switches_;
  } else {
    person->toggle_mute();
    ++switches_;
  }
}

void Soak::act_on_data(Person& person, uint32_t roll) {
  if (roll < 4) {
    person.open_channel();
  } else if (roll < 6) {
    person.close_channel();
  } else {
    person.say_something();
  }
}

void Soak::hear_data() {
  std::vector<media::DataEvent> heard;
  {
    const std::lock_guard lock(heard_mutex_);
    heard.swap(heard_);
  }
  using Type = media::DataEvent::Type;
  for (const media::DataEvent& e : heard) {
    if (e.type == Type::kMessage) {
      ++messages_;
      engine_->release_data(e.peer, e.bytes.size() + media::PeerData::kMessageCost);
    }
    for (Room& room : rooms_) {
      for (const auto& person : room.people) {
        if (person->subscriber() != e.peer) continue;
        if (e.type == Type::kOpen) ++channels_, person->on_channel_open(e.channel);
        if (e.type == Type::kClosed) person->on_channel_closed(e.channel);
      }
    }
  }
}

const char* Soak::find_trouble() {
  for (Room& room : rooms_) {
    for (const auto& person : room.people) {
      if (person->failed()) return "a client could not negotiate";
      if (person->refused() > 0) return "what was forwarded could not be opened";
      if (person->waits_for_channel(kConnectWithin)) return "a data channel does not open";
      if (!person->connected() && person->age() > kConnectWithin) return "a client could not connect";
    }
  }
  if (refused_of_the_gone_ > 0) return "what was forwarded could not be opened";
  return "";
}

void Soak::report(TimePoint started) {
  const size_t sockets = people() * Person::kSockets;
  const Holding held = Holding::now();
  ledger_.add(held, sockets);
  uint64_t packets = packets_of_the_gone_;
  for (Room& room : rooms_) {
    for (const auto& person : room.people) packets += person->packets();
  }
  const double minutes = static_cast<double>((media::io::monotonic_now() - started).count()) / 60e6;
  std::printf(
      "%6.1f min  private %6zu KiB  descriptors %3zu (%zu clients')  threads %zu  people %zu  joins %lu  "
      "leaves %lu  vanished %lu  restarts %lu  switches %lu  channels %lu  messages %lu  forwarded %lu\n",
      minutes, held.private_kib, held.descriptors, sockets, held.threads, people(),
      static_cast<unsigned long>(joins_), static_cast<unsigned long>(leaves_),
      static_cast<unsigned long>(vanished_), static_cast<unsigned long>(restarts_),
      static_cast<unsigned long>(switches_), static_cast<unsigned long>(channels_),
      static_cast<unsigned long>(messages_), static_cast<unsigned long>(packets));
  std::fflush(stdout);
}

int Soak::run() {
  std::printf("seed %llu\n", static_cast<unsigned long long>(settings_.seed));
  for (Room& room : rooms_) {
    while (room.people.size() < settings_.people) join(room);
  }
  const TimePoint started = media::io::monotonic_now();
  const TimePoint end = started + Duration(static_cast<int64_t>(settings_.minutes * 60e6));
  // A short run, too short to say anything of memory, has ten figures.
  const Duration interval = std::min<Duration>(60s, (end - started) / 10);
  TimePoint next_packet = started, next_action = started, next_report = started + interval;
  const char* trouble = "";
  for (TimePoint now = started; now < end && *trouble == '\0'; now = media::io::monotonic_now()) {
    for (Room& room : rooms_) {
      for (const auto& person : room.people) {
        if (now >= next_packet) person->publish_packet();
        person->pump();
      }
    }
    if (now >= next_packet) next_packet = now + kPacketInterval;
    hear_data();
    if (now >= next_action) {
      act();
      if (Person* person = anybody(any_room())) act_on_data(*person, dice_.below(10));
      next_action = now + kActionInterval;
    }
    if (now >= next_report) {
      report(started);
      next_report += interval;
      trouble = find_trouble();
      if (*trouble == '\0') trouble = ledger_.verdict();
    }
    poll(nullptr, 0, 5);
  }
  while (people() > 0) {
    for (Room& room : rooms_) leave(room, true);
  }
  engine_->close();
  if (*trouble != '\0') {
    std::printf("FAIL: %s (seed %llu)\n", trouble, static_cast<unsigned long long>(settings_.seed));
    return 1;
  }
  std::printf("pass: %s stayed as they were; %lu peers that vanished timed out\n",
              ledger_.judges_memory() ? "memory, descriptors and threads" : "descriptors and threads",
              static_cast<unsigned long>(failures_.load()));
  return 0;
}

int main_program(int argc, char** argv) {
  Settings s;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) {
      std::fprintf(stderr, "soak: --minutes N --rooms N --people N --threads N --seed N\n");
      return 2;
    }
    if (name == "--minutes") {
      s.minutes = std::atof(argv[i + 1]);
    } else if (name == "--rooms") {
      s.rooms = static_cast<uint32_t>(std::atoi(argv[i + 1]));
    } else if (name == "--people") {
      s.people = static_cast<uint32_t>(std::atoi(argv[i + 1]));
    } else if (name == "--threads") {
      s.threads = static_cast<uint32_t>(std::atoi(argv[i + 1]));
    } else if (name == "--seed") {
      s.seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else {
      std::fprintf(stderr, "soak: unknown option %s\n", name.c_str());
      return 2;
    }
  }
  if (s.minutes <= 0 || s.rooms == 0 || s.people < 2) {
    std::fprintf(stderr, "soak: --minutes above 0, --rooms at least 1, --people at least 2\n");
    return 2;
  }
  if (s.seed == 0) s.seed = media::io::SystemRandom().next_u32();
  return Soak(s).run();
}

}  // namespace
}  // namespace parley::soak

int main(int argc, char** argv) { return parley::soak::main_program(argc, argv); }
