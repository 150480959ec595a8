// own_test.go: every feature with the bundled client, over each transport, with and without resumption.

package clients

import (
	"testing"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
)

const bundledClient = "../../client-js/dist/socket.io.esm.min.js"

// A client that was killed is gone when the window of its session is over; the features do not wait for long.
var shortWindow = everwire.Resume{Window: time.Second}

func TestBundledClient(t *testing.T) {
	interop.NeedsNode(t, "ws")
	interop.RunOver(t, []string{"resume", "stock"}, []string{"polling", "sse", "websocket", "upgrade", "race"}, func(client, transport string) interop.Program {
		f := newResumingFixture(t, shortWindow)
		p := interop.Node("features.mjs", f.URL, f.Control, transport)
		p.Env = []string{"EVERWIRE_CLIENT=" + bundledClient, "EVERWIRE_RESUME=" + client}
		return p
	})
}

// TestBundledControl has the bundled client talk to the official server, as a client like any other.
func TestBundledControl(t *testing.T) {
	interop.NeedsNode(t, "ws", "socket.io")
	interop.RunOver(t, []string{"bundled"}, []string{"polling", "websocket", "upgrade", "race"}, func(_, transport string) interop.Program {
		url, control := startControl(t)
		p := interop.Node("features.mjs", url, control, transport)
		p.Env = []string{"EVERWIRE_CLIENT=" + bundledClient, "EVERWIRE_RESUME=official"}
		return p
	})
}
