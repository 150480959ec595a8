// needs.go: what the tests with foreign programs need, and how they are asked for.

package interop

import (
	"os"
	"os/exec"
	"testing"
)

// NeedsClients skips the test unless foreign clients are asked for.
func NeedsClients(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("drives foreign clients: set EVERWIRE_COMPAT=1 (make test does)")
	}
}

// NeedsNode is NeedsClients, and fails the test if Node is not there, or one of the folders of node_modules.
func NeedsNode(t *testing.T, folders ...string) {
	t.Helper()
	NeedsClients(t)
	haveNode(t, folders...)
}

// NeedsControl skips the test unless the official server is asked for, and fails it if that is not set up.
func NeedsControl(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_CONTROL") == "" {
		t.Skip("drives the official server: set EVERWIRE_CONTROL=1")
	}
	haveNode(t, "socket.io")
}

func haveNode(t *testing.T, folders ...string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("node is not on the PATH: ", err)
	}
	for _, folder := range folders {
		if _, err := os.Stat("../node_modules/" + folder); err != nil {
			t.Fatalf("%s is not installed: run `make setup`", folder)
		}
	}
}
