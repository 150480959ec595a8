#!/bin/bash
# Measures the hot paths: first Go's benchmarks beside the code, then the servers side by side, in three rounds, against
# the goals. A quarter of an hour on a machine that does nothing else. Flags of run.sh may follow, for instance --rounds 1.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

printf 'commit %s, %s, %s\n' "$(git -C "$root" describe --always --dirty)" "$(go version)" "$(uname -sr)"
grep -m1 'model name' /proc/cpuinfo
printf '%s cores\n\n' "$(nproc)"

(cd "$root" && taskset -c 0 go test -run '^$' -bench . -benchmem -benchtime 0.5s ./engine/... ./namespace/... ./transport/... |
  awk '/^pkg:/ { pkg = $2 } /^Benchmark/ { sub(/.*everwire\//, "", pkg); printf "%-22s %s\n", pkg, $0 }')
echo
exec "$here/run.sh" --peers everwire,everwire-poller,node,lean-gor,leanpoll --gates "$here/goals.txt" --variant pinned --rounds 3 "$@"
