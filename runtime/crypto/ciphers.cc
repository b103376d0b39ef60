// The `crypto_ciphers` binding: Cipher, one symmetric encryption or decryption on OpenSSL's EVP (Node doc:
// crypto.createCipheriv).
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

struct FreeCipher {
  void operator()(EVP_CIPHER* c) const { EVP_CIPHER_free(c); }
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};

bool IsAead(const EVP_CIPHER* cipher) {
  return (EVP_CIPHER_get_flags(cipher) & EVP_CIPH_FLAG_AEAD_CIPHER) != 0;
}

class Cipher : public BaseObject {
 public:
  Cipher(Environment* env, Local<v8::Object> object) : BaseObject(env, object) { MakeWeak(); }

  // new Cipher(name, key, iv, encrypt, authTagLength or undefined); lengths are checked by JavaScript with
  // info().
  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    auto* self = new Cipher(Environment::From(args), args.This());
    const std::string name = ToUtf8(args.GetIsolate(), args[0]);
    std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    self->context_.reset(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX* context = self->context_.get();
    std::span<uint8_t> key = BytesOf(args[1]);
    std::span<uint8_t> iv = BytesOf(args[2]);
    const int encrypt = args[3]->IsTrue() ? 1 : 0;
    self->encrypt_ = encrypt == 1;
    if (!cipher || EVP_CipherInit_ex(context, cipher.get(), nullptr, nullptr, nullptr, encrypt) != 1) {
      return ThrowOpenSsl(args, "Unknown cipher");
    }
    self->aead_ = IsAead(cipher.get());
    if (self->aead_ &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()), nullptr) != 1) {
      return ThrowOpenSsl(args, "Invalid initialization vector");
    }
    if (args[4]->IsUint32()) self->tag_length_ = args[4].As<v8::Uint32>()->Value();
    if (EVP_CIPHER_CTX_set_key_length(context, static_cast<int>(key.size())) != 1) {
      return ThrowOpenSsl(args, "Invalid key length");
    }
    if (EVP_CipherInit_ex(context, nullptr, nullptr, key.data(), iv.empty() ? nullptr : iv.data(), encrypt) !=
        1) {
      return ThrowOpenSsl(args, "Cipher initialisation failed");
    }
  }

  // update(bytes): Buffer
  static void Update(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return;
    std::span<uint8_t> in = BytesOf(args[0]);
    if (in.size() > INT32_MAX - EVP_MAX_BLOCK_LENGTH) {
      return self->env()->ThrowError("ERR_OUT_OF_RANGE", "Too much data at once",
                                     Environment::ErrorType::kRangeError);
    }
    std::vector<uint8_t> out(in.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0;
    if (EVP_CipherUpdate(self->context_.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) !=
        1) {
      return ThrowOpenSsl(args, "Cipher update failed");
    }
    Return(args, std::span<const uint8_t>(out.data(), static_cast<size_t>(size)));
  }

  // final(): Buffer
  static void Final(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return;
    uint8_t out[EVP_MAX_BLOCK_LENGTH];
    int size = 0;
    if (EVP_CipherFinal_ex(self->context_.get(), out, &size) != 1) {
      return ThrowOpenSsl(args, "Unsupported state or unable to authenticate data");
    }
    if (self->aead_ && self->encrypt_) {
      EVP_CIPHER_CTX_ctrl(self->context_.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(self->tag_length_),
                          self->tag_);
    }
    Return(args, std::span<const uint8_t>(out, static_cast<size_t>(size)));
  }

  // getAuthTag(): Buffer; setAuthTag(bytes), setAAD(bytes), setAutoPadding(boolean): true when done
  static void GetAuthTag(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self != nullptr) Return(args, std::span<const uint8_t>(self->tag_, self->tag_length_));
  }

  static void SetAuthTag(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return;
    std::span<uint8_t> tag = BytesOf(args[0]);
    args.GetReturnValue().Set(self->aead_ && tag.size() <= sizeof(self->tag_) &&
                              EVP_CIPHER_CTX_ctrl(self->context_.get(), EVP_CTRL_AEAD_SET_TAG,
                                                  static_cast<int>(tag.size()), tag.data()) == 1);
  }

  static void SetAad(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return;
    std::span<uint8_t> aad = BytesOf(args[0]);
    int size = 0;
    args.GetReturnValue().Set(self->aead_ && aad.size() <= INT32_MAX &&
                              EVP_CipherUpdate(self->context_.get(), nullptr, &size, aad.data(),
                                               static_cast<int>(aad.size())) == 1);
  }

  static void SetAutoPadding(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return;
    args.GetReturnValue().Set(EVP_CIPHER_CTX_set_padding(self->context_.get(), args[0]->IsFalse() ? 0 : 1) ==
                              1);
  }

 private:
  static void Return(const Args& args, std::span<const uint8_t> bytes) {
    Local<v8::Uint8Array> buffer;
    if (CopyToBuffer(args.GetIsolate(), bytes).ToLocal(&buffer)) args.GetReturnValue().Set(buffer);
  }

  std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context_;
  bool encrypt_ = false;
  bool aead_ = false;
  unsigned tag_length_ = 16;
  uint8_t tag_[16] = {};
};

