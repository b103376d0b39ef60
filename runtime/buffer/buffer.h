// Bytes between C++ and JavaScript: views of JavaScript's buffers, new Buffers, and strings in Node's
// encodings (https://nodejs.org/docs/latest-v20.x/api/buffer.html#buffers-and-character-encodings).
#ifndef RUNTIME_BUFFER_BUFFER_H_
#define RUNTIME_BUFFER_BUFFER_H_

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace parley {

// The numbers JavaScript passes for encodings (runtime/buffer/encodings.js has the same).
enum class Encoding : int { kAscii, kUtf8, kBase64, kUcs2, kLatin1, kHex, kBuffer, kBase64Url };

// From a number (the values above) or one of Node's names in any case; `otherwise` for anything else.
Encoding ParseEncoding(v8::Isolate* isolate, v8::Local<v8::Value> value,
                       Encoding otherwise = Encoding::kUtf8);

// The bytes of a TypedArray, DataView, ArrayBuffer or SharedArrayBuffer; empty for anything else. Valid while
// the object is alive and not detached.
std::span<uint8_t> BytesOf(v8::Local<v8::Value> value);
bool HasBytes(v8::Local<v8::Value> value);

// New Buffers (Uint8Arrays with Buffer.prototype). Empty when V8 refuses the length; then an exception is
// pending.
v8::MaybeLocal<v8::ArrayBuffer> NewMemory(v8::Isolate* isolate, size_t length);  // not zeroed
v8::MaybeLocal<v8::Uint8Array> NewBuffer(v8::Isolate* isolate, size_t length);   // not zeroed
v8::MaybeLocal<v8::Uint8Array> CopyToBuffer(v8::Isolate* isolate, std::span<const uint8_t> bytes);
// Takes over memory from malloc().
v8::MaybeLocal<v8::Uint8Array> AdoptAsBuffer(v8::Isolate* isolate, uint8_t* data, size_t length);
// Part of an existing ArrayBuffer.
v8::MaybeLocal<v8::Uint8Array> BufferOver(v8::Local<v8::ArrayBuffer> memory, size_t offset, size_t length);

size_t Utf8Size(v8::Isolate* isolate, v8::Local<v8::String> string);
// How many bytes a string takes at most (utf8: exactly; hex and base64: upper bound).
size_t StringSize(v8::Isolate* isolate, v8::Local<v8::String> string, Encoding encoding);
// Writes no partial characters; returns the bytes written.
size_t WriteString(v8::Isolate* isolate, v8::Local<v8::String> string, Encoding encoding,
                   std::span<uint8_t> target);
// Empty with ERR_STRING_TOO_LONG pending when it does not fit into a string. kBuffer gives a Buffer.
v8::MaybeLocal<v8::Value> EncodeBytes(v8::Isolate* isolate, std::span<const uint8_t> bytes,
                                      Encoding encoding);

}  // namespace parley

#endif  // RUNTIME_BUFFER_BUFFER_H_
