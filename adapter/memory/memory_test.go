// memory_test.go: the hub keeps the contract of adapters.

package memory_test

import (
	"testing"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/memory"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener {
		hub := new(memory.Hub)
		nodes := make([]adapter.Opener, n)
		for i := range nodes {
			nodes[i] = hub
		}
		return nodes
	})
}
