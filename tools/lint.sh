#!/usr/bin/env bash
# Formatters and linters over the tree: clang-format, ESLint, Prettier. --fix rewrites instead of complaining.
set -euo pipefail
cd "$(dirname "$0")/.."
fix=${1:-}
mapfile -t cpp < <(git ls-files '*.cc' '*.h')
if [ ${#cpp[@]} -gt 0 ]; then
  if [ "$fix" = --fix ]; then clang-format -i "${cpp[@]}"; else clang-format --dry-run --Werror "${cpp[@]}"; fi
fi
npx --no-install eslint ${fix:+--fix} .
if [ "$fix" = --fix ]; then npx --no-install prettier --log-level warn --write .; else npx --no-install prettier --log-level warn --check .; fi
echo "lint: clean"
