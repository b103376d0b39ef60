// The `crypto_ciphers` binding: Cipher, one symmetric encryption or decryption on OpenSSL's EVP (Node doc:
// crypto.createCipheriv).
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/proverr.h>

#include <algorithm>
#include <memory>
#include <string>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

constexpr unsigned kNoTagLength = ~0u;

// A short tag is a weak one: NIST SP 800-38D section 5.2.1.2.
bool IsGcmTagLength(size_t length) { return length == 4 || length == 8 || (length >= 12 && length <= 16); }

class Cipher : public BaseObject {
 public:
  Cipher(Environment* env, Local<v8::Object> object) : BaseObject(env, object) { MakeWeak(); }

  // new Cipher(name, key, iv or null, encrypt, authTagLength or undefined)
  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    auto* self = new Cipher(Environment::From(args), args.This());
    const std::string name = ToUtf8(args.GetIsolate(), args[0]);
    const EVP_CIPHER* cipher = EVP_get_cipherbyname(name.c_str());
    if (cipher == nullptr) return self->env()->ThrowError("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
    self->encrypt_ = args[3]->IsTrue();
    self->mode_ = EVP_CIPHER_get_mode(cipher);
    self->chacha_ = EVP_CIPHER_get_nid(cipher) == NID_chacha20_poly1305;
    // OpenSSL's own flag is also that of TLS's pairs of CBC and HMAC, which have no tag to ask for.
    self->aead_ = self->chacha_ || self->mode_ == EVP_CIPH_GCM_MODE || self->mode_ == EVP_CIPH_CCM_MODE ||
                  self->mode_ == EVP_CIPH_OCB_MODE;
    if (args[4]->IsUint32()) self->tag_length_ = args[4].As<v8::Uint32>()->Value();
    self->Start(args, name, cipher, BytesOf(args[1]), BytesOf(args[2]));
  }

