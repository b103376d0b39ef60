#include "runtime/buffer/buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "runtime/buffer/codecs.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/layout.h"
#include "runtime/main/options.h"

namespace parley {
namespace {

constexpr size_t kStackBytes = 4096;
constexpr size_t kOutsideSize = 512 * 1024;  // characters

// Buffer.prototype hangs on the global object under a private name, so that it is part of the startup
// snapshot.
v8::Local<v8::Private> PrototypeKey(v8::Isolate* isolate) {
  return v8::Private::ForApi(isolate, OneByte(isolate, "parley:buffer_prototype"));
}

void FreeMemory(void* data, size_t, void*) { std::free(data); }

v8::MaybeLocal<v8::Uint8Array> WithPrototype(v8::Isolate* isolate, v8::Local<v8::Uint8Array> array) {
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Value> prototype;
  if (!context->Global()->GetPrivate(context, PrototypeKey(isolate)).ToLocal(&prototype)) return {};
  if (prototype->IsObject() && array->SetPrototype(context, prototype).IsNothing()) return {};
  return array;
}

// V8 collects its young objects when 32 MB hang on them, but looks only when it allocates memory itself. Else
// old objects have to be marked for it, and much more memory is used meanwhile, which no cache holds.
void CollectYoung(v8::Isolate* isolate, size_t length) {
  constexpr size_t kLookAfter = 4 << 20;
  static thread_local size_t adopted = 0;
  adopted += length;
  if (adopted < kLookAfter) return;
  adopted = 0;
  v8::ArrayBuffer::NewBackingStore(isolate, 1);
}

// Takes over memory from malloc().
v8::MaybeLocal<v8::ArrayBuffer> AdoptMemory(v8::Isolate* isolate, uint8_t* data, size_t length) {
  if (length > v8::TypedArray::kMaxLength) {
    std::free(data);
    Environment::From(isolate)->ThrowError("ERR_BUFFER_TOO_LARGE",
                                           "Cannot create a Buffer larger than 0x100000000 bytes",
                                           Environment::ErrorType::kRangeError);
    return {};
  }
  if (length == 0) {
    std::free(data);
    return v8::ArrayBuffer::New(isolate, 0);
  }
  CollectYoung(isolate, length);
  return v8::ArrayBuffer::New(isolate, v8::ArrayBuffer::NewBackingStore(data, length, FreeMemory, nullptr));
}

v8::MaybeLocal<v8::Value> TooLong(v8::Isolate* isolate) {
  Environment::From(isolate)->ThrowError("ERR_STRING_TOO_LONG",
                                         "Cannot create a string longer than 0x1fffffe8 characters");
  return {};
}

// Text outside V8's heap: what is long is not copied into it. V8 is told of its size, to collect it in time.
template <typename Base, typename Char>
class OutsideText final : public Base {
 public:
  OutsideText(v8::Isolate* isolate, std::unique_ptr<Char[]> text, size_t length)
      : isolate_(isolate), text_(std::move(text)), length_(length) {
    isolate_->AdjustAmountOfExternalAllocatedMemory(Size());
  }
  ~OutsideText() override { isolate_->AdjustAmountOfExternalAllocatedMemory(-Size()); }
  const Char* data() const override { return text_.get(); }
  size_t length() const override { return length_; }

 private:
  int64_t Size() const { return static_cast<int64_t>(length_ * sizeof(Char)); }

