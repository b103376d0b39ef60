// Debian's Janus: its video room as it is installed, in a process of its own on a configuration made here, on
// loopback. Spoken to over its Unix socket; what it forwards goes to the same sockets as the others'.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bench/forward_bench/contender.h"
#include "bench/forward_bench/fleet.h"
#include "media/io/system.h"
#include "media/sdp/parser.h"
#include "media/sdp/writer.h"

namespace parley::bench {
namespace {

using namespace parley::media;  // NOLINT: nearly everything here is
namespace fs = std::filesystem;

constexpr const char* kSource = "/etc/janus";
constexpr const char* kRoom = "1234";
constexpr Duration kPatience = std::chrono::milliseconds(200);

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

// The string or the digits after `"name":` at or after `from`; what Janus writes needs no more of JSON.
std::string field(const std::string& json, const std::string& name, size_t from = 0) {
  size_t at = json.find("\"" + name + "\":", from);
  if (at == std::string::npos) return "";
  at += name.size() + 3;
  while (at < json.size() && json[at] == ' ') ++at;
  std::string value;
  if (json[at] != '"') {
    while (at < json.size() && (isdigit(json[at]) != 0)) value += json[at++];
    return value;
  }
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\') {
      value += json[at];
      continue;
    }
    const char escaped = json[++at];
    value += escaped == 'r' ? '\r' : escaped == 'n' ? '\n' : escaped;
  }
  return value;
}

class Janus final : public Contender {
 public:
  Janus(const Settings& settings, std::vector<Endpoint>& publishers, std::vector<Endpoint>& subscribers)
      : settings_(settings), fleet_(random_), publishers_(publishers.size()) {
    start_process();
    session_ = field(ask("create", ""), "id", 0);
    std::vector<std::string> feeds;
    const std::string handle = attach();
    tell(handle,
         R"({"request":"create","room":)" + std::string(kRoom) +
             R"(,"publishers":100,"videocodec":"vp8","audiocodec":"opus","bitrate":0,"fir_freq":0})",
         "", "success");
    for (size_t i = 0; i < publishers.size(); ++i) feeds.push_back(publish(i, publishers[i]));
    connect(publishers.size());
    const double before = private_bytes();
    for (size_t i = 0; i < subscribers.size(); ++i) {
      std::string streams;
      for (size_t k = 0; k < feeds.size(); ++k) {
        if (settings_.room && k == i) continue;
        streams += (streams.empty() ? "" : ",") + (R"({"feed":)" + feeds[k] + "}");
      }
      subscribe(subscribers[i], streams);
    }
    connect(publishers.size() + subscribers.size());
    memory_ = (private_bytes() - before) / static_cast<double>(subscribers.size());
  }
  ~Janus() override {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    close(socket_);
  }
  void launch() override {
    for (size_t i = 0; i < publishers_; ++i)
      fleet_.publish(i, settings_.burst, settings_.payload, launched_ < 20);
    ++launched_;
  }
  int outstanding() const override {
    const uint64_t each = static_cast<uint64_t>(settings_.burst) * settings_.copies();
    return static_cast<int>(launched_ - settled_ / each);
  }
  void arrived(uint64_t datagrams) override {
    const TimePoint now = io::monotonic_now();
    arrived_ += datagrams;
    settled_ += datagrams;
    if (datagrams > 0) latest_ = now;
    // What has not come by now was lost, and is not waited for.
    if (now - latest_ <= kPatience) return;
    latest_ = now;
    settled_ = launched_ * static_cast<uint64_t>(settings_.burst) * settings_.copies();
  }
  double memory_for_each_subscriber() override { return memory_; }
  Figures figures() override {
    clockid_t clock;
    timespec t{};
    if (clock_getcpuclockid(process_, &clock) != 0 || clock_gettime(clock, &t) != 0) die("janus has ended");
    return {arrived_, 0, static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9};
  }

 private:
  void start_process();
  bool spawn_and_connect();
  // Until Janus too takes this many peers for connected.
  void connect(size_t peers) {
    fleet_.connect();
    while (connected_ < peers) receive();
  }
  double private_bytes() const;
  std::string receive();
  std::string ask(const std::string& request, const std::string& rest);
  std::string attach();
  std::string tell(const std::string& handle, const std::string& body, const std::string& jsep,
                   const std::string& wanted);
  std::string publish(size_t i, Endpoint& endpoint);
  void subscribe(Endpoint& endpoint, const std::string& streams);
  void meet(Endpoint& endpoint, const ice::Credentials& ours, const sdp::SessionDescription& theirs);

