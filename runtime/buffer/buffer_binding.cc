// internalBinding('buffer'): what Buffer's JavaScript cannot do fast by itself.
// Methods named <encoding>Slice and <encoding>Write run with the buffer as `this`. Indexes arrive checked or
// are clamped here.
#include <uv.h>
#include <v8.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/buffer/buffer.h"
#include "runtime/buffer/codecs.h"
#include "runtime/buffer/search.h"
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/layout.h"
#include "runtime/messaging/message.h"

namespace parley {

void SetBufferPrototype(v8::Isolate* isolate, v8::Local<v8::Object> prototype);

namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;
using Bytes = std::span<uint8_t>;

// Memory for a text that is soon copied.
class Scratch {
 public:
  explicit Scratch(size_t size) : many_(size > kFew ? new uint8_t[size] : nullptr), size_(size) {}
  Bytes bytes() { return {many_ ? many_.get() : few_, size_}; }

 private:
  static constexpr size_t kFew = 256;
  uint8_t few_[kFew];
  std::unique_ptr<uint8_t[]> many_;
  size_t size_;
};

size_t LargeIndex(v8::Local<v8::Value> value, size_t otherwise) {
  if (!value->IsNumber()) return otherwise;
  const double number = value.As<v8::Number>()->Value();
  if (!(number >= 0)) return 0;
  return number >= 9007199254740992.0 ? static_cast<size_t>(9007199254740992) : static_cast<size_t>(number);
}

// Sizes are mostly small: those the engine returns without making an object.
inline void Return(const Args& args, size_t size) {
  if (size <= INT32_MAX)
    args.GetReturnValue().Set(static_cast<int32_t>(size));
  else
    args.GetReturnValue().Set(static_cast<double>(size));
}

bool ThisBytes(const Args& args, Bytes* bytes) {
  if (const auto found = layout::TypedArrayBytes(args.This()); found.data() != nullptr) {
    *bytes = found;
    return true;
  }
  if (!args.This()->IsArrayBufferView()) {
    Environment::From(args)->ThrowError("ERR_INVALID_ARG_TYPE", "argument must be a buffer",
                                        Environment::ErrorType::kTypeError);
    return false;
  }
  *bytes = BytesOf(args.This());
  return true;
}

// A non-negative index; anything else becomes `otherwise`. Values beyond any buffer stay large.
inline size_t IndexOf(v8::Local<v8::Value> value, size_t otherwise) {
  if (const auto small = layout::SmallInteger(value)) return static_cast<size_t>(std::max(*small, 0));
  return LargeIndex(value, otherwise);
}

bool OutOfRange(const Args& args) {
  Environment::From(args)->ThrowError("ERR_OUT_OF_RANGE", "Index out of range",
                                      Environment::ErrorType::kRangeError);
  return false;
}

// (start, end) -> string
template <Encoding encoding>
void Slice(const Args& args) {
  Bytes bytes;
  if (!ThisBytes(args, &bytes)) return;
  const size_t start = IndexOf(args[0], 0);
  const size_t end = std::min(IndexOf(args[1], bytes.size()), bytes.size());
  if (start >= end) {
    args.GetReturnValue().SetEmptyString();
    return;
  }
  v8::Local<v8::Value> result;
  if (EncodeBytes(args.GetIsolate(), bytes.subspan(start, end - start), encoding).ToLocal(&result))
    args.GetReturnValue().Set(result);
}

// (string, offset, maximum length) -> bytes written
template <Encoding encoding>
void Write(const Args& args) {
  Bytes bytes;
  if (!ThisBytes(args, &bytes)) return;
  if (!args[0]->IsString()) {
    Environment::From(args)->ThrowError("ERR_INVALID_ARG_TYPE", "argument must be a string",
                                        Environment::ErrorType::kTypeError);
    return;
  }
  const size_t offset = IndexOf(args[1], 0);
  if (offset > bytes.size()) {
    Environment::From(args)->ThrowError("ERR_BUFFER_OUT_OF_BOUNDS", "\"offset\" is outside of buffer bounds",
                                        Environment::ErrorType::kRangeError);
    return;
  }
  const size_t length = std::min(IndexOf(args[2], bytes.size() - offset), bytes.size() - offset);
  const size_t written =
      WriteString(args.GetIsolate(), args[0].As<v8::String>(), encoding, bytes.subspan(offset, length));
  Return(args, written);
}

void ByteLengthUtf8(const Args& args) {
  if (!args[0]->IsString()) return;
  Return(args, Utf8Size(args.GetIsolate(), args[0].As<v8::String>()));
}

// (target, array) -> false when the array is not one of small integers
void CopyItems(const Args& args) {
  using v8::internal::Internals;
  const Bytes target = BytesOf(args[0]);
  const auto items = layout::TaggedElements(args[1]);
  uint64_t tags = items.data() == nullptr || items.size() > target.size();
  for (size_t i = 0; tags == 0 && i < items.size(); i++) {
    tags |= Internals::HasHeapObjectTag(items[i]);
    target[i] = static_cast<uint8_t>(Internals::SmiValue(items[i]));
  }
  args.GetReturnValue().Set(tags == 0);
}

// (array) -> how many bytes its Uint8Arrays have, or -1 when it has anything else
void TotalLength(const Args& args) {
  const auto items = layout::TaggedElements(args[0]);
  if (items.data() == nullptr) return args.GetReturnValue().Set(-1);
  size_t total = 0;
  for (const auto item : items) {
    const Bytes bytes = layout::TypedArrayBytes(item);
    if (bytes.data() == nullptr || !layout::IsUint8Array(item)) return args.GetReturnValue().Set(-1);
    total += bytes.size();
  }
  Return(args, total);
}

// (array, target): one after the other what totalLength() has counted; the target has room for it
void Concat(const Args& args) {
  Bytes target = BytesOf(args[1]);
  for (const auto item : layout::TaggedElements(args[0])) {
    const Bytes bytes = layout::TypedArrayBytes(item);
    if (bytes.size() > target.size()) return;
    std::memcpy(target.data(), bytes.data(), bytes.size());
    target = target.subspan(bytes.size());
  }
}

// (source, target, targetStart, sourceStart, count): all in range
void Copy(const Args& args) {
  const Bytes source = BytesOf(args[0]);
  const Bytes target = BytesOf(args[1]);
  const size_t to = IndexOf(args[2], 0), from = IndexOf(args[3], 0), count = IndexOf(args[4], 0);
  if (from > source.size() || to > target.size()) return;
  const size_t length = std::min({count, source.size() - from, target.size() - to});
  if (length > 0) std::memmove(target.data() + to, source.data() + from, length);
}

int CompareBytes(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  const size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0) return order < 0 ? -1 : 1;
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

void Compare(const Args& args) {
  args.GetReturnValue().Set(CompareBytes(BytesOf(args[0]), BytesOf(args[1])));
}

// (source, target, targetStart, sourceStart, targetLength, sourceLength)
void CompareOffset(const Args& args) {
  const Bytes source = BytesOf(args[0]);
  const Bytes target = BytesOf(args[1]);
  const size_t target_start = IndexOf(args[2], 0), source_start = IndexOf(args[3], 0);
  if (source_start > source.size() || target_start > target.size()) {
    OutOfRange(args);
    return;
  }
  const size_t target_length = std::min(IndexOf(args[4], 0), target.size() - target_start);
  const size_t source_length = std::min(IndexOf(args[5], 0), source.size() - source_start);
  args.GetReturnValue().Set(
      CompareBytes(source.subspan(source_start, source_length), target.subspan(target_start, target_length)));
}

// (buffer, value, start, end, encoding) -> undefined, -1: nothing to repeat in a value that is not empty, -2:
// out of range
void Fill(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const Bytes bytes = BytesOf(args[0]);
  const size_t start = IndexOf(args[2], 0), end = IndexOf(args[3], 0);
  if (start > end || end > bytes.size()) return args.GetReturnValue().Set(-2);
  if (start == end) return;
  const Bytes range = bytes.subspan(start, end - start);
  size_t pattern = 0;
  if (HasBytes(args[1])) {
    const Bytes value = BytesOf(args[1]);
    pattern = std::min(value.size(), range.size());
    if (pattern > 0) std::memmove(range.data(), value.data(), pattern);
  } else if (args[1]->IsString()) {
    v8::Local<v8::String> string = args[1].As<v8::String>();
    const Encoding encoding = ParseEncoding(isolate, args[4]);
    // Through memory of its own: a character cut by the range's end is still copied in part.
    Scratch text(StringSize(isolate, string, encoding));
    const size_t written = WriteString(isolate, string, encoding, text.bytes());
    pattern = std::min(written, range.size());
    if (pattern > 0) std::memcpy(range.data(), text.bytes().data(), pattern);
  }
  if (pattern == 0) return args.GetReturnValue().Set(-1);
  size_t done = pattern;
  while (done < range.size()) {
    const size_t next = std::min(done, range.size() - done);
    std::memcpy(range.data() + done, range.data(), next);
    done += next;
  }
}

// (buffer, byte, start, end): in range
void FillNumber(const Args& args) {
  const Bytes bytes = BytesOf(args[0]);
  const size_t start = IndexOf(args[2], 0), end = std::min(IndexOf(args[3], 0), bytes.size());
  if (start < end) std::memset(bytes.data() + start, layout::SmallInteger(args[1]).value_or(0), end - start);
}

void ReturnPosition(const Args& args, int64_t position) {
  if (position < 0)
    args.GetReturnValue().Set(-1);
  else
    Return(args, static_cast<size_t>(position));
}

double OffsetOf(const Args& args) {
  if (const auto small = layout::SmallInteger(args[2])) return *small;
  return args[2]->IsNumber() ? args[2].As<v8::Number>()->Value() : std::nan("");
}

// (buffer, string, offset, encoding, forward)
void IndexOfString(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  if (!args[1]->IsString()) return args.GetReturnValue().Set(-1);
  const Encoding encoding = ParseEncoding(isolate, args[3]);
  v8::Local<v8::String> string = args[1].As<v8::String>();
  const size_t size = StringSize(isolate, string, encoding);
  Scratch needle(size);
  const size_t length = WriteString(isolate, string, encoding, needle.bytes());
  ReturnPosition(args,
                 Search(BytesOf(args[0]), needle.bytes().first(length), OffsetOf(args),
                        layout::IsTrue(args.GetIsolate(), args[4]), encoding == Encoding::kUcs2 ? 2 : 1));
}

void IndexOfBuffer(const Args& args) {
  const Encoding encoding = ParseEncoding(args.GetIsolate(), args[3]);
  ReturnPosition(args,
                 Search(BytesOf(args[0]), BytesOf(args[1]), OffsetOf(args),
                        layout::IsTrue(args.GetIsolate(), args[4]), encoding == Encoding::kUcs2 ? 2 : 1));
}

// (buffer, byte): from the beginning
void IndexOfByte(const Args& args) {
  Bytes bytes = layout::TypedArrayBytes(args[0]);
  if (bytes.data() == nullptr) bytes = BytesOf(args[0]);
  const int needle = layout::SmallInteger(args[1]).value_or(0);
  const void* found = bytes.empty() ? nullptr : std::memchr(bytes.data(), needle, bytes.size());
  ReturnPosition(args, found == nullptr ? -1 : static_cast<const uint8_t*>(found) - bytes.data());
}

// (buffer, byte, offset, forward)
void IndexOfNumber(const Args& args) {
  const uint8_t needle = static_cast<uint8_t>(layout::SmallInteger(args[1]).value_or(0));
  ReturnPosition(args, Search(BytesOf(args[0]), {&needle, 1}, OffsetOf(args),
                              layout::IsTrue(args.GetIsolate(), args[3]), 1));
}

uint16_t Swapped(uint16_t word) { return __builtin_bswap16(word); }
uint32_t Swapped(uint32_t word) { return __builtin_bswap32(word); }
uint64_t Swapped(uint64_t word) { return __builtin_bswap64(word); }

template <typename Word>
void Swap(const Args& args) {
  const Bytes bytes = BytesOf(args[0]);
  for (size_t i = 0; i + sizeof(Word) <= bytes.size(); i += sizeof(Word)) {
    Word word;
    std::memcpy(&word, bytes.data() + i, sizeof(word));
    word = Swapped(word);
    std::memcpy(bytes.data() + i, &word, sizeof(word));
  }
  args.GetReturnValue().Set(args[0]);
}

void IsUtf8Binding(const Args& args) { args.GetReturnValue().Set(IsUtf8(BytesOf(args[0]))); }
void IsAsciiBinding(const Args& args) { args.GetReturnValue().Set(IsAscii(BytesOf(args[0]))); }

// Runs `use(bytes)` on the characters of a string of Latin-1; false for one with others.
template <typename Use>
bool WithLatin1(v8::Isolate* isolate, v8::Local<v8::String> string, Use use) {
  if (const auto text = layout::OneByteCharacters(isolate, string); text.data() != nullptr) {
    use(text);
    return true;
  }
  if (!string->ContainsOnlyOneByte()) return false;
  std::vector<uint8_t> text(static_cast<size_t>(string->Length()));
  string->WriteOneByte(isolate, text.data(), 0, string->Length(), v8::String::NO_NULL_TERMINATION);
  use(std::span<const uint8_t>(text));
  return true;
}

// (text) -> its bytes as a latin1 string, or undefined for what is not base64
// (https://infra.spec.whatwg.org/#forgiving-base64-decode)
void Atob(const Args& args) {
  v8::Local<v8::String> input = args[0].As<v8::String>();
  Scratch decoded(static_cast<size_t>(input->Length()) / 4 * 3 + 3);
  std::optional<size_t> size;
  WithLatin1(args.GetIsolate(), input, [&](std::span<const uint8_t> text) {
    size = ForgivingBase64Decode(text, decoded.bytes());
    if (size.has_value() || std::none_of(text.begin(), text.end(), IsBase64White)) return;
    std::vector<uint8_t> black(text.begin(), text.end());
    black.erase(std::remove_if(black.begin(), black.end(), IsBase64White), black.end());
    size = ForgivingBase64Decode(black, decoded.bytes());
  });
  v8::Local<v8::Value> result;
  if (size.has_value() &&
      EncodeBytes(args.GetIsolate(), decoded.bytes().first(*size), Encoding::kLatin1).ToLocal(&result))
    args.GetReturnValue().Set(result);
}

// (latin1 string) -> base64 string, or -1 for a character above U+00FF
void Btoa(const Args& args) {
  v8::Local<v8::String> input = args[0].As<v8::String>();
  Scratch encoded(Base64EncodedSize(static_cast<size_t>(input->Length()), false));
  const Bytes out = encoded.bytes();
  if (!WithLatin1(args.GetIsolate(), input, [&](std::span<const uint8_t> text) {
        Base64Encode(text, false, reinterpret_cast<char*>(out.data()));
      })) {
    return args.GetReturnValue().Set(-1);
  }
  v8::Local<v8::Value> result;
  if (EncodeBytes(args.GetIsolate(), out, Encoding::kLatin1).ToLocal(&result))
    args.GetReturnValue().Set(result);
}

void SetPrototype(const Args& args) {
  if (args[0]->IsObject()) SetBufferPrototype(args.GetIsolate(), args[0].As<v8::Object>());
}

// (view, ignore byte order mark, fatal) -> string, or undefined when fatal and not UTF-8
void DecodeUtf8(const Args& args) {
  std::span<const uint8_t> bytes = BytesOf(args[0]);
  if (layout::IsTrue(args.GetIsolate(), args[2]) && !IsUtf8(bytes)) return;
  if (!layout::IsTrue(args.GetIsolate(), args[1]) && bytes.size() >= 3 &&
      std::memcmp(bytes.data(), "\xef\xbb\xbf", 3) == 0) {
    bytes = bytes.subspan(3);
  }
  v8::Local<v8::Value> result;
  if (EncodeBytes(args.GetIsolate(), bytes, Encoding::kUtf8).ToLocal(&result))
    args.GetReturnValue().Set(result);
}

// (string) -> Uint8Array
void EncodeUtf8String(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::String> string = args[0].As<v8::String>();
  const size_t length = Utf8Size(isolate, string);
  v8::Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, length);
  if (length > 0)
    WriteString(isolate, string, Encoding::kUtf8, {static_cast<uint8_t*>(memory->Data()), length});
  args.GetReturnValue().Set(v8::Uint8Array::New(memory, 0, length));
}

