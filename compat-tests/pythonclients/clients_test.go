// clients_test.go: every feature with both clients, over each transport.

package pythonclients

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/clients/matrix"
	"github.com/everwire/everwire/compat-tests/server/modes"
)

func TestPythonClients(t *testing.T) {
	needsPython(t, "EVERWIRE_COMPAT")
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
	needsPython(t, "EVERWIRE_CONTROL")
	t.Setenv("EVERWIRE_SERVER", "official")
	runFeatures(t, nil, startControl)
}

// runFeatures runs all features with all clients at once, each against a server of its own, and prints the table.
// pending is what that server has not got yet.
func runFeatures(t *testing.T, pending []string, start func(*testing.T) (url, control string)) {
	var columns []*matrix.Column
	for _, client := range []string{"sync", "async"} {
		for _, transport := range []string{"polling", "websocket", "upgrade"} {
			url, control := start(t)
			columns = append(columns, &matrix.Column{
				Client:    client,
				Transport: transport,
				// -B: no compiled files in the repository.
				Command: []string{python, "-B", "run.py", client, url, control, transport},
				Env:     []string{"EVERWIRE_PENDING=" + strings.Join(pending, ",")},
			})
		}
	}
	matrix.Run(t, columns...)
}

// startControl starts the official server.
func startControl(t *testing.T) (url, control string) { return matrix.Control(t, "lab.mjs") }