const char* ModeName(int mode) {
  switch (mode) {
    case EVP_CIPH_CBC_MODE:
      return "cbc";
    case EVP_CIPH_ECB_MODE:
      return "ecb";
    case EVP_CIPH_CTR_MODE:
      return "ctr";
    case EVP_CIPH_GCM_MODE:
      return "gcm";
    case EVP_CIPH_CFB_MODE:
      return "cfb";
    case EVP_CIPH_OFB_MODE:
      return "ofb";
    case EVP_CIPH_CCM_MODE:
      return "ccm";
    case EVP_CIPH_OCB_MODE:
      return "ocb";
    case EVP_CIPH_XTS_MODE:
      return "xts";
    case EVP_CIPH_WRAP_MODE:
      return "wrap";
    default:
      return "stream";
  }
}

// info(name): [nid, key length, iv length, block size, mode, is AEAD], or undefined for an unknown name
void Info(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const std::string name = ToUtf8(isolate, args[0]);
  std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
  ERR_clear_error();  // why a name is unknown is no news
  if (!cipher) return;
  Local<Value> values[] = {v8::Integer::New(isolate, EVP_CIPHER_get_nid(cipher.get())),
                           v8::Integer::New(isolate, EVP_CIPHER_get_key_length(cipher.get())),
                           v8::Integer::New(isolate, EVP_CIPHER_get_iv_length(cipher.get())),
                           v8::Integer::New(isolate, EVP_CIPHER_get_block_size(cipher.get())),
                           OneByte(isolate, ModeName(EVP_CIPHER_get_mode(cipher.get()))),
                           v8::Boolean::New(isolate, IsAead(cipher.get()))};
  args.GetReturnValue().Set(v8::Array::New(isolate, values, std::size(values)));
}

// list(): the names OpenSSL knows
void List(const Args& args) {
  std::vector<Local<Value>> values;
  struct Collector {
    v8::Isolate* isolate;
    std::vector<Local<Value>>* values;
  } collector{args.GetIsolate(), &values};
  EVP_CIPHER_do_all_sorted(
      [](const EVP_CIPHER* cipher, const char* from, const char*, void* data) {
        auto* c = static_cast<Collector*>(data);
        if (cipher != nullptr) c->values->push_back(ToV8(c->isolate, from));
      },
      &collector);
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), values.data(), values.size()));
}

constexpr BindingFunction kFunctions[] = {{"info", Info}, {"list", List}};

struct Method {
  const char* name;
  v8::FunctionCallback callback;
};
constexpr Method kMethods[] = {
    {"update", Cipher::Update},         {"final", Cipher::Final},
    {"getAuthTag", Cipher::GetAuthTag}, {"setAuthTag", Cipher::SetAuthTag},
    {"setAAD", Cipher::SetAad},         {"setAutoPadding", Cipher::SetAutoPadding}};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Cipher", Cipher::New);
  for (const Method& method : kMethods) BaseObject::SetMethod(isolate, t, method.name, method.callback);
  target->Set(context, OneByte(isolate, "Cipher"), t->GetFunction(context).ToLocalChecked()).Check();
}

const intptr_t kReferences[] = {
    reinterpret_cast<intptr_t>(Cipher::New),           reinterpret_cast<intptr_t>(Cipher::Update),
    reinterpret_cast<intptr_t>(Cipher::Final),         reinterpret_cast<intptr_t>(Cipher::GetAuthTag),
    reinterpret_cast<intptr_t>(Cipher::SetAuthTag),    reinterpret_cast<intptr_t>(Cipher::SetAad),
    reinterpret_cast<intptr_t>(Cipher::SetAutoPadding)};

PARLEY_BINDING(crypto_ciphers, BindingKind::kInternal, kFunctions, Initialize, kReferences);

}  // namespace
}  // namespace parley
