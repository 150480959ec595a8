#!/usr/bin/env bash
# Installs what the tests need and what is missing. Debian packages only as root, else it prints the command and fails.
# setup.sh browsers: also what `make test-browsers` needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
browsers=${1:-}

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v firefox-esr >/dev/null || missing+=(firefox-esr)
[ -n "$(fc-list 2>/dev/null)" ] || missing+=(fontconfig fonts-liberation)
command -v nginx >/dev/null || missing+=(nginx-light)
command -v haproxy >/dev/null || missing+=(haproxy)
command -v caddy >/dev/null || missing+=(caddy)
command -v redis-server >/dev/null || missing+=(redis-server)
# Debian's Python, whatever else is on the PATH: its packages are what is tested.
for module in socketio aiohttp websocket requests msgpack websockets tornado; do
  /usr/bin/python3 -c "import $module" 2>/dev/null || missing+=("python3-$module")
done
command -v "$(go env CC)" >/dev/null || missing+=(gcc libc6-dev) # for -race
if [ "$browsers" = browsers ]; then
  command -v Xvfb >/dev/null || missing+=(xvfb)
  compgen -G '/usr/lib/*/webkit2gtk-4.1/MiniBrowser' >/dev/null || missing+=(libwebkit2gtk-4.1-0)
  /usr/bin/python3 -c 'import PyQt5.QtWebKitWidgets' 2>/dev/null || missing+=(python3-pyqt5.qtwebkit)
  [ -e /usr/share/java/javafx-web-11.jar ] || missing+=(libopenjfx-java)
  command -v javac >/dev/null || missing+=(default-jdk-headless)
  command -v edbrowse >/dev/null || missing+=(edbrowse)
fi
if [ ${#missing[@]} -gt 0 ]; then
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    printf 'The tests need more than is installed. On Debian:\n\n  sudo %s\n\n' "$install" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  $install
fi

if [ "$(node -p 'process.versions.node.split(".")[0] >= 20' 2>/dev/null)" != true ] || ! command -v npm >/dev/null; then
  echo 'The tests need Node 20 or later, with npm.' >&2
  exit 1
fi
# npm writes the first of these files last, from the second.
if [ compat-tests/node_modules/.package-lock.json -nt compat-tests/package-lock.json ]; then
  echo 'npm packages are there'
else
  (cd compat-tests && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json)
fi

# What the documents show of other libraries is compiled against them.
(cd compat-tests/docs/testdata/before && GOWORK=off go mod download)
compat-tests/setup/engines.sh ${browsers:+"$browsers"}
