// features_test.go: every feature with two versions of the official client, over each transport.

package clients

import (
	"testing"

	"github.com/everwire/everwire/compat-tests/interop"
)

// folders are where the versions of the official client are installed.
var folders = map[string]string{"4.8.4": "socket.io-client", "4.0.2": "socket.io-client-4.0"}

func TestOfficialClient(t *testing.T) {
	interop.NeedsNode(t, folders["4.8.4"], folders["4.0.2"])
	runFeatures(t, startFixture)
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	interop.NeedsControl(t)
	runFeatures(t, startControl)
}

// runFeatures runs all features with all clients, each against a server of its own.
func runFeatures(t *testing.T, start func(*testing.T) (url, control string)) {
	interop.Run(t, []string{"4.8.4", "4.0.2"}, func(version, transport string) interop.Program {
		url, control := start(t)
		p := interop.Node("features.mjs", url, control, transport)
		p.Env = []string{"EVERWIRE_CLIENT=" + folders[version]}
		return p
	})
}

func startFixture(t *testing.T) (url, control string) {
	f := newFixture(t)
	return f.URL, f.Control
}

// startControl starts the official server.
func startControl(t *testing.T) (url, control string) {
	interop.StartControl(t, "control.mjs", &url, &control)
	return url, control
}
