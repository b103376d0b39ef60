// The `crypto_primes` binding: prime numbers, big-endian bytes on the way in and out (Node doc:
// crypto.generatePrime, checkPrime).
#include <openssl/bn.h>

#include <memory>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

struct FreeNumber {
  void operator()(BIGNUM* n) const { BN_clear_free(n); }
  void operator()(BN_CTX* c) const { BN_CTX_free(c); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Number ToNumber(Local<Value> value) {
  if (!HasBytes(value)) return nullptr;
  std::span<uint8_t> bytes = BytesOf(value);
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

class Generate : public CryptoJob {
 public:
  Generate(int bits, bool safe, Number add, Number rem)
      : bits_(bits), safe_(safe), add_(std::move(add)), rem_(std::move(rem)), prime_(BN_secure_new()) {}

  bool Run() override {
    std::unique_ptr<BN_CTX, FreeNumber> context(BN_CTX_new());
    return BN_generate_prime_ex2(prime_.get(), bits_, safe_ ? 1 : 0, add_.get(), rem_.get(), nullptr,
                                 context.get()) == 1;
  }

  v8::MaybeLocal<Value> Result(Environment* env) override {
    std::vector<uint8_t> bytes(static_cast<size_t>(bits_ + 7) / 8);
    BN_bn2binpad(prime_.get(), bytes.data(), static_cast<int>(bytes.size()));
    Local<v8::Uint8Array> buffer;
    if (!CopyToBuffer(env->isolate(), bytes).ToLocal(&buffer)) return {};
    return buffer;
  }

 private:
  int bits_;
  bool safe_;
  Number add_;
  Number rem_;
  Number prime_;
};

class Check : public CryptoJob {
 public:
  Check(Number candidate, int checks) : candidate_(std::move(candidate)), checks_(checks) {}

  bool Run() override {
    std::unique_ptr<BN_CTX, FreeNumber> context(BN_CTX_new());
    result_ = TestOften(candidate_.get(), context.get());
    return result_ >= 0;
  }
  v8::MaybeLocal<Value> Result(Environment* env) override {
    return v8::Boolean::New(env->isolate(), result_ == 1).As<Value>();
  }

 private:
  // OpenSSL 3 has a way to say the number of rounds only among its deprecated functions; it takes at least
  // its own number, so more rounds are several tests.
  int TestOften(const BIGNUM* candidate, BN_CTX* context) const {
    constexpr int kRoundsOfOne = 64;
    int result = BN_check_prime(candidate, context, nullptr);
    for (int done = kRoundsOfOne; result == 1 && done < checks_; done += kRoundsOfOne)
      result = BN_check_prime(candidate, context, nullptr);
    return result;
  }

  Number candidate_;
  int checks_;
  int result_ = -1;
};

// generate(bits, safe, add or undefined, rem or undefined, callback or undefined): Buffer
void GeneratePrime(const Args& args) {
  Environment* env = Environment::From(args);
  const int bits = args[0].As<v8::Int32>()->Value();
  Number add = ToNumber(args[2]);
  Number rem = ToNumber(args[3]);
  // BN_generate_prime_ex2() would look for ever.
  if (add && BN_num_bits(add.get()) > bits) {
    return env->ThrowError("ERR_OUT_OF_RANGE", "invalid options.add", Environment::ErrorType::kRangeError);
  }
  if (add && rem && BN_cmp(add.get(), rem.get()) != 1) {
    return env->ThrowError("ERR_OUT_OF_RANGE", "invalid options.rem", Environment::ErrorType::kRangeError);
  }
  StartJob(args, "RANDOMPRIMEREQUEST", args[4],
           std::make_unique<Generate>(bits, args[1]->IsTrue(), std::move(add), std::move(rem)));
}

// check(candidate, checks, callback or undefined): boolean
void CheckPrime(const Args& args) {
  StartJob(args, "CHECKPRIMEREQUEST", args[2],
           std::make_unique<Check>(ToNumber(args[0]), args[1].As<v8::Int32>()->Value()));
}

constexpr BindingFunction kFunctions[] = {{"generate", GeneratePrime}, {"check", CheckPrime}};

PARLEY_BINDING(crypto_primes, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
