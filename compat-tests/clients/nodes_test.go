// nodes_test.go: every feature with a cluster whose nodes are asked in turns, whoever holds the session.

package clients

import (
	"testing"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
)

const nodes = 3

func TestRoundRobin(t *testing.T) {
	interop.NeedsNode(t, folders["4.8.4"])
	interop.Run(t, []string{"4.8.4"}, func(version, transport string) interop.Program {
		f := newCluster(t, nodes, everwire.Resume{})
		p := interop.Node("features.mjs", f.URL, f.Control, transport)
		p.Env = []string{"EVERWIRE_CLIENT=" + folders[version], "EVERWIRE_NODES=3"}
		return p
	})
}

func TestBundledRoundRobin(t *testing.T) {
	interop.NeedsNode(t, "ws")
	interop.RunOver(t, []string{"resume"}, []string{"polling", "sse", "websocket", "upgrade", "race"}, func(client, transport string) interop.Program {
		f := newCluster(t, nodes, shortWindow)
		p := interop.Node("features.mjs", f.URL, f.Control, transport)
		p.Env = []string{"EVERWIRE_CLIENT=" + bundledClient, "EVERWIRE_RESUME=" + client, "EVERWIRE_NODES=3"}
		return p
	})
}
