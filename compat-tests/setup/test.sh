#!/usr/bin/env bash
# test.sh check: what needs Go alone. test.sh browsers: the bundled client in all browsers. test.sh: everything else.
set -euo pipefail
cd "$(dirname "$0")/../.."
source compat-tests/setup/steps.sh

mapfile -t modules < <(go list -m -f '{{.Dir}}')
packages=("${modules[@]/%//...}")

go_files() {
  git ls-files -z --cached --others --exclude-standard '*.go' | while IFS= read -rd '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
  done
}

format() {
  local unformatted
  unformatted=$(go_files | xargs -0 gofmt -l)
  if [ -n "$unformatted" ]; then
    printf 'gofmt would change:\n%s\n' "$unformatted"
    return 1
  fi
}

vet() { go vet "${packages[@]}"; }

# vet_as looks with the eyes of another system: vet_as GOOS=windows. What is compiled for it is not run: no time is
# spent on making it fast. The examples are left out: their database takes a minute for each system.
vet_as() {
  local module
  local -a library=()
  for module in "${modules[@]}"; do
    if [ "$(basename "$module")" != examples ]; then library+=("$module/..."); fi
  done
  env "$@" go vet -gcflags='all=-N -l' "${library[@]}"
}

static() { go tool staticcheck "${packages[@]}"; }

layers() { go test -count=1 -run '^(TestLayers|TestDirectDependencies|TestFileSizes|TestNo.*)$' .; }

tidy() {
  local module failed=0
  for module in "${modules[@]}"; do
    (cd "$module" && go mod tidy -diff) || failed=1
  done
  return "$failed"
}

# generated runs the generators in a copy of the tree and compares.
generated() {
  local copy module failed=0
  if ! go_files | xargs -0 grep -l '^//go:generate ' >/dev/null; then
    echo 'nothing is generated'
    return
  fi
  copy=$(mktemp -d)
  git ls-files -z --cached --others --exclude-standard | tar -c --null -T - --ignore-failed-read 2>/dev/null | tar -x -C "$copy"
  cp -r "$copy" "$copy.fresh"
  for module in "${modules[@]}"; do
    (cd "$copy.fresh/${module#"$PWD"}" && go generate ./...) || failed=1
  done
  diff -r "$copy" "$copy.fresh" || failed=1
  rm -rf "$copy" "$copy.fresh"
  return "$failed"
}

go_tests() { go test -race -vet=off -timeout 5m "${packages[@]}"; }

# foreign runs the Go tests of a folder of compat-tests with what `check` leaves out.
foreign() { (cd compat-tests && EVERWIRE_COMPAT=1 go test -count=1 -timeout 10m -v "./$1/..."); }

# recovery cuts connections for a few seconds only, not for 12.
recovery() { (cd compat-tests && EVERWIRE_COMPAT=1 go test -short -count=1 -timeout 5m -v ./recovery); }

# simulation runs seeds for a minute; mutants demands that it finds planted bugs.
simulation() { EVERWIRE_COMPAT=1 go test -count=1 -timeout 10m -v -run '^TestSimulation$' ./internal/sim; }
mutants() { (cd compat-tests && go run ./mutate -only '^(retried-post-twice|trim-when-sent|late-attach)$'); }

# all_browsers adds those that are too many, or too odd, for each submission, and cuts for longer.
all_browsers() { EVERWIRE_BROWSERS=all foreign engines; }

browsers() { node --test compat-tests/browser/*.test.mjs; }

check() {
  step 'gofmt' format
  step 'layers' layers
  step 'go mod tidy' tidy
  step 'generated files' generated
  step 'vet' vet
  start 'vet for windows' vet_as GOOS=windows
  start 'vet for darwin' vet_as GOOS=darwin
  start 'vet for 386' vet_as GOARCH=386
  finish
  step 'staticcheck' static
  step 'Go tests with -race' go_tests
}

case ${1:-all} in
check) check ;;
browsers)
  step 'setup' compat-tests/setup/setup.sh browsers
  step 'bundled client in browsers' all_browsers
  ;;
all)
  step 'setup' compat-tests/setup/setup.sh
  check
  start 'official JavaScript clients' foreign clients
  start 'browsers' browsers
  finish
  start 'TLS, HTTP/2 and proxies' foreign proxies
  start 'mixed cluster over Redis' foreign cluster
  start 'engine.io client' foreign engineclient
  finish
  start 'Python client' foreign pythonclients
  start 'WebSocket conformance' foreign wsconform
  finish
  start 'wire of the official server' foreign wire
  start 'codecs against the official ones' foreign differential
  start 'generated TypeScript' foreign types
  start 'code of the documents' foreign docs
  finish
  step 'harness of the foreign clients' foreign interop
  step 'hostile inputs' foreign hostile
  start 'simulation' simulation
  start 'leaks' foreign leak
  finish
  step 'planted bugs' mutants
  step 'cut and swallowed connections' foreign chaos
  step 'bundled JavaScript client' foreign jsclient
  step 'bundled client in browsers' foreign engines
  step 'life of a page' foreign pagelife
  step 'recovery of official clients' recovery
  step 'slow clients' foreign slow
  ;;
*)
  echo "usage: $0 [check | browsers]" >&2
  exit 2
  ;;
esac
summary
