// example_test.go: how the test of an adapter runs the suite.

package adaptertest_test

import (
	"testing"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/memory"
)

func ExampleRun() {
	_ = func(t *testing.T) { // TestConformance in the adapter's package
		adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener {
			hub := new(memory.Hub)
			nodes := make([]adapter.Opener, n)
			for i := range nodes {
				nodes[i] = hub
			}
			return nodes
		})
	}
}