  // update(bytes): Buffer
  static void Update(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr) return;
    std::span<uint8_t> in = BytesOf(args[0]);
    if (self->IsTooLong(in.size())) return self->ThrowMessageLength();
    EVP_CIPHER_CTX* context = self->context_.get();
    self->has_data_ = true;
    if (context == nullptr || in.size() > INT32_MAX - EVP_MAX_BLOCK_LENGTH || !self->PassTag())
      return ThrowOpenSsl(args, "Trying to add data in unsupported state");
    const int length = static_cast<int>(in.size());
    int size = length + EVP_CIPHER_CTX_get_block_size(context);
    // Wrapping adds more than a block, and only OpenSSL knows how much.
    if (self->encrypt_ && self->mode_ == EVP_CIPH_WRAP_MODE &&
        EVP_CipherUpdate(context, nullptr, &size, in.data(), length) != 1)
      return ThrowOpenSsl(args, "Trying to add data in unsupported state");
    std::vector<uint8_t> out(static_cast<size_t>(size) + EVP_MAX_BLOCK_LENGTH);
    if (EVP_CipherUpdate(context, out.data(), &size, in.data(), length) != 1) {
      // In CCM this is where a wrong tag shows; it is told by final().
      // And OpenSSL refuses data of another length than it was told, which Node takes for nothing at all.
      if (self->encrypt_ || self->mode_ != EVP_CIPH_CCM_MODE)
        return ThrowOpenSsl(args, "Trying to add data in unsupported state");
      ERR_clear_error();
      self->is_forged_ = true;
      size = 0;
    }
    Return(args, std::span<const uint8_t>(out.data(), static_cast<size_t>(size)));
  }

  // final(): Buffer; undefined when it has been called before
  static void Final(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return;
    uint8_t out[EVP_MAX_BLOCK_LENGTH];
    int size = 0;
    if (!self->Finish(out, &size)) {
      self->context_.reset();
      return ThrowOpenSsl(
          args, self->aead_ ? "Unsupported state or unable to authenticate data" : "Unsupported state");
    }
    self->context_.reset();
    Return(args, std::span<const uint8_t>(out, static_cast<size_t>(size)));
  }

  // getAuthTag(): Buffer, or undefined when there is none
  static void GetAuthTag(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || self->context_ || !self->encrypt_ || !self->aead_) return;
    Return(args, std::span<const uint8_t>(self->tag_, self->tag_length_));
  }

  // setAuthTag(bytes), setAAD(bytes, plaintext length or undefined), setAutoPadding(boolean): true when done
  static void SetAuthTag(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    args.GetReturnValue().Set(false);
    if (self == nullptr || !self->context_ || !self->aead_ || self->encrypt_ || self->has_tag_) return;
    std::span<uint8_t> tag = BytesOf(args[0]);
    const bool expected = self->tag_length_ == kNoTagLength || self->tag_length_ == tag.size();
    const bool possible = self->mode_ == EVP_CIPH_GCM_MODE ? IsGcmTagLength(tag.size()) : tag.size() <= 16;
    if (!expected || !possible) return self->ThrowTagLength(tag.size());
    self->tag_length_ = static_cast<unsigned>(tag.size());
    std::copy(tag.begin(), tag.end(), self->tag_);
    self->has_tag_ = true;
    args.GetReturnValue().Set(true);
  }

  static void SetAad(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    args.GetReturnValue().Set(false);
    if (self == nullptr || !self->context_ || !self->aead_) return;
    std::span<uint8_t> aad = BytesOf(args[0]);
    if (aad.size() > INT32_MAX) return;
    int size = 0;
    if (self->mode_ == EVP_CIPH_CCM_MODE) {
      if (!args[1]->IsUint32()) {
        return self->env()->ThrowError("ERR_MISSING_ARGS",
                                       "options.plaintextLength required for CCM mode with AAD",
                                       Environment::ErrorType::kTypeError);
      }
      const uint32_t plaintext = args[1].As<v8::Uint32>()->Value();
      if (self->IsTooLong(plaintext)) return self->ThrowMessageLength();
      if (!self->PassTag() ||
          EVP_CipherUpdate(self->context_.get(), nullptr, &size, nullptr, static_cast<int>(plaintext)) != 1)
        return ERR_clear_error();
    }
    // Nothing at no address would say the message's length again.
    args.GetReturnValue().Set(aad.empty() || EVP_CipherUpdate(self->context_.get(), nullptr, &size,
                                                              aad.data(), static_cast<int>(aad.size())) == 1);
    ERR_clear_error();
  }

  static void SetAutoPadding(const Args& args) {
    auto* self = Unwrap<Cipher>(args.This());
    if (self == nullptr || !self->context_) return args.GetReturnValue().Set(false);
    args.GetReturnValue().Set(EVP_CIPHER_CTX_set_padding(self->context_.get(), args[0]->IsFalse() ? 0 : 1) ==
                              1);
  }

 private:
  void Start(const Args& args, const std::string& name, const EVP_CIPHER* cipher, std::span<uint8_t> key,
             std::span<uint8_t> iv) {
    const auto invalid_iv = [&] {
      env()->ThrowError("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector",
                        Environment::ErrorType::kTypeError);
    };
    const auto expected = static_cast<size_t>(EVP_CIPHER_get_iv_length(cipher));
    if (iv.empty() ? expected != 0 : !aead_ && iv.size() != expected) return invalid_iv();
    if (chacha_ && iv.size() > 12) return invalid_iv();
    CipherContext context(EVP_CIPHER_CTX_new());
    if (mode_ == EVP_CIPH_WRAP_MODE) EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    const int encrypt = encrypt_ ? 1 : 0;
    if (EVP_CipherInit_ex(context.get(), cipher, nullptr, nullptr, nullptr, encrypt) != 1)
      return ThrowOpenSsl(args, "Failed to initialize cipher");
    if (aead_) {
      if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()), nullptr) !=
          1) {
        ERR_clear_error();
        return invalid_iv();
      }
      if (!StartTag(context.get(), name)) return;
      if (mode_ == EVP_CIPH_CCM_MODE) {
        // The longer the nonce the shorter the field of the length: RFC 3610 section 2.
        if (iv.size() == 12) max_message_ = 16777215;
        if (iv.size() == 13) max_message_ = 65535;
      }
    }
    if (EVP_CIPHER_CTX_set_key_length(context.get(), static_cast<int>(key.size())) != 1) {
      ERR_clear_error();
      return env()->ThrowError("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length",
                               Environment::ErrorType::kRangeError);
    }
    if (EVP_CipherInit_ex(context.get(), nullptr, nullptr, key.data(), iv.empty() ? nullptr : iv.data(),
                          encrypt) != 1)
      return ThrowOpenSsl(args, "Failed to initialize cipher");
    context_ = std::move(context);
  }

  bool StartTag(EVP_CIPHER_CTX* context, const std::string& name) {
    if (mode_ == EVP_CIPH_GCM_MODE) {
      if (tag_length_ == kNoTagLength || IsGcmTagLength(tag_length_)) return true;
      ThrowTagLength(tag_length_);
      return false;
    }
    if (tag_length_ == kNoTagLength) {
      if (!chacha_) {
        env()->ThrowError("ERR_CRYPTO_INVALID_AUTH_TAG", "authTagLength required for " + name,
                          Environment::ErrorType::kTypeError);
        return false;
      }
      tag_length_ = 16;
    }
    if (tag_length_ > 16 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_length_), nullptr) != 1) {
      ERR_clear_error();
      ThrowTagLength(tag_length_);
      return false;
    }
    return true;
  }

  bool Finish(uint8_t* out, int* size) {
    EVP_CIPHER_CTX* context = context_.get();
    if (aead_ && !encrypt_) {
      if (!PassTag() || !has_tag_) return false;
      if (mode_ == EVP_CIPH_CCM_MODE) return !is_forged_;
    }
    // CCM makes its tag from the one call that gives it the data, be it none.
    if (mode_ == EVP_CIPH_CCM_MODE && !has_data_) {
      ERR_raise(ERR_LIB_PROV, PROV_R_TAG_NOT_SET);
      return false;
    }
    if (EVP_CipherFinal_ex(context, out, size) != 1) return false;
    if (!aead_ || !encrypt_) return true;
    if (tag_length_ == kNoTagLength) tag_length_ = 16;
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_length_), tag_) == 1;
  }

  // OpenSSL wants the tag only once, at a different time in each mode: before the first data fits all.
  bool PassTag() {
    if (!has_tag_ || is_tag_passed_) return true;
    is_tag_passed_ =
        EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_length_), tag_) == 1;
    return is_tag_passed_;
  }

  bool IsTooLong(size_t size) const { return mode_ == EVP_CIPH_CCM_MODE && size > max_message_; }
  void ThrowMessageLength() {
    env()->ThrowError("ERR_CRYPTO_INVALID_MESSAGELEN", "Invalid message length",
                      Environment::ErrorType::kRangeError);
  }
  void ThrowTagLength(size_t length) {
    env()->ThrowError("ERR_CRYPTO_INVALID_AUTH_TAG",
                      "Invalid authentication tag length: " + std::to_string(length),
                      Environment::ErrorType::kTypeError);
  }
  static void Return(const Args& args, std::span<const uint8_t> bytes) {
    Local<v8::Uint8Array> buffer;
    if (CopyToBuffer(args.GetIsolate(), bytes).ToLocal(&buffer)) args.GetReturnValue().Set(buffer);
  }

  CipherContext context_;
  int mode_ = 0;
  bool chacha_ = false;
  bool encrypt_ = false;
  bool aead_ = false;
  bool is_forged_ = false;
  bool has_data_ = false;
  bool has_tag_ = false;
  bool is_tag_passed_ = false;
  size_t max_message_ = INT32_MAX;
  unsigned tag_length_ = kNoTagLength;
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

