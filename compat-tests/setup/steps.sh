# shellcheck shell=bash
# Runs commands as steps: each has a log, which is shown when the step is done, and a line in the table at the end.
# To be sourced.
#
#   step NAME COMMAND...    runs one step
#   start NAME COMMAND...   starts a step beside others that were started
#   finish                  waits for the steps that were started and shows their logs in that order
#   summary                 prints the table and what failed; its exit code tells whether all steps passed
#
# A command may be a function. It runs in a subshell with `set -e`.

step_logs=$(mktemp -d)
step_names=() step_pids=() step_lines=()
step_failed=0

steps_end() {
  local code=$?
  # shellcheck disable=SC2046
  kill $(jobs -p) 2>/dev/null || true
  rm -rf "$step_logs"
  exit "$code"
}
trap steps_end EXIT
trap 'exit 130' INT TERM

step() {
  start "$@"
  finish
}

start() {
  local log=$step_logs/${#step_names[@]}
  step_names+=("$1")
  shift
  printf '… %s\n' "${step_names[-1]}"
  step_run "$log" "$@" &
  step_pids+=($!)
}

step_run() {
  local log=$1 code=0 begin=$EPOCHREALTIME
  shift
  trap - EXIT
  (set -e; "$@") >"$log" 2>&1 </dev/null || code=$?
  printf '%s %s\n' "$code" "$(((${EPOCHREALTIME/[.,]/} - ${begin/[.,]/}) / 100000))" >"$log.end"
}

finish() {
  local i code tenths word
  while ((${#step_lines[@]} < ${#step_names[@]})); do
    i=${#step_lines[@]}
    wait "${step_pids[i]}" || true
    read -r code tenths <"$step_logs/$i.end"
    word=ok
    if ((code != 0)); then
      word=FAILED step_failed=$((step_failed + 1))
    fi
    step_lines+=("$(printf '%-32s %6d.%d s  %s' "${step_names[i]}" $((tenths / 10)) $((tenths % 10)) "$word")")
    printf '\n== %s\n' "${step_lines[i]}"
    cat "$step_logs/$i"
    echo
  done
}

# step_failures picks the lines of a log that say which tests failed and why, no more than a screen shows.
step_failures() {
  grep -nE '^ *--- FAIL|^ *not ok |^✖' "$1" | head -n 12 || true
  grep -nE -A4 '^[[:space:]]*Error:|^panic:|DATA RACE|^[^ ]+\.go:[0-9]+:[0-9]+: |^ +error: ' "$1" | head -n 30 || true
  tail -n 5 "$1"
}

summary() {
  local i
  printf '\n'
  printf '%s\n' "${step_lines[@]}"
  for i in "${!step_lines[@]}"; do
    if [[ ${step_lines[i]} == *FAILED ]]; then
      printf '\n-- of %s\n' "${step_names[i]}"
      step_failures "$step_logs/$i" | cut -c -200
    fi
  done
  printf '%d passed, %d failed\n' $((${#step_lines[@]} - step_failed)) "$step_failed"
  ((step_failed == 0))
}
