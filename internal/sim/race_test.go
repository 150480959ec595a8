//go:build race

// race_test.go: tells that the race detector is on.

package sim_test

const raced = true
