// Statistics as JavaScript objects.
#pragma once

#include <node_api.h>

#include "media/session/peer.h"

namespace parley::addon {

// {spatial, temporal}
napi_value make_layers(napi_env env, media::LayerTarget layers);
napi_value make_peer_stats(napi_env env, const media::PeerStats& stats);

}  // namespace parley::addon
