// embedded_test.go: nodes with a server of their own.

package embedded_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/nats"
	"github.com/everwire/everwire/adapter/nats/embedded"
)

// start starts n nodes that are connected to each other.
func start(t *testing.T, n int) []*embedded.Server {
	t.Helper()
	var nodes []*embedded.Server
	var routes []string
	for range n {
		node, err := embedded.Start(embedded.Config{Cluster: "127.0.0.1:0", Routes: routes, Secret: "secret & /?@"})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, node.Close()) })
		nodes, routes = append(nodes, node), []string{node.ClusterAddr()}
	}
	for _, node := range nodes {
		eventually(t, func() bool { return node.Nodes() == n-1 }, "a cluster of %d", n)
	}
	return nodes
}

func TestConformance(t *testing.T) {
	adaptertest.RunBus(t, func(t *testing.T, n int) []cluster.Bus {
		buses := make([]cluster.Bus, n)
		for i, node := range start(t, n) {
			buses[i] = node
		}
		return buses
	})
}

func TestConformanceExternal(t *testing.T) {
	adaptertest.RunBus(t, func(t *testing.T, n int) []cluster.Bus {
		p := launch(t, "0")
		buses := make([]cluster.Bus, n)
		for i := range buses {
			buses[i] = connect(t, p, nats.Config{})
		}
		return buses
	})
}
