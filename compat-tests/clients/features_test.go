// features_test.go: every feature with two versions of the official client, over each transport.

package clients

import (
	"context"
	"strings"
	"testing"

	"github.com/everwire/everwire/compat-tests/clients/matrix"
)

// versions are the official clients, by the folder that they are installed in.
var versions = []struct{ name, folder string }{
	{"4.8.4", "socket.io-client"},
	{"4.0.2", "socket.io-client-4.0"},
}

var transports = []string{"polling", "websocket", "upgrade"}

func TestOfficialClient(t *testing.T) {
	needsNode(t)
	runFeatures(t, func(t *testing.T) (url, control string) {
		f := newFixture(t)
		return f.URL, f.Control
	})
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	needsControl(t)
	t.Setenv("EVERWIRE_SERVER", "official")
	runFeatures(t, startControl)
}

// runFeatures runs all features with all clients at once, each against a server of its own, and prints the table.
func runFeatures(t *testing.T, start func(*testing.T) (url, control string)) {
	var columns []*matrix.Column
	for _, v := range versions {
		for _, transport := range transports {
			url, control := start(t)
			columns = append(columns, &matrix.Column{
				Client:    v.name,
				Transport: transport,
				Command:   []string{"node", "features.mjs", url, control, transport},
				Env:       []string{"EVERWIRE_CLIENT=" + v.folder},
			})
		}
	}
	matrix.Run(t, columns...)
}

// nodeLines runs a script in Node and hands over each line that it prints. The script ends with the test at the latest.
func nodeLines(t *testing.T, each func(line []byte), script ...string) {
	err := matrix.Lines(t.Context(), append([]string{"node"}, script...), nil, each)
	if err != nil && context.Cause(t.Context()) == nil {
		t.Errorf("node %s: %v", strings.Join(script, " "), err)
	}
}

// startControl starts the official server.
func startControl(t *testing.T) (url, control string) { return matrix.Control(t, "control.mjs") }
