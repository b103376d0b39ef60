// Certificates that programs keep and give to connections (RTCCertificate): to JavaScript an object without
// properties, whose key never leaves the native side.
#pragma once

#include <node_api.h>

#include "media/dtls/certificate.h"

namespace parley::addon {

// generateCertificate(seconds) → {value, fingerprint}. For lib/ only.
napi_value make_certificate_function(napi_env env);
// Null when it is none; valid as long as the value.
const media::dtls::Certificate* read_certificate(napi_env env, napi_value value);

}  // namespace parley::addon
