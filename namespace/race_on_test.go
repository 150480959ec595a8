//go:build race

// race_on_test.go: whether the race detector is on.

package namespace_test

const raceEnabled = true
