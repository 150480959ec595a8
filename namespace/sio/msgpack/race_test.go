//go:build race

// race_test.go: with the race detector, times and allocations mean nothing.

package msgpack_test

const raceEnabled = true