  v8::Isolate* isolate_;
  std::unique_ptr<Char[]> text_;
  size_t length_;
};
using OutsideLatin1 = OutsideText<v8::String::ExternalOneByteStringResource, char>;
using OutsideUtf16 = OutsideText<v8::String::ExternalStringResource, uint16_t>;

v8::MaybeLocal<v8::Value> OutsideString(v8::Isolate* isolate, std::unique_ptr<char[]> text, size_t length) {
  auto resource = std::make_unique<OutsideLatin1>(isolate, std::move(text), length);
  v8::Local<v8::String> string;
  if (!v8::String::NewExternalOneByte(isolate, resource.get()).ToLocal(&string)) return TooLong(isolate);
  resource.release();  // the string's now
  return string;
}

v8::MaybeLocal<v8::Value> OneByteString(v8::Isolate* isolate, const uint8_t* data, size_t length) {
  if (length > static_cast<size_t>(v8::String::kMaxLength)) return TooLong(isolate);
  if (length >= kOutsideSize) {
    std::unique_ptr<char[]> text(new char[length]);
    std::memcpy(text.get(), data, length);
    return OutsideString(isolate, std::move(text), length);
  }
  v8::Local<v8::String> string;
  if (!v8::String::NewFromOneByte(isolate, data, v8::NewStringType::kNormal, static_cast<int>(length))
           .ToLocal(&string))
    return TooLong(isolate);
  return string;
}

// Text of known size produced by `fill(char*)`.
template <typename Fill>
v8::MaybeLocal<v8::Value> ProducedString(v8::Isolate* isolate, size_t length, Fill fill) {
  if (length > static_cast<size_t>(v8::String::kMaxLength)) return TooLong(isolate);
  char stack[kStackBytes];
  std::unique_ptr<char[]> heap;
  char* text = stack;
  if (length > sizeof(stack)) {
    heap.reset(new char[length]);
    text = heap.get();
  }
  fill(text);
  if (length >= kOutsideSize) return OutsideString(isolate, std::move(heap), length);
  return OneByteString(isolate, reinterpret_cast<uint8_t*>(text), length);
}

// Runs `decode(characters, length)` on the string's flat contents in its own width.
template <typename Decode>
size_t WithCharacters(v8::Isolate* isolate, v8::Local<v8::String> string, Decode decode) {
  if (const auto text = layout::OneByteCharacters(isolate, string); text.data() != nullptr)
    return decode(text.data(), text.size());
  const size_t length = static_cast<size_t>(string->Length());
  if (string->IsOneByte()) {
    uint8_t stack[kStackBytes];
    std::unique_ptr<uint8_t[]> heap;
    uint8_t* text = stack;
    if (length > sizeof(stack)) {
      heap.reset(new uint8_t[length]);
      text = heap.get();
    }
    string->WriteOneByte(isolate, text, 0, static_cast<int>(length), v8::String::NO_NULL_TERMINATION);
    return decode(static_cast<const uint8_t*>(text), length);
  }
  std::unique_ptr<uint16_t[]> text(new uint16_t[length]);
  string->Write(isolate, text.get(), 0, static_cast<int>(length), v8::String::NO_NULL_TERMINATION);
  return decode(static_cast<const uint16_t*>(text.get()), length);
}

size_t WriteUtf8(v8::Isolate* isolate, v8::Local<v8::String> string, std::span<uint8_t> target) {
  // V8 writes UTF-8 a character at a time.
  if (const auto text = layout::OneByteCharacters(isolate, string); text.data() != nullptr)
    return Latin1ToUtf8(text, target).written;
  const int capacity = static_cast<int>(std::min<size_t>(target.size(), 0x7fffffff));
  return static_cast<size_t>(
      string->WriteUtf8(isolate, reinterpret_cast<char*>(target.data()), capacity, nullptr,
                        v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8));
}

size_t WriteLatin1(v8::Isolate* isolate, v8::Local<v8::String> string, std::span<uint8_t> target) {
  if (const auto text = layout::OneByteCharacters(isolate, string); text.data() != nullptr) {
    const size_t length = std::min(text.size(), target.size());
    std::memcpy(target.data(), text.data(), length);
    return length;
  }
  const int length = static_cast<int>(std::min<size_t>(target.size(), static_cast<size_t>(string->Length())));
  return static_cast<size_t>(
      string->WriteOneByte(isolate, target.data(), 0, length, v8::String::NO_NULL_TERMINATION));
}

size_t WriteUcs2(v8::Isolate* isolate, v8::Local<v8::String> string, std::span<uint8_t> target) {
  const int count =
      static_cast<int>(std::min<size_t>(target.size() / 2, static_cast<size_t>(string->Length())));
  if (count == 0) return 0;
  if (reinterpret_cast<uintptr_t>(target.data()) % alignof(uint16_t) == 0) {
    string->Write(isolate, reinterpret_cast<uint16_t*>(target.data()), 0, count,
                  v8::String::NO_NULL_TERMINATION);
  } else {
    std::unique_ptr<uint16_t[]> aligned(new uint16_t[static_cast<size_t>(count)]);
    string->Write(isolate, aligned.get(), 0, count, v8::String::NO_NULL_TERMINATION);
    std::memcpy(target.data(), aligned.get(), static_cast<size_t>(count) * 2);
  }
  return static_cast<size_t>(count) * 2;
}

v8::MaybeLocal<v8::Value> DecodeUtf8(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  const Utf8Shape shape = ShapeOfUtf8(bytes);
  if (shape.latin1) {
    return ProducedString(isolate, shape.units,
                          [&](char* out) { DecodeValidUtf8(bytes, reinterpret_cast<uint8_t*>(out)); });
  }
  if (shape.units > static_cast<size_t>(v8::String::kMaxLength)) return TooLong(isolate);
  uint16_t stack[kStackBytes / 2];
  std::unique_ptr<uint16_t[]> heap;
  uint16_t* text = stack;
  if (shape.units > kStackBytes / 2) {
    heap.reset(new uint16_t[shape.units]);
    text = heap.get();
  }
  DecodeValidUtf8(bytes, text);
  v8::Local<v8::String> string;
  if (shape.units >= kOutsideSize) {
    auto resource = std::make_unique<OutsideUtf16>(isolate, std::move(heap), shape.units);
    if (!v8::String::NewExternalTwoByte(isolate, resource.get()).ToLocal(&string)) return TooLong(isolate);
    resource.release();  // the string's now
  } else if (!v8::String::NewFromTwoByte(isolate, text, v8::NewStringType::kNormal,
                                         static_cast<int>(shape.units))
                  .ToLocal(&string)) {
    return TooLong(isolate);
  }
  return string;
}

v8::MaybeLocal<v8::Value> EncodeUtf8(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  if (IsAscii(bytes)) return OneByteString(isolate, bytes.data(), bytes.size());
  if (IsUtf8(bytes)) return DecodeUtf8(isolate, bytes);
  // A text of more bytes may still fit, but one of 3 times the limit cannot.
  if (bytes.size() / 3 > static_cast<size_t>(v8::String::kMaxLength) || bytes.size() > 0x7fffffff)
    return TooLong(isolate);
  v8::Local<v8::String> string;
  if (!v8::String::NewFromUtf8(isolate, reinterpret_cast<const char*>(bytes.data()),
                               v8::NewStringType::kNormal, static_cast<int>(bytes.size()))
           .ToLocal(&string)) {
    return TooLong(isolate);
  }
  return string;
}

v8::MaybeLocal<v8::Value> EncodeUcs2(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  const size_t length = bytes.size() / 2;
  if (length > static_cast<size_t>(v8::String::kMaxLength)) return TooLong(isolate);
  const uint16_t* text = reinterpret_cast<const uint16_t*>(bytes.data());
  std::unique_ptr<uint16_t[]> aligned;
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint16_t) != 0) {
    aligned.reset(new uint16_t[length]);
    std::memcpy(aligned.get(), bytes.data(), length * 2);
    text = aligned.get();
  }
  v8::Local<v8::String> string;
  if (!v8::String::NewFromTwoByte(isolate, text, v8::NewStringType::kNormal, static_cast<int>(length))
           .ToLocal(&string))
    return TooLong(isolate);
  return string;
}

}  // namespace

