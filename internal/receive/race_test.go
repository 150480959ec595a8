//go:build race

// race_test.go: whether the race detector is on.

package receive

const raceEnabled = true
