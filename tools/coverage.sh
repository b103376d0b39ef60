#!/usr/bin/env bash
# Runs the tests of the media engine in a build that counts lines, prints a table of media/'s files, and fails when less than 90 % of
# the lines ran. Every line is told in build/coverage/report.html.
#   tools/coverage.sh [GTEST_FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."
least=90
build=build/coverage
command -v gcovr >/dev/null || tools/deps.sh peers

mkdir -p $build
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Coverage >$build.configure.log 2>&1 ||
  { cat $build.configure.log; exit 1; }
cmake --build $build -j "${JOBS:-$(nproc)}" --target media_tests
find $build -name '*.gcda' -delete # counts of an earlier run
$build/media/media_tests --gtest_brief=1 --gtest_filter="${1:-*}"
gcovr --root . --filter 'media/' --exclude 'media/testing/' --exclude '.*_test\.cc$' --exclude '.*_for_tests\.(h|cc)$' \
  --txt - --html-details $build/report.html --fail-under-line $least --object-directory $build \
  -j "${JOBS:-$(nproc)}" $build/media
