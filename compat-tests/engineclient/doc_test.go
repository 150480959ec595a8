// Package engineclient drives the server with the official client of the layer below Socket.IO, engine.io-client, in
// Node: every feature over long-polling, WebSocket and the upgrade from one to the other.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CONTROL=1 runs the same features against
// the official Node server too, which proves what they expect. EVERWIRE_FEATURE=text picks the features whose name
// holds the text.
package engineclient

import (
	"os"
	"os/exec"
	"testing"
)

// needsNode skips the test unless foreign clients are asked for, and fails it if they are and Node is not set up.
func needsNode(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("drives foreign clients: set EVERWIRE_COMPAT=1 (make test does)")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("node is not on the PATH: ", err)
	}
	if _, err := os.Stat("../node_modules/engine.io-client"); err != nil {
		t.Fatal("the official client is not installed: run `make setup`")
	}
}

// needsControl skips the test unless the official server is asked for.
func needsControl(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_CONTROL") == "" {
		t.Skip("drives the official server: set EVERWIRE_CONTROL=1")
	}
}
