// The `crypto_digests` binding: hashes, HMAC and key derivation on OpenSSL's EVP (Node doc: crypto). OpenSSL
// initialises itself at the first call.
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

struct FreeDigest {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  void operator()(EVP_MAC* m) const { EVP_MAC_free(m); }
  void operator()(EVP_MAC_CTX* c) const { EVP_MAC_CTX_free(c); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeDigest>;

// Looking an algorithm up by name is the slow part of a short hash: the few a program uses are kept.
class DigestCache {
 public:
  const EVP_MD* Find(const std::string& name) {
    for (const auto& entry : entries_) {
      if (entry.first == name) return entry.second.get();
    }
    // The table of old names knows aliases (RSA-SHA256) that the providers do not, and the other way round.
    const EVP_MD* known = EVP_get_digestbyname(name.c_str());
    Owned<EVP_MD> md(
        EVP_MD_fetch(nullptr, known != nullptr ? EVP_MD_get0_name(known) : name.c_str(), nullptr));
    ERR_clear_error();  // why a name is unknown is no news
    if (!md) return nullptr;
    entries_.emplace_back(name, std::move(md));
    return entries_.back().second.get();
  }

 private:
  std::vector<std::pair<std::string, Owned<EVP_MD>>> entries_;
};

// Likewise for HMAC: a new context is a copy of one that knows its digest, and has had a key, without which
// OpenSSL copies none.
class MacCache {
 public:
  Owned<EVP_MAC_CTX> New(const EVP_MD* md) {
    for (const auto& entry : entries_) {
      if (entry.first == md) return Owned<EVP_MAC_CTX>(EVP_MAC_CTX_dup(entry.second.get()));
    }
    Owned<EVP_MAC> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    Owned<EVP_MAC_CTX> context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
    char* digest = const_cast<char*>(EVP_MD_get0_name(md));
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    static const uint8_t kAnyKey[1] = {0};
    if (!context || EVP_MAC_init(context.get(), kAnyKey, sizeof(kAnyKey), params) != 1) return nullptr;
    entries_.emplace_back(md, std::move(context));
    return Owned<EVP_MAC_CTX>(EVP_MAC_CTX_dup(entries_.back().second.get()));
  }

 private:
  std::vector<std::pair<const EVP_MD*, Owned<EVP_MAC_CTX>>> entries_;
};

const EVP_MD* FindDigest(const Args& args, int index) {
  return Environment::From(args)->Slot<DigestCache>()->Find(ToUtf8(args.GetIsolate(), args[index]));
}

// A string (in the encoding of args[index + 1]) or bytes; calls `use(span)` and returns what it returns.
template <typename Use>
bool WithBytes(const Args& args, int index, Use use) {
  if (!args[index]->IsString()) return use(std::span<const uint8_t>(BytesOf(args[index])));
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::String> string = args[index].As<v8::String>();
  const Encoding encoding = ParseEncoding(isolate, args[index + 1]);
  const size_t size = StringSize(isolate, string, encoding);
  uint8_t small[1024];
  if (size <= sizeof(small)) {
    const size_t n = WriteString(isolate, string, encoding, small);
    return use(std::span<const uint8_t>(small, n));
  }
  std::vector<uint8_t> bytes(size);
  const size_t n = WriteString(isolate, string, encoding, bytes);
  return use(std::span<const uint8_t>(bytes.data(), n));
}

void ReturnEncoded(const Args& args, std::span<const uint8_t> bytes, Local<Value> encoding) {
  Local<Value> result;
  const Encoding e = encoding->IsUndefined() ? Encoding::kBuffer : ParseEncoding(args.GetIsolate(), encoding);
  if (EncodeBytes(args.GetIsolate(), bytes, e).ToLocal(&result)) args.GetReturnValue().Set(result);
}

// ---- Hash ----

class Hash : public BaseObject {
 public:
  Hash(Environment* env, Local<v8::Object> object) : BaseObject(env, object), context_(EVP_MD_CTX_new()) {
    MakeWeak();
  }

  // new Hash(algorithm name or another Hash, output length or undefined)
  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    auto* self = new Hash(Environment::From(args), args.This());
    if (args[0]->IsObject()) {
      auto* other = Unwrap<Hash>(args[0]);
      if (other == nullptr || EVP_MD_CTX_copy_ex(self->context_.get(), other->context_.get()) != 1) {
        return ThrowOpenSsl(args, "Digest copy error");
      }
    } else {
      const EVP_MD* md = FindDigest(args, 0);
      if (md == nullptr || EVP_DigestInit_ex(self->context_.get(), md, nullptr) != 1) {
        return ThrowOpenSsl(args, "Digest method not supported");
      }
    }
    self->length_ = static_cast<size_t>(EVP_MD_get_size(EVP_MD_CTX_get0_md(self->context_.get())));
    if (args[1]->IsUint32() && args[1].As<v8::Uint32>()->Value() != self->length_) {
      const EVP_MD* md = EVP_MD_CTX_get0_md(self->context_.get());
      if ((EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) == 0) {
        ERR_raise(ERR_LIB_EVP, EVP_R_NOT_XOF_OR_INVALID_LENGTH);
        return ThrowOpenSsl(args, "Digest failed");
      }
      self->length_ = args[1].As<v8::Uint32>()->Value();
    }
  }

  // update(data, encoding): true
  static void Update(const Args& args) {
    auto* self = Unwrap<Hash>(args.This());
    if (self == nullptr) return;
    args.GetReturnValue().Set(WithBytes(args, 0, [&](std::span<const uint8_t> bytes) {
      return EVP_DigestUpdate(self->context_.get(), bytes.data(), bytes.size()) == 1;
    }));
  }

  // digest(encoding): the same again when called again, as a stream's end may have called it
  static void Digest(const Args& args) {
    auto* self = Unwrap<Hash>(args.This());
    if (self == nullptr) return;
    if (!self->is_done_ && !self->Finish()) return ThrowOpenSsl(args, "Digest failed");
    ReturnEncoded(args, self->result_, args[0]);
  }

 private:
  bool Finish() {
    result_.resize(length_);
    const bool natural = length_ == static_cast<size_t>(EVP_MD_get_size(EVP_MD_CTX_get0_md(context_.get())));
    if (length_ != 0 && (natural ? EVP_DigestFinal_ex(context_.get(), result_.data(), nullptr)
                                 : EVP_DigestFinalXOF(context_.get(), result_.data(), length_)) != 1)
      return false;
    is_done_ = true;
    return true;
  }

  Owned<EVP_MD_CTX> context_;
  size_t length_ = 0;
  bool is_done_ = false;
  std::vector<uint8_t> result_;
};

// ---- Hmac ----

class Hmac : public BaseObject {
 public:
  Hmac(Environment* env, Local<v8::Object> object) : BaseObject(env, object) { MakeWeak(); }

