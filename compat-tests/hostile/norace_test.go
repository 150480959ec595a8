// norace_test.go: the measures hold as they are.

//go:build !race

package hostile

const raceDetector = false