// (string, target, Uint32Array results): results become [code units read, bytes written]
void EncodeInto(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const Bytes target = BytesOf(args[1]);
  const Bytes results = BytesOf(args[2]);
  int read = 0;
  int written = 0;
  if (const auto text = layout::OneByteCharacters(isolate, args[0].As<v8::String>());
      text.data() != nullptr) {
    const Progress done = Latin1ToUtf8(text, target);
    read = static_cast<int>(done.read);
    written = static_cast<int>(done.written);
  } else if (!target.empty()) {
    written = args[0].As<v8::String>()->WriteUtf8(
        isolate, reinterpret_cast<char*>(target.data()),
        static_cast<int>(std::min<size_t>(target.size(), 0x7fffffff)), &read,
        v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8);
  }
  const uint32_t pair[2] = {static_cast<uint32_t>(read), static_cast<uint32_t>(written)};
  if (results.size() >= sizeof(pair)) std::memcpy(results.data(), pair, sizeof(pair));
}

constexpr BindingFunction kFunctions[] = {
    {"asciiSlice", Slice<Encoding::kAscii>},
    {"base64Slice", Slice<Encoding::kBase64>},
    {"base64urlSlice", Slice<Encoding::kBase64Url>},
    {"latin1Slice", Slice<Encoding::kLatin1>},
    {"hexSlice", Slice<Encoding::kHex>},
    {"ucs2Slice", Slice<Encoding::kUcs2>},
    {"utf8Slice", Slice<Encoding::kUtf8>},
    {"asciiWrite", Write<Encoding::kAscii>},
    {"base64Write", Write<Encoding::kBase64>},
    {"base64urlWrite", Write<Encoding::kBase64Url>},
    {"latin1Write", Write<Encoding::kLatin1>},
    {"hexWrite", Write<Encoding::kHex>},
    {"ucs2Write", Write<Encoding::kUcs2>},
    {"utf8Write", Write<Encoding::kUtf8>},
    {"byteLengthUtf8", ByteLengthUtf8},
    {"concat", Concat},
    {"copyItems", CopyItems},
    {"totalLength", TotalLength},
    {"copy", Copy},
    {"compare", Compare},
    {"compareOffset", CompareOffset},
    {"fill", Fill},
    {"fillNumber", FillNumber},
    {"indexOfString", IndexOfString},
    {"indexOfBuffer", IndexOfBuffer},
    {"indexOfByte", IndexOfByte},
    {"indexOfNumber", IndexOfNumber},
    {"swap16", Swap<uint16_t>},
    {"swap32", Swap<uint32_t>},
    {"swap64", Swap<uint64_t>},
    {"isUtf8", IsUtf8Binding},
    {"isAscii", IsAsciiBinding},
    {"atob", Atob},
    {"btoa", Btoa},
    {"setBufferPrototype", SetPrototype},
    {"decodeUtf8", DecodeUtf8},
    {"encodeUtf8String", EncodeUtf8String},
    {"encodeInto", EncodeInto},
};

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  target
      ->Set(context, OneByte(isolate, "kMaxLength"),
            v8::Number::New(isolate, static_cast<double>(v8::TypedArray::kMaxLength)))
      .Check();
  target
      ->Set(context, OneByte(isolate, "kStringMaxLength"), v8::Integer::New(isolate, v8::String::kMaxLength))
      .Check();
  // A private name is a symbol that only its holders can ask for; V8 takes it for a value in templates only.
  v8::Local<v8::ObjectTemplate> holder = v8::ObjectTemplate::New(isolate);
  holder->Set(isolate, "kUntransferable", UntransferableKey(isolate));
  v8::Local<v8::Value> key = holder->NewInstance(context)
                                 .ToLocalChecked()
                                 ->Get(context, OneByte(isolate, "kUntransferable"))
                                 .ToLocalChecked();
  target->Set(context, OneByte(isolate, "kUntransferable"), key).Check();
}

PARLEY_BINDING(buffer, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
