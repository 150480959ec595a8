// Package differential runs the codecs of this library beside those of the official server and clients,
// engine.io-parser, socket.io-parser and socket.io-msgpack-parser, and compares what they say: accepted or refused, and every value.
//
// The official codecs live in one Node process (oracle.mjs) that answers questions line by line. Questions are generated
// from a seed: packets as they should be, packets that are nearly so, and mutations of both; structures with binary data
// at any depth that one side encodes and the other decodes. Where the two differ on purpose, a rule in
// differences_test.go says so and why; any other difference fails the test with the packet, made as small as it gets.
//
// The test runs when EVERWIRE_COMPAT=1 is set, as `make test` does. EVERWIRE_PACKETS=1000000 asks more than the usual
// 100,000 questions, and EVERWIRE_SEED=7 repeats a run; the seed of each run is printed.
package differential

import (
	"os"
	"os/exec"
	"testing"
)

func needsNode(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("compares the codecs with the official ones in Node: set EVERWIRE_COMPAT=1 (make test does)")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("node is not on the PATH: ", err)
	}
	for _, name := range []string{"engine.io-parser", "socket.io-parser", "socket.io-msgpack-parser"} {
		if _, err := os.Stat("../node_modules/" + name); err != nil {
			t.Fatal("the official codecs are not installed: run `make setup`")
		}
	}
}
