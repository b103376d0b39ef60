// Headers from JavaScript's string to nghttp2's list. See header_list.h.
#include "runtime/http2/header_list.h"

namespace parley {

std::vector<nghttp2_nv> SplitHeaders(std::string_view text) {
  std::vector<nghttp2_nv> headers;
  const auto bytes = [](std::string_view part) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(part.data()));
  };
  while (!text.empty()) {
    const size_t name_end = text.find('\0');
    if (name_end == std::string_view::npos) break;
    const size_t value_end = text.find('\0', name_end + 1);
    if (value_end == std::string_view::npos || value_end + 1 >= text.size()) break;
    const std::string_view name = text.substr(0, name_end);
    const std::string_view value = text.substr(name_end + 1, value_end - name_end - 1);
    const uint8_t flags = text[value_end + 1] == '\x01' ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
    headers.push_back({bytes(name), bytes(value), name.size(), value.size(), flags});
    text.remove_prefix(value_end + 2);
  }
  return headers;
}

HeaderList::HeaderList(v8::Isolate* isolate, v8::Local<v8::Value> list) {
  if (!list->IsString()) return;
  v8::Local<v8::String> string = list.As<v8::String>();
  text_.resize(static_cast<size_t>(string->Length()));
  string->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(text_.data()), 0, string->Length(),
                       v8::String::NO_NULL_TERMINATION);
  headers_ = SplitHeaders(text_);
}

}  // namespace parley