void SetBufferPrototype(v8::Isolate* isolate, v8::Local<v8::Object> prototype) {
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  context->Global()->SetPrivate(context, PrototypeKey(isolate), prototype).Check();
}

Encoding ParseEncoding(v8::Isolate* isolate, v8::Local<v8::Value> value, Encoding otherwise) {
  if (value->IsInt32()) {
    const int number = value.As<v8::Int32>()->Value();
    return number >= 0 && number <= static_cast<int>(Encoding::kBase64Url) ? static_cast<Encoding>(number)
                                                                           : otherwise;
  }
  if (!value->IsString()) return otherwise;
  std::string name = ToUtf8(isolate, value);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  if (name == "utf8" || name == "utf-8") return Encoding::kUtf8;
  if (name == "latin1" || name == "binary") return Encoding::kLatin1;
  if (name == "hex") return Encoding::kHex;
  if (name == "base64") return Encoding::kBase64;
  if (name == "base64url") return Encoding::kBase64Url;
  if (name == "ascii") return Encoding::kAscii;
  if (name == "ucs2" || name == "ucs-2" || name == "utf16le" || name == "utf-16le") return Encoding::kUcs2;
  if (name == "buffer") return Encoding::kBuffer;
  return otherwise;
}

bool HasBytes(v8::Local<v8::Value> value) {
  return value->IsArrayBufferView() || value->IsArrayBuffer() || value->IsSharedArrayBuffer();
}

std::span<uint8_t> BytesOf(v8::Local<v8::Value> value) {
  if (const auto bytes = layout::TypedArrayBytes(value); bytes.data() != nullptr) return bytes;
  if (value->IsArrayBufferView()) {
    v8::Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
    const size_t length = view->ByteLength();
    if (length == 0) return {};
    return {static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset(), length};
  }
  if (value->IsArrayBuffer()) {
    v8::Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
    return {static_cast<uint8_t*>(buffer->Data()), buffer->ByteLength()};
  }
  if (value->IsSharedArrayBuffer()) {
    v8::Local<v8::SharedArrayBuffer> buffer = value.As<v8::SharedArrayBuffer>();
    return {static_cast<uint8_t*>(buffer->Data()), buffer->ByteLength()};
  }
  return {};
}

v8::MaybeLocal<v8::Uint8Array> BufferOver(v8::Local<v8::ArrayBuffer> memory, size_t offset, size_t length) {
  return WithPrototype(memory->GetIsolate(), v8::Uint8Array::New(memory, offset, length));
}

v8::MaybeLocal<v8::Uint8Array> AdoptAsBuffer(v8::Isolate* isolate, uint8_t* data, size_t length) {
  v8::Local<v8::ArrayBuffer> memory;
  if (!AdoptMemory(isolate, data, length).ToLocal(&memory)) return {};
  return BufferOver(memory, 0, length);
}