// Whether a cipher takes an IV of that length. Sets the key and IV length of `context` as it finds out.
bool TakesIv(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, int length) {
  switch (EVP_CIPHER_get_mode(cipher)) {
    case EVP_CIPH_CCM_MODE:
      return length >= 7 && length <= 13;
    case EVP_CIPH_GCM_MODE:
    case EVP_CIPH_OCB_MODE:
      return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, length, nullptr) == 1;
    default:
      return length == EVP_CIPHER_get_iv_length(cipher);
  }
}

// info(name or nid, key length, iv length; each of these or undefined): {mode, name, nid, blockSize,
// ivLength, keyLength}, or undefined when there is no such cipher or it does not take these lengths
void Info(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const EVP_CIPHER* cipher = args[0]->IsString() ? EVP_get_cipherbyname(ToUtf8(isolate, args[0]).c_str())
                                                 : EVP_get_cipherbynid(args[0].As<v8::Int32>()->Value());
  if (cipher == nullptr) return;
  int key_length = EVP_CIPHER_get_key_length(cipher);
  int iv_length = EVP_CIPHER_get_iv_length(cipher);
  if (args[1]->IsInt32() || args[2]->IsInt32()) {
    CipherContext context(EVP_CIPHER_CTX_new());
    bool ok = EVP_CipherInit_ex(context.get(), cipher, nullptr, nullptr, nullptr, 1) == 1;
    if (ok && args[1]->IsInt32()) {
      key_length = args[1].As<v8::Int32>()->Value();
      ok = EVP_CIPHER_CTX_set_key_length(context.get(), key_length) == 1;
    }
    if (ok && args[2]->IsInt32()) {
      iv_length = args[2].As<v8::Int32>()->Value();
      ok = TakesIv(context.get(), cipher, iv_length);
    }
    ERR_clear_error();
    if (!ok) return;
  }
  Local<v8::Object> result = v8::Object::New(isolate);
  const auto set = [&](const char* name, Local<Value> value) {
    result->Set(isolate->GetCurrentContext(), OneByte(isolate, name), value).Check();
  };
  const int mode = EVP_CIPHER_get_mode(cipher);
  set("mode", OneByte(isolate, ModeName(mode)));
  set("name", ToV8(isolate, OBJ_nid2sn(EVP_CIPHER_get_nid(cipher))));
  set("nid", v8::Integer::New(isolate, EVP_CIPHER_get_nid(cipher)));
  if (mode != EVP_CIPH_STREAM_CIPHER)
    set("blockSize", v8::Integer::New(isolate, EVP_CIPHER_get_block_size(cipher)));
  if (iv_length != 0) set("ivLength", v8::Integer::New(isolate, iv_length));
  set("keyLength", v8::Integer::New(isolate, key_length));
  args.GetReturnValue().Set(result);
}

