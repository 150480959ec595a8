//go:build !race

// norace_test.go: whether the race detector is on.

package receive

const raceEnabled = false
