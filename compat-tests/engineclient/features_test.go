// features_test.go: every feature over each transport.

package engineclient

import (
	"testing"

	"github.com/everwire/everwire/compat-tests/interop"
)

func TestEngineClient(t *testing.T) {
	interop.NeedsNode(t, "engine.io-client")
	runFeatures(t, newFixture)
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	interop.NeedsControl(t)
	runFeatures(t, startControl)
}

// runFeatures runs all features over the three transports, each against servers of its own.
func runFeatures(t *testing.T, start func(*testing.T) (client, control, protocol string)) {
	interop.Run(t, []string{"engine.io"}, func(_, transport string) interop.Program {
		client, control, protocol := start(t)
		return interop.Node("features.mjs", client, control, transport, protocol)
	})
}

// startControl starts the official servers.
func startControl(t *testing.T) (client, control, protocol string) {
	interop.StartControl(t, "control.mjs", &client, &control, &protocol)
	return client, control, protocol
}
