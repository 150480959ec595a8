// bus_test.go: the bus keeps the contract of buses, and the adapter over it that of adapters.

package memory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
)

func TestBus(t *testing.T) {
	adaptertest.RunBus(t, func(t *testing.T, n int) []cluster.Bus {
		bus := new(memory.Bus)
		buses := make([]cluster.Bus, n)
		for i := range buses {
			buses[i] = bus
		}
		return buses
	})
}

// A subscriber that takes nothing costs so much memory, and no more.
func TestBusIsFull(t *testing.T) {
	var bus memory.Bus
	hold := make(chan struct{})
	stop, err := bus.Subscribe(t.Context(), "x", func([]byte) { <-hold })
	require.NoError(t, err)
	for n := 0; err == nil; n++ {
		require.Less(t, n, 1<<17)
		err = bus.Publish(t.Context(), "x", nil)
	}
	require.ErrorContains(t, err, "do not take")
	close(hold)
	stop()
}
