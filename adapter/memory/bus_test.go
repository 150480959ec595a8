// bus_test.go: the bus keeps the contract of buses, and the adapter over it that of adapters.

package memory_test

import (
	"testing"

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
