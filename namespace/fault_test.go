// fault_test.go: the observer hears of messages that did not get from node to node.

package namespace_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

// fullBus refuses what is published while it is full.
type fullBus struct {
	memory.Bus
	full error
}

func (b *fullBus) Publish(ctx context.Context, topic string, payload []byte) error {
	if b.full != nil {
		return b.full
	}
	return b.Bus.Publish(ctx, topic, payload)
}

type observed []engine.Event

func (o *observed) Observe(e engine.Event) { *o = append(*o, e) }

func TestObserverHearsOfFaults(t *testing.T) {
	bus := new(fullBus)
	var seen observed
	g, err := namespace.NewRegistry(namespace.Config{Adapter: cluster.Over(bus, cluster.Config{Heartbeat: time.Hour}), Observer: &seen})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	require.NoError(t, g.Main().Emit("fine"))
	require.Empty(t, seen)

	bus.full = errors.New("full")
	require.ErrorIs(t, g.Main().Emit("too much"), bus.full)
	bus.full = nil
	require.Len(t, seen, 1)
	require.Equal(t, engine.ClusterFault, seen[0].Kind)
	require.Equal(t, "/", seen[0].Namespace)
	require.Equal(t, 1, seen[0].Packets)
	var fault adapter.Fault
	require.ErrorAs(t, seen[0].Err, &fault)
	require.Equal(t, adapter.Fault{Kind: adapter.Refused, Messages: 1, Err: fault.Err}, fault)
	require.Equal(t, "adapter: messages refused: 1: full", fault.Error())
	require.Equal(t, "adapter: messages of others missed: perhaps some", adapter.Fault{Kind: adapter.Missed}.Error())
}
