// The `crypto_random` binding: random bytes and a comparison that takes the same time for all contents (Node
// doc: crypto).
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// fill(view, offset, size)
void Fill(const Args& args) {
  std::span<uint8_t> bytes = BytesOf(args[0]);
  const auto offset = static_cast<size_t>(args[1].As<v8::Number>()->Value());
  const auto size = static_cast<size_t>(args[2].As<v8::Number>()->Value());
  if (offset > bytes.size() || size > bytes.size() - offset || size > INT32_MAX) {
    return Environment::From(args)->ThrowError("ERR_OUT_OF_RANGE", "The range is outside of the buffer",
                                               Environment::ErrorType::kRangeError);
  }
  if (size > 0 && RAND_bytes(bytes.data() + offset, static_cast<int>(size)) != 1) {
    ThrowOpenSsl(args, "No randomness available");
  }
}

// bytes(length, callback)
void Bytes(const Args& args) {
  RunJob(args, "RANDOMBYTESREQUEST", args[1], static_cast<size_t>(args[0].As<v8::Number>()->Value()),
         [](std::span<uint8_t> out) { return RAND_bytes(out.data(), static_cast<int>(out.size())) == 1; });
}

// timingSafeEqual(a, b): both of the same length
void TimingSafeEqual(const Args& args) {
  std::span<uint8_t> a = BytesOf(args[0]);
  std::span<uint8_t> b = BytesOf(args[1]);
  args.GetReturnValue().Set(a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

constexpr BindingFunction kFunctions[] = {
    {"fill", Fill}, {"bytes", Bytes}, {"timingSafeEqual", TimingSafeEqual}};

PARLEY_BINDING(crypto_random, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
