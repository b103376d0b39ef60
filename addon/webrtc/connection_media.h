// Connection's methods for media: RTP, pictures and sound, from programs and to them.
#pragma once

#include <node_api.h>

#include <span>
#include <utility>

namespace parley::addon {

// Their names and functions.
std::span<const std::pair<const char*, napi_callback>> connection_media_methods();

}  // namespace parley::addon