  // new Hmac(algorithm name, key bytes)
  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    auto* self = new Hmac(Environment::From(args), args.This());
    const EVP_MD* md = FindDigest(args, 0);
    if (md == nullptr) {
      const std::string name = ToUtf8(args.GetIsolate(), args[0]);
      return Environment::From(args)->ThrowError("ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: " + name,
                                                 Environment::ErrorType::kTypeError);
    }
    self->context_ = self->env()->Slot<MacCache>()->New(md);
    std::span<uint8_t> key = BytesOf(args[1]);
    static const uint8_t kEmpty[1] = {0};
    if (!self->context_ ||
        EVP_MAC_init(self->context_.get(), key.empty() ? kEmpty : key.data(), key.size(), nullptr) != 1) {
      ThrowOpenSsl(args, "HMAC initialisation failed");
    }
  }

  static void Update(const Args& args) {
    auto* self = Unwrap<Hmac>(args.This());
    if (self == nullptr || !self->context_) return;
    args.GetReturnValue().Set(WithBytes(args, 0, [&](std::span<const uint8_t> bytes) {
      return EVP_MAC_update(self->context_.get(), bytes.data(), bytes.size()) == 1;
    }));
  }

  static void Digest(const Args& args) {
    auto* self = Unwrap<Hmac>(args.This());
    if (self == nullptr || !self->context_) return;
    uint8_t result[EVP_MAX_MD_SIZE];
    size_t size = 0;
    if (EVP_MAC_final(self->context_.get(), result, &size, sizeof(result)) != 1) {
      return ThrowOpenSsl(args, "HMAC failed");
    }
    ReturnEncoded(args, std::span<const uint8_t>(result, size), args[0]);
  }

 private:
  Owned<EVP_MAC_CTX> context_;
};

// hash(algorithm, data, input encoding, output encoding): one call for the whole of crypto.hash()
void OneShot(const Args& args) {
  const EVP_MD* md = FindDigest(args, 0);
  if (md == nullptr) return ThrowOpenSsl(args, "Digest method not supported");
  uint8_t result[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const bool ok = WithBytes(args, 1, [&](std::span<const uint8_t> bytes) {
    return EVP_Digest(bytes.data(), bytes.size(), result, &size, md, nullptr) == 1;
  });
  if (!ok) return ThrowOpenSsl(args, "Digest failed");
  ReturnEncoded(args, std::span<const uint8_t>(result, size), args[3]);
}

// getHashes(): the names of what OpenSSL's providers have
void GetHashes(const Args& args) {
  std::vector<std::string> names;
  EVP_MD_do_all_sorted(
      [](const EVP_MD*, const char* from, const char*, void* data) {
        const EVP_MD* md = EVP_get_digestbyname(from);  // also of an alias
        if (md == nullptr) return;
        Owned<EVP_MD> provided(EVP_MD_fetch(nullptr, EVP_MD_get0_name(md), nullptr));
        if (provided) static_cast<std::vector<std::string>*>(data)->emplace_back(from);
      },
      &names);
  ERR_clear_error();
  std::vector<Local<Value>> values;
  for (const std::string& name : names) values.push_back(ToV8(args.GetIsolate(), name));
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), values.data(), values.size()));
}

