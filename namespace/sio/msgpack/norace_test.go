//go:build !race

// norace_test.go: without the race detector, times and allocations count.

package msgpack_test

const raceEnabled = false
