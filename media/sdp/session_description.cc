// Look-ups in a session description.
#include "media/sdp/session_description.h"

#include <algorithm>

namespace parley::media::sdp {
namespace {
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool Codec::is(std::string_view other_name) const { return equals_ignoring_case(name, other_name); }

bool Codec::has_feedback(std::string_view wanted) const {
  return std::find(feedback.begin(), feedback.end(), wanted) != feedback.end();
}

std::optional<std::string_view> Codec::parameter(std::string_view key) const {
  std::string_view rest = parameters;
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    std::string_view item = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    const size_t equal = item.find('=');
    if (equal != std::string_view::npos && equals_ignoring_case(item.substr(0, equal), key)) {
      return item.substr(equal + 1);
    }
  }
  return std::nullopt;
}

const Codec* MediaSection::codec(uint8_t payload_type) const {
  for (const Codec& c : codecs) {
    if (c.payload_type == payload_type) return &c;
  }
  return nullptr;
}

const Extension* MediaSection::extension(std::string_view uri) const {
  for (const Extension& e : extensions) {
    if (e.uri == uri) return &e;
  }
  return nullptr;
}

const MediaSection* SessionDescription::by_mid(std::string_view mid) const {
  for (const MediaSection& m : media) {
    if (m.mid == mid) return &m;
  }
  return nullptr;
}

MediaSection rejected(const MediaSection& like) {
  MediaSection m;
  m.kind = like.kind;
  m.media = like.media;
  m.protocol = like.protocol;
  m.formats = like.formats;
  m.codecs = like.codecs;
  m.mid = like.mid;
  m.direction = Direction::kInactive;
  return m;
}

}  // namespace parley::media::sdp
