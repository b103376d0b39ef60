// A list of headers on its way from JavaScript to nghttp2: one latin1 string of "name NUL value NUL flag"
// for each, where flag is '\x01' for a header that must not be put into a compression table, else '\0'.
#ifndef RUNTIME_HTTP2_HEADER_LIST_H_
#define RUNTIME_HTTP2_HEADER_LIST_H_

#include <nghttp2/nghttp2.h>
#include <v8.h>

#include <string>
#include <string_view>
#include <vector>

namespace parley {

// Splits `text`; the names and values point into it. What is not of the form above is left out.
std::vector<nghttp2_nv> SplitHeaders(std::string_view text);

class HeaderList {
 public:
  HeaderList(v8::Isolate* isolate, v8::Local<v8::Value> list);
  const nghttp2_nv* data() const { return headers_.data(); }
  size_t size() const { return headers_.size(); }

 private:
  std::string text_;
  std::vector<nghttp2_nv> headers_;
};

}  // namespace parley

#endif  // RUNTIME_HTTP2_HEADER_LIST_H_
