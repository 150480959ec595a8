#!/bin/bash
# Measures only what gates.txt compares, and fails when a gate does: three short rounds, pinned, in a minute and a half.
# The gates' figures are the servers' own CPU and memory, so runs that others disturb are not repeated.
# Flags of run.sh may follow, for instance --rounds 5.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/run.sh" --peers everwire,node,lean-gor --gates "$here/gates.txt" --variant pinned --rounds 3 --max-foreign 0 \
  --warm 1s --dur 2s --hold 0s "$@"
