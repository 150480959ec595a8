#!/usr/bin/env bash
# Runs each fuzz target of all modules for FUZZTIME (60s), one after the other.
set -euo pipefail
cd "$(dirname "$0")/../.."
source compat-tests/setup/steps.sh

mapfile -t modules < <(go list -m -f '{{.Dir}}/...')
while read -r package; do
  while read -r target; do
    step "${package##*everwire/} $target" \
      go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-60s}" -fuzzminimizetime 1s "$package"
  done < <(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true)
done < <(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' "${modules[@]}")
summary
