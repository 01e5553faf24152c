#!/usr/bin/env bash
# Time and peak memory of `olshem check`, cold: each run is a new process. Usage: run.sh [ACCOUNT].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

olshem=${OLSHEM:-target/release/olshem}
account=${1:-accounts/kazakhstan}
runs=${RUNS:-10}
time=$(command -v gtime || type -P time || true)

[ -x "$olshem" ] || { echo "missing: $olshem. To build it: cargo build --release -p olshem-cli" >&2; exit 2; }
[ -n "$time" ] || { echo "missing: GNU time. To install it: apt-get install time (macOS: brew install gnu-time)" >&2; exit 2; }

measured=$(mktemp)
trap 'rm -f "$measured"' EXIT
for _ in $(seq "$runs"); do
  # 1 says that a claim fails, which is no fault of the run.
  "$time" --quiet --append --output "$measured" --format '%e %M' "$olshem" check "$account" >/dev/null || [ $? -eq 1 ]
done
sort -n "$measured" | awk -v account="$account" '
  { seconds[NR] = $1; if ($2 > peak) peak = $2 }
  END {
    printf "olshem check %s, %d runs: median %.2f s, slowest %.2f s, peak %.0f MiB\n",
      account, NR, seconds[int((NR + 1) / 2)], seconds[NR], peak / 1024
  }'
