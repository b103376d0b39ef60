#!/usr/bin/env bash
# Runs the fuzzers under AddressSanitizer and UBSan, one after the other, prints what each did, and fails when one found something.
#   tools/fuzz.sh SECONDS [NAME...]     for so long each; those named, or all of fuzz/
# What is learned stays in build/fuzz/learned/NAME and is where the next run begins, beside the seeds in fuzz/corpus/NAME.
# An input that finds something is left in build/fuzz/findings; add it to the corpus together with what mends it.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?how many seconds for each}
shift
build=build/fuzz
names=("$@")
if [ ${#names[@]} = 0 ]; then
  for source in fuzz/*_fuzz.cc; do names+=("$(basename "$source" _fuzz.cc)"); done
fi

mkdir -p $build/findings
cmake -S . -B $build -G Ninja -DFUZZ=ON -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
  -DSANITIZE=fuzzer-no-link,address,undefined >$build.configure.log 2>&1 || { cat $build.configure.log; exit 1; }
cmake --build $build -j "${JOBS:-$(nproc)}" --target "${names[@]/%/_fuzz}"

printf '%-24s %12s %10s %9s  %s\n' fuzzer runs runs/s learned verdict
found=0
for name in "${names[@]}"; do
  mkdir -p "$build/learned/$name"
  log=$build/$name.log
  verdict=clean
  # A single input may take 10 s at most and all of them 2 GiB.
  $build/fuzz/"${name}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$name-" "$build/learned/$name" "fuzz/corpus/$name" >"$log" 2>&1 ||
    { verdict="FOUND: see $log"; found=1; }
  stat() { sed -n "s/^stat::$1: *//p" "$log" | tail -1; }
  printf '%-24s %12s %10s %9s  %s\n' "$name" "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" \
    "$(stat new_units_added)" "$verdict"
done
exit $found
