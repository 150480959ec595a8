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

func TestPythonClients(t *testing.T) { runOurs(t, "lab", "default") }

// TestMsgpack is the same with packets in MessagePack.
func TestMsgpack(t *testing.T) { runOurs(t, "lab-msgpack", "msgpack") }

func runOurs(t *testing.T, name, serializer string) {
	interop.NeedsClients(t)
	mode, err := modes.Named(name)
	require.NoError(t, err)
	var pending []string
	for _, p := range mode.Pending {
		pending = append(pending, p.Feature)
	}
	runFeatures(t, serializer, pending, func(t *testing.T) (url, control string) {
		f := newFixture(t, name)
		return f.URL, f.Control
	})
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) { runControl(t, "default") }

// TestMsgpackControl is the same with the official parser of MessagePack.
func TestMsgpackControl(t *testing.T) { runControl(t, "msgpack") }

func runControl(t *testing.T, serializer string) {
	interop.NeedsControl(t)
	runFeatures(t, serializer, nil, func(t *testing.T) (url, control string) {
		t.Setenv("EVERWIRE_SERIALIZER", serializer)
		interop.StartControl(t, "lab.mjs", &url, &control)
		return url, control
	})
}

// runFeatures runs all features with all clients, each against a server of its own. pending is what that server has not
// got yet.
func runFeatures(t *testing.T, serializer string, pending []string, start func(*testing.T) (url, control string)) {
	needsPython(t)
	interop.Run(t, []string{"sync", "async"}, func(client, transport string) interop.Program {
		url, control := start(t)
		return interop.Program{
			// -B: no compiled files in the repository.
			Command: []string{python, "-B", "run.py", client, url, control, transport},
			Env:     []string{"EVERWIRE_PENDING=" + strings.Join(pending, ","), "EVERWIRE_SERIALIZER=" + serializer},
		}
	})
}

// needsPython fails the test if the client is not set up.
func needsPython(t *testing.T) {
	t.Helper()
	out, err := exec.Command(python, "-c", "import socketio, requests, websocket, aiohttp, msgpack").CombinedOutput()
	if err != nil {
		t.Fatalf("the client is not installed, run `make setup`: %v\n%s", err, out)
	}
}