  Settings settings_;
  io::SystemRandom random_;
  Fleet fleet_;
  size_t publishers_;
  fs::path folder_;
  pid_t process_ = 0;
  int socket_ = -1;
  std::string session_;
  int transaction_ = 0;
  size_t connected_ = 0;
  uint64_t launched_ = 0;
  uint64_t arrived_ = 0;
  uint64_t settled_ = 0;  // arrived, or lost
  TimePoint latest_;
  double memory_ = 0;
};

void Janus::start_process() {
  if (!fs::exists(kSource)) die("janus is not installed: tools/deps.sh peers");
  std::string pattern = (fs::temp_directory_path() / "parley-janus-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) die("cannot make a folder");
  folder_ = pattern;
  for (const auto& file : fs::directory_iterator(kSource)) {
    if (file.path().filename().string().starts_with("janus.plugin.videoroom"))
      fs::copy(file.path(), folder_ / file.path().filename());
  }
  std::ofstream(folder_ / "janus.plugin.videoroom.jcfg") << "general: { }\n";
  std::ofstream(folder_ / "janus.transport.pfunix.jcfg")
      << "general: { enabled = true\n json = \"compact\"\n path = \"" << (folder_ / "api").string()
      << "\"\n type = \"SOCK_SEQPACKET\" }\n";
  const std::string loops =
      settings_.threads > 0 ? " event_loops = " + std::to_string(settings_.threads) + "\n" : "";
  std::ofstream(folder_ / "janus.jcfg")
      << "general: { debug_level = 2\n session_timeout = 0\n"
      << loops << "}\n"
      << "nat: { ice_lite = true }\n"
      << "plugins: { disable = \"libjanus_echotest.so,libjanus_streaming.so,libjanus_videocall.so,"
         "libjanus_sip.so,libjanus_audiobridge.so,libjanus_voicemail.so,libjanus_recordplay.so,"
         "libjanus_textroom.so,libjanus_nosip.so,libjanus_duktape.so,libjanus_lua.so\" }\n"
      << "transports: { disable = \"libjanus_http.so,libjanus_websockets.so,libjanus_rabbitmq.so,"
         "libjanus_mqtt.so,libjanus_nanomsg.so\" }\n";
  // Its Unix socket sometimes fails to come up, and it ends: then it is started again.
  for (int attempt = 0; attempt < 20; ++attempt) {
    if (!spawn_and_connect()) continue;
    fs::remove_all(folder_);
    return;
  }
  fs::remove_all(folder_);
  die("janus does not start");
}

bool Janus::spawn_and_connect() {
  const std::string configs = "--configs-folder=" + folder_.string();
  const std::string main_config = "--config=" + (folder_ / "janus.jcfg").string();
  const int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
  process_ = fork();
  if (process_ < 0) die("cannot start janus");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // however this program ends
    dup2(log, 1);
    dup2(log, 2);
    execlp("janus", "janus", configs.c_str(), main_config.c_str(), nullptr);
    _exit(127);
  }
  close(log);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (folder_ / "api").c_str());
  if (socket_ >= 0) close(socket_);
  socket_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  const timeval patience{30, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const TimePoint deadline = io::monotonic_now() + std::chrono::seconds(30);
  while (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    if (io::monotonic_now() > deadline) {
      fs::remove_all(folder_);
      die("janus does not listen");
    }
    if (waitpid(process_, nullptr, WNOHANG) != 0) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

double Janus::private_bytes() const {
  std::ifstream file("/proc/" + std::to_string(process_) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    double kib = 0;
    if (std::sscanf(line.c_str(), "Private_Dirty: %lf kB", &kib) == 1) return kib * 1024;
  }
  die("janus has ended");
}

std::string Janus::receive() {
  std::string buffer(256 << 10, '\0');
  const ssize_t n = recv(socket_, buffer.data(), buffer.size(), 0);
  if (n <= 0) die("janus does not answer");
  buffer.resize(static_cast<size_t>(n));
  if (field(buffer, "janus") == "webrtcup") ++connected_;
  return buffer;
}

std::string Janus::ask(const std::string& request, const std::string& rest) {
  const std::string id = "t" + std::to_string(++transaction_);
  const std::string text = R"({"janus":")" + request + R"(","transaction":")" + id + "\"" +
                           (session_.empty() ? "" : ",\"session_id\":" + session_) + rest + "}";
  if (send(socket_, text.data(), text.size(), 0) < 0) die("cannot write to janus");
  for (;;) {
    std::string answer = receive();
    if (field(answer, "transaction") == id) {
      if (field(answer, "janus") == "error") die("janus: " + field(answer, "reason"));
      return answer;
    }
  }
}

std::string Janus::attach() {
  const std::string answer = ask("attach", R"(,"plugin":"janus.plugin.videoroom")");
  return field(answer, "id", answer.find("\"data\""));
}

// Sends to the plugin and waits for the answer that has `wanted` in it.
std::string Janus::tell(const std::string& handle, const std::string& body, const std::string& jsep,
                        const std::string& wanted) {
  const std::string rest = ",\"handle_id\":" + handle + ",\"body\":" + body + jsep;
  std::string answer = ask("message", rest);
  const std::string id = "t" + std::to_string(transaction_);
  while (answer.find(wanted) == std::string::npos || field(answer, "transaction") != id) {
    if (answer.find("\"error_code\"") != std::string::npos) die("janus: " + field(answer, "error"));
    answer = receive();
  }
  return answer;
}

void Janus::meet(Endpoint& endpoint, const ice::Credentials& ours, const sdp::SessionDescription& theirs) {
  if (theirs.media.empty()) die("janus describes nothing");
  const sdp::MediaSection& m = theirs.media.front();
  if (m.candidates.empty() || m.fingerprints.empty()) die("janus describes no transport");
  const auto server = SocketAddress::parse(m.candidates[0].address, m.candidates[0].port);
  const auto fingerprint = dtls::Fingerprint::parse(m.fingerprints[0].value);
  if (!server || !fingerprint) die("janus describes its transport in a way that is not understood");
  fleet_.add(endpoint, ours, {m.ice_ufrag, m.ice_pwd}, *fingerprint, *server);
}

std::string transport_lines(const ice::Credentials& ours, const dtls::Fingerprint& fingerprint,
                            const SocketAddress& address) {
  return "a=ice-ufrag:" + ours.ufrag + "\r\na=ice-pwd:" + ours.password + "\r\na=fingerprint:sha-256 " +
         fingerprint.to_string() + "\r\na=candidate:1 1 udp 2130706431 " + address.ip_string() + " " +
         std::to_string(address.port()) + " typ host\r\na=end-of-candidates\r\n";
}

std::string Janus::publish(size_t i, Endpoint& endpoint) {
  const std::string handle = attach();
  const std::string joined =
      tell(handle, R"({"request":"join","ptype":"publisher","room":)" + std::string(kRoom) + "}", "",
           "\"joined\"");
  const std::string feed = field(joined, "id", joined.find("\"joined\""));
  const auto ours = ice::Credentials::generate(random_);
  const std::string ssrc = std::to_string(source_of(i).value);
  const std::string offer =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 127.0.0.1\r\n" +
      transport_lines(ours, fleet_.certificate().fingerprint(), endpoint.address) +
      "a=setup:active\r\na=mid:0\r\n"
      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
      "a=sendonly\r\na=msid:bench v\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\n"
      "a=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 transport-cc\r\na=ssrc:" +
      ssrc + " cname:bench\r\n";
  const std::string answer = tell(handle, R"({"request":"configure","audio":false,"video":true})",
                                  R"(,"jsep":{"type":"offer","sdp":)" + quoted(offer) + "}", "\"sdp\"");
  const auto description = sdp::parse(field(answer, "sdp"));
  if (!description) die("janus' answer cannot be read: " + description.error().message());
  meet(endpoint, ours, *description);
  return feed;
}

void Janus::subscribe(Endpoint& endpoint, const std::string& streams) {
  const std::string handle = attach();
  const std::string attached = tell(handle,
                                    R"({"request":"join","ptype":"subscriber","room":)" + std::string(kRoom) +
                                        ",\"streams\":[" + streams + "]}",
                                    "", "\"sdp\"");
  auto description = sdp::parse(field(attached, "sdp"));
  if (!description) die("janus' offer cannot be read: " + description.error().message());
  const auto ours = ice::Credentials::generate(random_);
  const sdp::SessionDescription theirs = *description;
  for (sdp::MediaSection& m : description->media) {
    m.direction = sdp::Direction::kRecvOnly;
    m.setup = sdp::Setup::kActive;
    m.ice_ufrag = ours.ufrag;
    m.ice_pwd = ours.password;
    m.fingerprints = {{"sha-256", fleet_.certificate().fingerprint().to_string()}};
    m.candidates.clear();
    sdp::Candidate& c = m.candidates.emplace_back();
    c.foundation = "1";
    c.transport = "udp";
    c.priority = 2130706431;
    c.address = endpoint.address.ip_string();
    c.port = endpoint.address.port();
    c.type = "host";
    m.end_of_candidates = true;
    m.sources.clear();
    m.source_groups.clear();
    m.msids.clear();
  }
  description->ice_lite = false;
  meet(endpoint, ours, theirs);
  tell(handle, R"({"request":"start"})",
       R"(,"jsep":{"type":"answer","sdp":)" + quoted(sdp::to_string(*description)) + "}", "\"started\"");
}

}  // namespace

std::unique_ptr<Contender> make_janus(const Settings& settings, std::vector<Endpoint>& publishers,
                                      std::vector<Endpoint>& subscribers) {
  return std::make_unique<Janus>(settings, publishers, subscribers);
}

}  // namespace parley::bench
