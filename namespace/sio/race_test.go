//go:build race

// race_test.go: with the race detector, times and allocations mean nothing.

package sio_test

const raceEnabled = true
