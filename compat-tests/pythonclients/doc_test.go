// Package pythonclients drives the server with python-socketio, the client of Python, in both of its forms: sync, with
// requests and websocket-client, and async, with aiohttp; every feature over long-polling, WebSocket and the upgrade
// from one to the other, against mode lab of compat-tests/server.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CONTROL=1 runs the same features against
// the official Node server too, which proves what they expect. EVERWIRE_FEATURE=text picks the features whose name
// holds the text.
package pythonclients

import (
	"os"
	"os/exec"
	"testing"
)

// python is the interpreter of the system, which the client is installed for; another one may come first on the PATH.
const python = "/usr/bin/python3"

// needsPython skips the test unless what the variable names is asked for, and fails it if the client is not set up.
func needsPython(t *testing.T, variable string) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("drives foreign clients: set %s=1 (make test sets EVERWIRE_COMPAT)", variable)
	}
	out, err := exec.Command(python, "-c", "import socketio, requests, websocket, aiohttp").CombinedOutput()
	if err != nil {
		t.Fatalf("the client is not installed, run `make setup`: %v\n%s", err, out)
	}
}
