#!/bin/sh
# parleyd: runs the conference server on Parley's runtime. Copied to build/bin/parleyd by the build.
#   PARLEY_RUNTIME=node   runs it on stock Node.js with build/addon/webrtc.node instead
dir=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
root=$(CDPATH= cd -- "$dir/../.." && pwd)
runtime=${PARLEY_RUNTIME:-parley}
[ "$runtime" = parley ] && runtime=$dir/parley
exec "$runtime" "$root/conference/main.js" "$@"
