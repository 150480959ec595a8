// race_test.go: what the race detector costs.

//go:build race

package hostile

const raceDetector = true
