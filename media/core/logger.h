// Where the engine's messages go: a sink handed in by the owner. Silent without one.
#pragma once

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>

namespace parley::media {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class Logger {
 public:
  using Sink = std::function<void(LogLevel, std::string_view)>;

  Logger() = default;
  Logger(Sink sink, LogLevel lowest) : sink_(std::move(sink)), lowest_(lowest) {}

  bool wants(LogLevel level) const { return sink_ && level >= lowest_; }

  // printf-style; a message is cut at 500 characters.
  [[gnu::format(printf, 3, 4)]] void log(LogLevel level, const char* format, ...) const {
    if (!wants(level)) return;
    char text[501];
    va_list args;
    va_start(args, format);
    const int n = std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0) return;
    sink_(level, {text, std::min(static_cast<size_t>(n), sizeof text - 1)});
  }

 private:
  Sink sink_;
  LogLevel lowest_ = LogLevel::kWarning;
};

}  // namespace parley::media
