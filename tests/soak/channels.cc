// See channels.h.
#include "tests/soak/channels.h"

namespace parley::soak {
namespace {
constexpr size_t kLargestMessage = 256 << 10;
}  // namespace

void Channels::pump(media::TimePoint now) {
  now_ = now;
  if (!client_.connected()) return;
  if (!channels_.started()) channels_.start(media::dtls::Role::kActive, kLargestMessage, now, *this);
  // Not while a message is being delivered.
  for (const Echo& echo : echoes_) {
    ++messages_;
    channels_.send(echo.channel, echo.kind, echo.bytes, now).ok();  // a closed one takes nothing
  }
  echoes_.clear();
  if (channels_.next_deadline() <= now) channels_.on_deadline(now, *this);
  channels_.flush(now, *this);
}

void Channels::on_application_data(std::span<const uint8_t> data) {
  // The engine may begin before our side has noticed that DTLS is done.
  if (!channels_.started()) channels_.start(media::dtls::Role::kActive, kLargestMessage, now_, *this);
  channels_.on_packet(data, now_, *this);
}

}  // namespace parley::soak
