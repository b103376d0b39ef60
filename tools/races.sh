#!/usr/bin/env bash
# Runs the media engine's tests and then the soak, on several media threads, under ThreadSanitizer; fails on a race.
#   tools/races.sh MINUTES     of soak; its seed is printed
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:?how many minutes of soak}
build=build/sanitize-thread

mkdir -p $build
cmake -S . -B $build -G Ninja -DSANITIZE=thread >$build.configure.log 2>&1 || { cat $build.configure.log; exit 1; }
cmake --build $build -j "${JOBS:-$(nproc)}" --target media_tests soak
# libusrsctp, an oracle of the tests, takes two of its own locks in either order.
echo 'deadlock:libusrsctp.so' >$build/suppressions
export TSAN_OPTIONS="suppressions=$PWD/$build/suppressions"
$build/media/media_tests --gtest_brief=1
$build/tests/soak/soak --minutes "$minutes" --threads 3
