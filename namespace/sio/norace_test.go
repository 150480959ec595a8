//go:build !race

// norace_test.go: without the race detector, times and allocations count.

package sio_test

const raceEnabled = false
