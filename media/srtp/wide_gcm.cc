// Implements media/srtp/wide_gcm.h.
#include "media/srtp/wide_gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <utility>

#include "media/core/shared_library.h"

#if __has_include(<intel-ipsec-mb.h>)
#include <intel-ipsec-mb.h>

namespace parley::media::srtp {
namespace {

// The library's functions for one size of key.
struct Functions {
  aes_gcm_pre_t expand = nullptr;
  aes_gcm_enc_dec_t encrypt = nullptr;
  aes_gcm_enc_dec_t decrypt = nullptr;
  aes_gcm_init_t begin = nullptr;
  aes_gcm_enc_dec_update_t update = nullptr;
  aes_gcm_enc_dec_finalize_t finish = nullptr;
};

IMB_MGR* make_manager() {
  const SharedLibrary library("libIPSec_MB.so.1");
  decltype(imb_get_version)* version;
  decltype(alloc_mb_mgr)* allocate;
  decltype(init_mb_mgr_auto)* init;
  decltype(free_mb_mgr)* release;
  if (!library.find("imb_get_version", &version) || !library.find("alloc_mb_mgr", &allocate) ||
      !library.find("init_mb_mgr_auto", &init) || !library.find("free_mb_mgr", &release)) {
    return nullptr;
  }
  // An older one may lay out its manager in another way than our header says.
  if (version() < IMB_VERSION_NUM) return nullptr;
  IMB_MGR* manager = allocate(0);
  if (manager == nullptr) return nullptr;
  IMB_ARCH kind = IMB_ARCH_NONE;
  init(manager, &kind);
  // Without AES instructions it would look its tables up, slowly and in a time that tells of the key.
  if (kind > IMB_ARCH_NOAESNI && (manager->features & IMB_FEATURE_AESNI) != 0) return manager;
  release(manager);
  return nullptr;
}

// Null without the library.
const Functions* functions(size_t key_size) {
  static const IMB_MGR* const manager = make_manager();  // lives as long as the program
  static const std::array<Functions, 2> by_key_size = [] {
    std::array<Functions, 2> f;
    if (const IMB_MGR* m = manager) {
      f[0] = {m->gcm128_pre,  m->gcm128_enc,        m->gcm128_dec,
              m->gcm128_init, m->gcm128_enc_update, m->gcm128_enc_finalize};
      f[1] = {m->gcm256_pre,  m->gcm256_enc,        m->gcm256_dec,
              m->gcm256_init, m->gcm256_enc_update, m->gcm256_enc_finalize};
    }
    return f;
  }();
  const Functions& f = by_key_size[key_size == 32 ? 1 : 0];
  return f.encrypt != nullptr ? &f : nullptr;
}

}  // namespace

struct WideGcm::Keyed {
  const Functions& f;
  alignas(64) gcm_key_data key;  // the library moves it in aligned pieces
};

WideGcm::~WideGcm() { OPENSSL_cleanse(&keyed_->key, sizeof keyed_->key); }

void WideGcm::seal(const uint8_t* iv, Bytes aad, Bytes prefix, Bytes text, uint8_t* out) const {
  const Keyed& k = *keyed_;
  gcm_context_data context;
  if (prefix.empty()) {
    k.f.encrypt(&k.key, &context, out, text.data(), text.size(), iv, aad.data(), aad.size(),
                out + text.size(), kTagSize);
    return;
  }
  k.f.begin(&k.key, &context, iv, aad.data(), aad.size());
  for (const Bytes part : {prefix, text}) {
    if (!part.empty()) k.f.update(&k.key, &context, out, part.data(), part.size());
    out += part.size();
  }
  k.f.finish(&k.key, &context, out, kTagSize);
}

bool WideGcm::open(const uint8_t* iv, Bytes aad, std::span<uint8_t> text, Bytes tag) const {
  const Keyed& k = *keyed_;
  gcm_context_data context;
  uint8_t made[kTagSize];
  k.f.decrypt(&k.key, &context, text.data(), text.data(), text.size(), iv, aad.data(), aad.size(), made,
              kTagSize);
  return tag.size() == kTagSize && CRYPTO_memcmp(made, tag.data(), kTagSize) == 0;
}

namespace {

// One packet, by OpenSSL and by the library.
bool agrees_with_openssl(const WideGcm& wide, std::span<const uint8_t> key) {
  std::array<uint8_t, 333> text;
  std::array<uint8_t, text.size() + WideGcm::kTagSize> ours, theirs;
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<uint8_t>(i * 7);
  const std::span<const uint8_t> aad = std::span(text).first(20);
  const uint8_t iv[WideGcm::kIvSize] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  int n = 0;
  const bool made =
      c != nullptr &&
      EVP_EncryptInit_ex(c, key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key.data(),
                         iv) == 1 &&
      EVP_EncryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size())) == 1 &&
      EVP_EncryptUpdate(c, theirs.data(), &n, text.data(), static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(c, &theirs[text.size()], &n) == 1 &&
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, WideGcm::kTagSize, &theirs[text.size()]) == 1;
  EVP_CIPHER_CTX_free(c);
  wide.seal(iv, aad, {}, text, ours.data());
  return made && ours == theirs;
}

}  // namespace

WideGcm::WideGcm(std::unique_ptr<Keyed> keyed) : keyed_(std::move(keyed)) {}

std::unique_ptr<WideGcm> WideGcm::create(Bytes key) {
  const auto make = [](Bytes with) -> std::unique_ptr<WideGcm> {
    const Functions* f = functions(with.size());
    if (f == nullptr) return nullptr;
    std::unique_ptr<WideGcm> made(new WideGcm(std::unique_ptr<Keyed>(new Keyed{*f, {}})));
    f->expand(with.data(), &made->keyed_->key);
    return made;
  };
  static const bool good = [&make] {
    constexpr std::array<uint8_t, 32> kKey = {0x9A, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (const size_t size : {16u, 32u}) {
      const auto wide = make(Bytes(kKey).first(size));
      if (!wide || !agrees_with_openssl(*wide, Bytes(kKey).first(size))) return false;
    }
    return true;
  }();
  return good ? make(key) : nullptr;
}

}  // namespace parley::media::srtp

#else  // built without the library's header

namespace parley::media::srtp {

struct WideGcm::Keyed {};
WideGcm::WideGcm(std::unique_ptr<Keyed> keyed) : keyed_(std::move(keyed)) {}
WideGcm::~WideGcm() = default;
std::unique_ptr<WideGcm> WideGcm::create(Bytes) { return nullptr; }
void WideGcm::seal(const uint8_t*, Bytes, Bytes, Bytes, uint8_t*) const {}
bool WideGcm::open(const uint8_t*, Bytes, std::span<uint8_t>, Bytes) const { return false; }

}  // namespace parley::media::srtp

#endif
