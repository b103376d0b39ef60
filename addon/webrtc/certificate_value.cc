#include "addon/webrtc/certificate_value.h"

#include <memory>
#include <utility>

#include "addon/webrtc/napi_support.h"

namespace parley::addon {
namespace {

using media::dtls::Certificate;

napi_value generate(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value seconds_value;
  napi_get_cb_info(env, info, &count, &seconds_value, nullptr, nullptr);
  const auto seconds = read_uint32(env, seconds_value);
  if (!seconds || std::chrono::seconds(*seconds) > Certificate::kValidity)
    return throw_type_error(env, "seconds must be a number of at most a year");
  auto made = Certificate::generate(std::chrono::seconds(*seconds));
  if (!made) return throw_failure(env, {"ERR_CERTIFICATE", made.error().reason});
  auto certificate = std::make_unique<Certificate>(std::move(made).value());
  const napi_value result = make_object(env), value = make_object(env);
  set(env, result, "fingerprint", make_string(env, certificate->fingerprint().to_string()));
  napi_type_tag_object(env, value, &kCertificateTag);
  const auto free = [](napi_env, void* data, void*) { delete static_cast<Certificate*>(data); };
  if (napi_wrap(env, value, certificate.get(), free, nullptr, nullptr) == napi_ok) certificate.release();
  set(env, result, "value", value);
  return result;
}

}  // namespace

napi_value make_certificate_function(napi_env env) {
  napi_value function = nullptr;
  napi_create_function(env, "generateCertificate", NAPI_AUTO_LENGTH, generate, nullptr, &function);
  return function;
}

const Certificate* read_certificate(napi_env env, napi_value value) {
  bool matches = false;
  void* data = nullptr;
  if (!is_type(env, value, napi_object) ||
      napi_check_object_type_tag(env, value, &kCertificateTag, &matches) != napi_ok || !matches ||
      napi_unwrap(env, value, &data) != napi_ok) {
    return nullptr;
  }
  return static_cast<const Certificate*>(data);
}

}  // namespace parley::addon