// digestSize(algorithm): bytes, or undefined when there is no such digest
void DigestSize(const Args& args) {
  const EVP_MD* md = FindDigest(args, 0);
  if (md != nullptr) args.GetReturnValue().Set(EVP_MD_get_size(md));
}

// ---- key derivation: (..., length, callback or undefined) ----

std::vector<uint8_t> CopyOf(Local<Value> value) {
  std::span<uint8_t> bytes = BytesOf(value);
  return std::vector<uint8_t>(bytes.begin(), bytes.end());
}

// pbkdf2(password, salt, iterations, length, digest, callback)
void Pbkdf2(const Args& args) {
  const EVP_MD* md = FindDigest(args, 4);
  if (md == nullptr) return ThrowOpenSsl(args, "Digest method not supported");
  const int iterations = args[2].As<v8::Int32>()->Value();
  RunJob(args, "PBKDF2REQUEST", args[5], static_cast<size_t>(args[3].As<v8::Number>()->Value()),
         [password = CopyOf(args[0]), salt = CopyOf(args[1]), iterations, md](std::span<uint8_t> out) {
           return PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()),
                                    static_cast<int>(password.size()), salt.data(),
                                    static_cast<int>(salt.size()), iterations, md,
                                    static_cast<int>(out.size()), out.data()) == 1;
         });
}

// scrypt(password, salt, N, r, p, maxmem, length, callback)
void Scrypt(const Args& args) {
  const auto number = [&](int i) { return static_cast<uint64_t>(args[i].As<v8::Number>()->Value()); };
  const uint64_t n = number(2);
  const uint64_t r = number(3);
  const uint64_t p = number(4);
  const uint64_t max_memory = number(5);
  if (EVP_PBE_scrypt(nullptr, 0, nullptr, 0, n, r, p, max_memory, nullptr, 0) != 1) {
    args.GetReturnValue().Set(false);  // JavaScript makes the error of it
    return;
  }
  RunJob(args, "SCRYPTREQUEST", args[7], static_cast<size_t>(number(6)),
         [password = CopyOf(args[0]), salt = CopyOf(args[1]), n, r, p, max_memory](std::span<uint8_t> out) {
           return EVP_PBE_scrypt(reinterpret_cast<const char*>(password.data()), password.size(), salt.data(),
                                 salt.size(), n, r, p, max_memory, out.data(), out.size()) == 1;
         });
}

// hkdf(digest, key, salt, info, length, callback)
void Hkdf(const Args& args) {
  const EVP_MD* md = FindDigest(args, 0);
  if (md == nullptr) return ThrowOpenSsl(args, "Digest method not supported");
  RunJob(args, "HKDFREQUEST", args[5], static_cast<size_t>(args[4].As<v8::Number>()->Value()),
         [md, key = CopyOf(args[1]), salt = CopyOf(args[2]), info = CopyOf(args[3])](std::span<uint8_t> out) {
           EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
           EVP_KDF_CTX* context = kdf != nullptr ? EVP_KDF_CTX_new(kdf) : nullptr;
           EVP_KDF_free(kdf);
           if (context == nullptr) return false;
           const auto octets = [](const char* name, const std::vector<uint8_t>& bytes) {
             static uint8_t empty[1] = {0};
             uint8_t* data = bytes.empty() ? empty : const_cast<uint8_t*>(bytes.data());
             return OSSL_PARAM_construct_octet_string(name, data, bytes.size());
           };
           OSSL_PARAM params[] = {
               OSSL_PARAM_construct_utf8_string("digest", const_cast<char*>(EVP_MD_get0_name(md)), 0),
               octets("key", key), octets("salt", salt), octets("info", info), OSSL_PARAM_construct_end()};
           const bool ok = EVP_KDF_derive(context, out.data(), out.size(), params) == 1;
           EVP_KDF_CTX_free(context);
           return ok;
         });
}

constexpr BindingFunction kFunctions[] = {
    {"hash", OneShot},  {"getHashes", GetHashes}, {"digestSize", DigestSize},
    {"pbkdf2", Pbkdf2}, {"scrypt", Scrypt},       {"hkdf", Hkdf},
};

template <typename T>
void AddClass(Environment* env, Local<v8::Object> target, const char* name) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, name, T::New);
  BaseObject::SetMethod(isolate, t, "update", T::Update);
  BaseObject::SetMethod(isolate, t, "digest", T::Digest);
  BaseObject::Export(isolate, target, name, t);
}

void Initialize(Environment* env, Local<v8::Object> target) {
  AddClass<Hash>(env, target, "Hash");
  AddClass<Hmac>(env, target, "Hmac");
}

const intptr_t kReferences[] = {
    reinterpret_cast<intptr_t>(Hash::New),    reinterpret_cast<intptr_t>(Hash::Update),
    reinterpret_cast<intptr_t>(Hash::Digest), reinterpret_cast<intptr_t>(Hmac::New),
    reinterpret_cast<intptr_t>(Hmac::Update), reinterpret_cast<intptr_t>(Hmac::Digest)};

PARLEY_BINDING(crypto_digests, BindingKind::kInternal, kFunctions, Initialize, kReferences);

}  // namespace
}  // namespace parley
