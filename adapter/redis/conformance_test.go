// conformance_test.go: each mode keeps the contract of adapters.

package redis_test

import (
	"testing"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/adaptertest"
)

func TestConformance(t *testing.T) {
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener { return cluster(t, n, config) })
		})
	}
}
