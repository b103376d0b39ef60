// The `crypto_settings` binding: OpenSSL's FIPS mode and its heap for secrets (Node doc: crypto.setFips,
// crypto.secureHeapUsed).
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

void GetFips(const Args& args) {
  args.GetReturnValue().Set(EVP_default_properties_is_fips_enabled(nullptr) == 1 ? 1 : 0);
}

// setFips(boolean)
void SetFips(const Args& args) {
  const int enable = args[0]->IsTrue() ? 1 : 0;
  if (enable == EVP_default_properties_is_fips_enabled(nullptr)) return;
  if (EVP_default_properties_enable_fips(nullptr, enable) != 1)
    ThrowOpenSsl(args, "Cannot change the FIPS mode");
}

// startHeap(bytes, smallest piece in bytes): from then on OpenSSL keeps private keys there
void StartHeap(const Args& args) {
  const auto number = [&](int i) { return static_cast<size_t>(args[i].As<v8::Number>()->Value()); };
  args.GetReturnValue().Set(CRYPTO_secure_malloc_init(number(0), number(1)) != 0);
}

void HeapUsed(const Args& args) { args.GetReturnValue().Set(static_cast<double>(CRYPTO_secure_used())); }

constexpr BindingFunction kFunctions[] = {
    {"getFips", GetFips}, {"setFips", SetFips}, {"startHeap", StartHeap}, {"heapUsed", HeapUsed}};

PARLEY_BINDING(crypto_settings, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
