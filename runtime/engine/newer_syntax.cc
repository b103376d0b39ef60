#include "runtime/engine/newer_syntax.h"

#include <cctype>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/engine/environment.h"
#include "runtime/engine/unicode_sets.h"

namespace parley {
namespace {

constexpr std::u16string_view kKnownFlags = u"dgimsvy";

// A literal of a regular expression in a source: where it starts and ends, and its parts.
struct Literal {
  size_t start = 0;
  size_t end = 0;
  std::u16string_view pattern;
  std::u16string_view flags;
};

bool IsFlag(char16_t c) { return c < 0x80 && (std::isalnum(c) || c == u'_' || c == u'$'); }

// ECMA-262 RegularExpressionLiteral: a "/" in brackets or after a backslash does not end it.
std::optional<Literal> LiteralAt(std::u16string_view source, size_t start) {
  if (start >= source.size() || source[start] != u'/') return std::nullopt;
  bool in_class = false;
  size_t at = start + 1;
  for (; at < source.size() && (in_class || source[at] != u'/'); at++) {
    if (source[at] == u'\n') return std::nullopt;
    if (source[at] == u'\\')
      at++;
    else if (source[at] == u'[')
      in_class = true;
    else if (source[at] == u']')
      in_class = false;
  }
  if (at >= source.size()) return std::nullopt;
  size_t end = at + 1;
  while (end < source.size() && IsFlag(source[end])) end++;
  return Literal{start, end, source.substr(start + 1, at - start - 1), source.substr(at + 1, end - at - 1)};
}

// The literal's flags with `u` in place of `v`; none when they are wrong for another reason.
std::optional<std::u16string> FlagsWithoutSets(std::u16string_view flags) {
  std::u16string result;
  bool has_sets = false;
  for (size_t i = 0; i < flags.size(); i++) {
    if (kKnownFlags.find(flags[i]) == std::u16string_view::npos) return std::nullopt;
    if (flags.find(flags[i], i + 1) != std::u16string_view::npos) return std::nullopt;
    has_sets = has_sets || flags[i] == u'v';
    result += flags[i] == u'v' ? u'u' : flags[i];
  }
  if (!has_sets) return std::nullopt;
  return result;
}

}  // namespace

bool RewriteNewerSyntax(v8::Local<v8::Context> context, const v8::TryCatch& failure,
                        v8::Local<v8::String>* source) {
  v8::Isolate* isolate = context->GetIsolate();
  if (failure.HasTerminated() || failure.Message().IsEmpty()) return false;
  v8::Local<v8::Message> message = failure.Message();
  if (!ToUtf8(isolate, message->Get()).ends_with("SyntaxError: Invalid regular expression flags"))
    return false;
  int start = message->GetStartPosition();
  std::u16string text(static_cast<size_t>((*source)->Length()), u'\0');
  (*source)->Write(isolate, reinterpret_cast<uint16_t*>(text.data()), 0, -1, v8::String::NO_NULL_TERMINATION);
  if (start < 0) return false;
  std::optional<Literal> literal = LiteralAt(text, static_cast<size_t>(start));
  if (!literal) return false;
  std::optional<std::u16string> flags = FlagsWithoutSets(literal->flags);
  if (!flags) return false;
  bool ignore_case = flags->find(u'i') != std::u16string::npos;
  std::optional<std::u16string> pattern = WithoutUnicodeSets(literal->pattern, ignore_case);
  if (!pattern) return false;
  std::u16string rewritten = text.substr(0, literal->start) + u'/' + *pattern + u'/' + *flags;
  rewritten += std::u16string_view(text).substr(literal->end);
  return v8::String::NewFromTwoByte(isolate, reinterpret_cast<const uint16_t*>(rewritten.data()),
                                    v8::NewStringType::kNormal, static_cast<int>(rewritten.size()))
      .ToLocal(source);
}

}  // namespace parley