v8::MaybeLocal<v8::ArrayBuffer> NewMemory(v8::Isolate* isolate, size_t length) {
  uint8_t* data = nullptr;
  if (length > 0 && length <= v8::TypedArray::kMaxLength) {
    // --zero-fill-buffers
    static const bool zero_fill = ProcessOptions().Flag("--zero-fill-buffers");
    data = static_cast<uint8_t*>(zero_fill ? std::calloc(length, 1) : std::malloc(length));
    if (data == nullptr) {
      Environment::From(isolate)->ThrowError("ERR_MEMORY_ALLOCATION_FAILED", "Failed to allocate memory");
      return {};
    }
  }
  return AdoptMemory(isolate, data, length);
}

v8::MaybeLocal<v8::Uint8Array> NewBuffer(v8::Isolate* isolate, size_t length) {
  v8::Local<v8::ArrayBuffer> memory;
  if (!NewMemory(isolate, length).ToLocal(&memory)) return {};
  return BufferOver(memory, 0, length);
}

v8::MaybeLocal<v8::Uint8Array> CopyToBuffer(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  v8::Local<v8::Uint8Array> buffer;
  if (!NewBuffer(isolate, bytes.size()).ToLocal(&buffer)) return {};
  if (!bytes.empty()) std::memcpy(buffer->Buffer()->Data(), bytes.data(), bytes.size());
  return buffer;
}

size_t Utf8Size(v8::Isolate* isolate, v8::Local<v8::String> string) {
  if (const auto text = layout::OneByteCharacters(isolate, string); text.data() != nullptr)
    return text.size() + CountHigh(text);
  return static_cast<size_t>(string->Utf8Length(isolate));
}

size_t StringSize(v8::Isolate* isolate, v8::Local<v8::String> string, Encoding encoding) {
  const size_t length = static_cast<size_t>(string->Length());
  switch (encoding) {
    case Encoding::kUtf8:
    case Encoding::kBuffer:
      return Utf8Size(isolate, string);
    case Encoding::kUcs2:
      return length * 2;
    case Encoding::kHex:
      return length / 2;
    case Encoding::kBase64:
    case Encoding::kBase64Url:
      return length / 4 * 3 + length % 4;
    default:
      return length;
  }
}

size_t WriteString(v8::Isolate* isolate, v8::Local<v8::String> string, Encoding encoding,
                   std::span<uint8_t> target) {
  if (target.empty()) return 0;
  switch (encoding) {
    case Encoding::kUtf8:
    case Encoding::kBuffer:
      return WriteUtf8(isolate, string, target);
    case Encoding::kLatin1:
    case Encoding::kAscii:
      return WriteLatin1(isolate, string, target);
    case Encoding::kUcs2:
      return WriteUcs2(isolate, string, target);
    case Encoding::kHex:
      return WithCharacters(isolate, string,
                            [&](const auto* text, size_t length) { return HexDecode(text, length, target); });
    case Encoding::kBase64:
    case Encoding::kBase64Url:
      return WithCharacters(isolate, string, [&](const auto* text, size_t length) {
        return Base64Decode(text, length, target);
      });
  }
  return 0;
}

v8::MaybeLocal<v8::Value> EncodeBytes(v8::Isolate* isolate, std::span<const uint8_t> bytes,
                                      Encoding encoding) {
  if (encoding == Encoding::kBuffer) {
    v8::Local<v8::Uint8Array> buffer;
    if (!CopyToBuffer(isolate, bytes).ToLocal(&buffer)) return {};
    return buffer;
  }
  if (bytes.empty()) return v8::String::Empty(isolate);
  switch (encoding) {
    case Encoding::kLatin1:
      return OneByteString(isolate, bytes.data(), bytes.size());
    case Encoding::kAscii:
      if (IsAscii(bytes)) return OneByteString(isolate, bytes.data(), bytes.size());
      return ProducedString(isolate, bytes.size(), [&](char* out) {
        for (const uint8_t byte : bytes) *out++ = static_cast<char>(byte & 0x7f);
      });
    case Encoding::kHex:
      return ProducedString(isolate, bytes.size() * 2, [&](char* out) { HexEncode(bytes, out); });
    case Encoding::kBase64:
    case Encoding::kBase64Url: {
      const bool url = encoding == Encoding::kBase64Url;
      return ProducedString(isolate, Base64EncodedSize(bytes.size(), url),
                            [&](char* out) { Base64Encode(bytes, url, out); });
    }
    case Encoding::kUcs2:
      return EncodeUcs2(isolate, bytes);
    default:
      return EncodeUtf8(isolate, bytes);
  }
}

}  // namespace parley
