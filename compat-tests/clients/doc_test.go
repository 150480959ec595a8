// Package clients drives the server with the official JavaScript client, in Node, in its current version and in 4.0:
// every feature over long-polling, WebSocket and the upgrade from one to the other. What 4.0 has not got says so in the
// table. The order of messages while a session upgrades is proven with the current version.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CONTROL=1 runs the same features against
// the official Node server too, which proves what they expect. EVERWIRE_FEATURE=text picks the features whose name
// holds the text.
package clients

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
	for _, v := range versions {
		if _, err := os.Stat("../node_modules/" + v.folder); err != nil {
			t.Fatalf("the official client %s is not installed: run `make setup`", v.name)
		}
	}
}

// needsControl skips the test unless the official server is asked for.
func needsControl(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_CONTROL") == "" {
		t.Skip("drives the official server: set EVERWIRE_CONTROL=1")
	}
}
