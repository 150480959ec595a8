//go:build !race

// norace_test.go: tells that the race detector is off.

package sim_test

const raced = false
