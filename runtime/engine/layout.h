// V8 10.2's strings, typed arrays and small integers as they lie in memory, read in place: what the public
// functions give, without the calls, which take longer than the work itself when that is short (a string's
// length in UTF-8: 28 ns against 6). Anything rare is answered with a null pointer, and the caller asks V8.
//
// Pointers into V8's heap hold until the next allocation there. CheckLayout(), which the snapshot's writer
// calls, ends the build when the library's objects look different; another version of V8 gets no shortcuts.
#ifndef RUNTIME_ENGINE_LAYOUT_H_
#define RUNTIME_ENGINE_LAYOUT_H_

#include <v8.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace parley::layout {

#if V8_MAJOR_VERSION == 10 && V8_MINOR_VERSION == 2 && !defined(V8_COMPRESS_POINTERS)
inline constexpr bool kKnown = true;
#else
inline constexpr bool kKnown = false;
#endif

using v8::internal::Address;
using v8::internal::Internals;

// Offsets are from a tagged pointer, which is one more than the object's address.
constexpr size_t Field(size_t offset) { return offset - v8::internal::kHeapObjectTag; }
constexpr size_t kStringLength = Field(12);
constexpr size_t kStringCharacters = Field(16);  // of one that is no text by itself: the (first) string
constexpr size_t kConsSecond = Field(24), kSlicedOffset = Field(24);
constexpr int kRepresentationMask = 7;
constexpr int kConsString = 1, kSlicedString = 3, kThinString = 5;
constexpr int kSequentialOneByte = 8;  // with the encoding's bit
constexpr size_t kMap = Field(0), kMapElements = Field(15);
constexpr size_t kElements = Field(16), kArrayLength = Field(24), kFirstElement = Field(16);
constexpr int kLastTaggedElements = 3, kUint8Elements = 17;
constexpr int kTypedArrayType = 0x80c;
constexpr size_t kViewBuffer = Field(24), kViewByteLength = Field(40), kViewFlags = Field(48);
constexpr size_t kExternalPointer = Field(64), kBasePointer = Field(72);
constexpr size_t kBufferFlags = Field(56);
constexpr uint32_t kTracksLength = 3;  // two bits; the others are never set to anything
constexpr uint32_t kWasDetached = 4;

template <typename T>
T Read(Address object, size_t field) {
  T value;
  std::memcpy(&value, reinterpret_cast<const void*>(object + field), sizeof(value));
  return value;
}

template <typename T>
Address AddressOf(v8::Local<T> value) {
  return *reinterpret_cast<const Address*>(*value);
}

// The value of a small integer (31 or 32 bits).
inline std::optional<int> SmallInteger(v8::Local<v8::Value> value) {
  const Address at = AddressOf(value);
  if (Internals::HasHeapObjectTag(at)) return std::nullopt;
  return Internals::SmiValue(at);
}

// The characters of a string that V8 keeps in Latin-1, unless they lie in pieces.
inline std::span<const uint8_t> OneByteCharacters(v8::Local<v8::String> string) {
  if constexpr (!kKnown) return {};
  Address at = AddressOf(string);
  const size_t length = static_cast<size_t>(Read<int32_t>(at, kStringLength));
  size_t offset = 0;
  // A joined string that was made flat, a part of another, one that became another: at most all of these.
  for (int hops = 0; hops <= 3; hops++) {
    const int type = Internals::GetInstanceType(at) & Internals::kStringRepresentationAndEncodingMask;
    if (type == kSequentialOneByte)
      return {reinterpret_cast<const uint8_t*>(at + kStringCharacters) + offset, length};
    if (type == Internals::kExternalOneByteRepresentationTag) {
      using Resource = v8::String::ExternalOneByteStringResource;
      const auto* resource = Read<const Resource*>(at, kStringCharacters);
      return {reinterpret_cast<const uint8_t*>(resource->data()) + offset, length};
    }
    const int representation = type & kRepresentationMask;
    if (representation == kSlicedString) {
      offset += static_cast<size_t>(Internals::SmiValue(Read<Address>(at, kSlicedOffset)));
    } else if (representation == kConsString) {
      if (Read<int32_t>(Read<Address>(at, kConsSecond), kStringLength) != 0) return {};
    } else if (representation != kThinString) {
      return {};
    }
    at = Read<Address>(at, kStringCharacters);
  }
  return {};
}

// The same, made flat first where it lies in pieces.
inline std::span<const uint8_t> OneByteCharacters(v8::Isolate* isolate, v8::Local<v8::String> string) {
  if (const auto found = OneByteCharacters(string); found.data() != nullptr || !string->IsOneByte())
    return found;
  uint8_t none;
  string->WriteOneByte(isolate, &none, 0, 0, v8::String::NO_NULL_TERMINATION);
  return OneByteCharacters(string);
}

// The bytes of a typed array whose memory is outside V8's heap.
inline std::span<uint8_t> TypedArrayBytes(Address at) {
  if constexpr (!kKnown) return {};
  if (!Internals::HasHeapObjectTag(at) || Internals::GetInstanceType(at) != kTypedArrayType) return {};
  // Inside V8's heap it would move; one that follows its buffer's length says so in its flags.
  if (Read<Address>(at, kBasePointer) != 0 || (Read<uint32_t>(at, kViewFlags) & kTracksLength) != 0)
    return {};
  if (Read<uint32_t>(Read<Address>(at, kViewBuffer), kBufferFlags) & kWasDetached) return {};
  return {Read<uint8_t*>(at, kExternalPointer), Read<size_t>(at, kViewByteLength)};
}
inline std::span<uint8_t> TypedArrayBytes(v8::Local<v8::Value> value) {
  return TypedArrayBytes(AddressOf(value));
}

// How V8 keeps an object's elements (its ElementsKind).
inline int ElementsOf(Address object) {
  return Read<uint8_t>(Read<Address>(object, kMap), kMapElements) >> 2;
}
inline bool IsUint8Array(Address at) {
  return Internals::HasHeapObjectTag(at) && Internals::GetInstanceType(at) == kTypedArrayType &&
         ElementsOf(at) == kUint8Elements;
}

// The elements of an ordinary array of small integers and objects, as V8 tags them: holes are objects, too.
inline std::span<const Address> TaggedElements(v8::Local<v8::Value> value) {
  if constexpr (!kKnown) return {};
  const Address at = AddressOf(value);
  if (!value->IsArray() || ElementsOf(at) > kLastTaggedElements) return {};
  const size_t length = static_cast<size_t>(Internals::SmiValue(Read<Address>(at, kArrayLength)));
  return {reinterpret_cast<const Address*>(Read<Address>(at, kElements) + kFirstElement), length};
}

inline bool IsTrue(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  return AddressOf(value) == AddressOf(v8::True(isolate));
}

// False when the library is not what this file was written for.
bool CheckLayout(v8::Isolate* isolate);

}  // namespace parley::layout

#endif  // RUNTIME_ENGINE_LAYOUT_H_