// list(): the names of what OpenSSL's providers have
void List(const Args& args) {
  std::vector<std::string> names;
  EVP_CIPHER_do_all_sorted(
      [](const EVP_CIPHER*, const char* from, const char*, void* data) {
        // An alias has no cipher of its own here, and the providers know none.
        const EVP_CIPHER* cipher = EVP_get_cipherbyname(from);
        if (cipher == nullptr) return;
        EVP_CIPHER* provided = EVP_CIPHER_fetch(nullptr, EVP_CIPHER_get0_name(cipher), nullptr);
        if (provided == nullptr) return;
        EVP_CIPHER_free(provided);
        static_cast<std::vector<std::string>*>(data)->emplace_back(from);
      },
      &names);
  ERR_clear_error();
  std::vector<Local<Value>> values;
  for (const std::string& name : names) values.push_back(ToV8(args.GetIsolate(), name));
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), values.data(), values.size()));
}

// keyOf(name, password): [key, iv] as the deprecated createCipher() makes them of a password; undefined for
// an unknown cipher
void KeyOf(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const EVP_CIPHER* cipher = EVP_get_cipherbyname(ToUtf8(isolate, args[0]).c_str());
  if (cipher == nullptr) return;
  std::span<uint8_t> password = BytesOf(args[1]);
  uint8_t key[EVP_MAX_KEY_LENGTH];
  uint8_t iv[EVP_MAX_IV_LENGTH];
  const int key_length = EVP_BytesToKey(cipher, EVP_md5(), nullptr, password.data(),
                                        static_cast<int>(password.size()), 1, key, iv);
  const auto iv_length = static_cast<size_t>(EVP_CIPHER_get_iv_length(cipher));
  Local<v8::Uint8Array> buffers[2];
  if (!CopyToBuffer(isolate, {key, static_cast<size_t>(key_length)}).ToLocal(&buffers[0]) ||
      !CopyToBuffer(isolate, {iv, iv_length}).ToLocal(&buffers[1]))
    return;
  OPENSSL_cleanse(key, sizeof(key));
  Local<Value> values[] = {buffers[0], buffers[1]};
  args.GetReturnValue().Set(v8::Array::New(isolate, values, 2));
}

constexpr BindingFunction kFunctions[] = {{"info", Info}, {"list", List}, {"keyOf", KeyOf}};

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
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Cipher", Cipher::New);
  for (const Method& method : kMethods) BaseObject::SetMethod(isolate, t, method.name, method.callback);
  BaseObject::Export(isolate, target, "Cipher", t);
}

const intptr_t kReferences[] = {
    reinterpret_cast<intptr_t>(Cipher::New),           reinterpret_cast<intptr_t>(Cipher::Update),
    reinterpret_cast<intptr_t>(Cipher::Final),         reinterpret_cast<intptr_t>(Cipher::GetAuthTag),
    reinterpret_cast<intptr_t>(Cipher::SetAuthTag),    reinterpret_cast<intptr_t>(Cipher::SetAad),
    reinterpret_cast<intptr_t>(Cipher::SetAutoPadding)};

PARLEY_BINDING(crypto_ciphers, BindingKind::kInternal, kFunctions, Initialize, kReferences);

}  // namespace
}  // namespace parley
