#!/bin/bash
# Measures servers side by side, interleaved: the load generator on core 1; the server on core 0 (pinned, GOMAXPROCS=1)
# or on both (unpinned). Needs Linux with two cores, taskset, Go, and for the peer node also Node and npm.
#
#   run.sh [--peers everwire,everwire-poller,node,gorilla,lean|none] [--server "name=command:port"]... [--scenarios idle,echo,...]
#          [--rounds 3] [--variant pinned|unpinned] [--out FILE] [--any-other-flag-of-sioload VALUE]
#
# What is built and installed goes to $BENCH_WORK (default: a folder under the system's temporary directory).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=${BENCH_WORK:-${TMPDIR:-/tmp}/everwire-bench}
mkdir -p "$work"

# Port 0: a free one, new in every run.
declare -A command=(
  [everwire]="$work/benchserver:0"
  [everwire-poller]="env POLLER=1 $work/benchserver:0"
  [node]="node --expose-gc $work/node/server.js:0"
  [gorilla]="$work/gorilla:0"
  [lean]="$work/lean:0"
  [lean-gor]="env READ=gorilla $work/lean:0"
  [lean-json]="env JSON=1 $work/lean:0"
  [leanpoll]="$work/leanpoll:0"
)
# What a limit reference cannot do.
skip=""
for s in poll poll8; do
  for p in gorilla lean lean-gor lean-json; do skip+="$p:$s,"; done
done
for s in idle idle1k idle15k echo echo1 echorate bcast1k bcast5k bin1k bin64k churn churn100k storm; do skip+="leanpoll:$s,"; done
# What only Everwire has.
for s in idle1kresume echoresume bcast1kresume sse sse8 ssebcast1k; do
  for p in node gorilla lean lean-gor lean-json leanpoll; do skip+="$p:$s,"; done
done

build() { # package in this module
  (cd "$here/.." && go build -o "$work/" "./$1")
}

# Installs what the lock file names, again only when it has changed.
install_node() {
  mkdir -p "$work/node"
  cp "$here"/peers/node/{package.json,package-lock.json,server.js} "$work/node/"
  if ! cmp -s "$work/node/package-lock.json" "$work/node/.installed"; then
    (cd "$work/node" && npm ci --no-audit --no-fund >/dev/null)
    cp "$work/node/package-lock.json" "$work/node/.installed"
  fi
}

peers=everwire,node,gorilla,lean
args=()
while [ $# -gt 0 ]; do
  case "$1" in
    --peers) peers=$2; shift 2 ;;
    --*)
      args+=("-${1#--}"); shift
      if [ $# -gt 0 ] && [[ "$1" != --* ]]; then args+=("$1"); shift; fi ;;
    *) echo "run.sh: unknown argument $1" >&2; exit 2 ;;
  esac
done

servers=()
if [ "$peers" != none ]; then
  IFS=, read -ra list <<<"$peers"
  for p in "${list[@]}"; do
    case $p in
      everwire | everwire-poller) build benchserver ;;
      node) install_node ;;
      lean | lean-gor | lean-json) build bench/peers/lean ;;
      gorilla | leanpoll) build "bench/peers/$p" ;;
      *) echo "run.sh: unknown peer $p" >&2; exit 2 ;;
    esac
    servers+=(-server "$p=${command[$p]}")
  done
fi
build bench/sioload
exec taskset -c 1 "$work/sioload" -skip "$skip" -out "$work/results.jsonl" -log "$work/servers.log" \
  "${servers[@]}" "${args[@]}"
