// conformance_test.go: each mode keeps the contract of adapters.

package redis_test

import (
	"testing"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/adaptertest"
	"github.com/everwire/everwire/adapter/redis"
)

func TestConformance(t *testing.T) {
	for name, config := range map[string]redis.Config{
		"classic":        {},
		"static":         {Mode: redis.Sharded, Subscriptions: redis.Static},
		"dynamic":        {Mode: redis.Sharded},
		"dynamicPrivate": {Mode: redis.Sharded, Subscriptions: redis.DynamicPrivate},
		"streams":        {Mode: redis.Streams},
	} {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener { return cluster(t, n, config) })
		})
	}
}
