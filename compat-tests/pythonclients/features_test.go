// features_test.go: every feature with both clients, over each transport.

package pythonclients

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
	"github.com/everwire/everwire/compat-tests/server/modes"
)

// python is the interpreter of the system, which the client is installed for; another one may come first on the PATH.
const python = "/usr/bin/python3"

func TestPythonClients(t *testing.T) {
	interop.NeedsClients(t)
	lab, err := modes.Named("lab")
	require.NoError(t, err)
	var pending []string
	for _, p := range lab.Pending {
		pending = append(pending, p.Feature)
	}
	runFeatures(t, pending, func(t *testing.T) (url, control string) {
		f := newFixture(t)
		return f.URL, f.Control
	})
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	interop.NeedsControl(t)
	runFeatures(t, nil, func(t *testing.T) (url, control string) {
		interop.StartControl(t, "lab.mjs", &url, &control)
		return url, control
	})
}

// runFeatures runs all features with all clients, each against a server of its own. pending is what that server has not
// got yet.
func runFeatures(t *testing.T, pending []string, start func(*testing.T) (url, control string)) {
	needsPython(t)
	interop.Run(t, []string{"sync", "async"}, func(client, transport string) interop.Program {
		url, control := start(t)
		return interop.Program{
			// -B: no compiled files in the repository.
			Command: []string{python, "-B", "run.py", client, url, control, transport},
			Env:     []string{"EVERWIRE_PENDING=" + strings.Join(pending, ",")},
		}
	})
}

// needsPython fails the test if the client is not set up.
func needsPython(t *testing.T) {
	t.Helper()
	out, err := exec.Command(python, "-c", "import socketio, requests, websocket, aiohttp").CombinedOutput()
	if err != nil {
		t.Fatalf("the client is not installed, run `make setup`: %v\n%s", err, out)
	}
}
