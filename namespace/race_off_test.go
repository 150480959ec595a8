//go:build !race

// race_off_test.go: whether the race detector is on.

package namespace_test

const raceEnabled = false
