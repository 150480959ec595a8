// late_test.go: namespaces and rooms that are wanted while Redis is away.

//go:build unix

package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

// witness is a namespace that hears of faults.
type witness struct {
	*local

	mu     sync.Mutex // guards faults
	faults []adapter.Fault
}

func (w *witness) Fault(f adapter.Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, f)
}

// missed returns the faults of messages that were missed, with a reason or without one.
func (w *witness) missed(reason bool) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.faults {
		if f.Kind == adapter.Missed && (f.Err != nil) == reason {
			n++
		}
	}
	return n
}

// A namespace is open soon while Redis is away, and part of the cluster when it is back.
// Both is told.
func TestOpenWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server(t) // skips if there is none
			process, _ := start(t)
			t.Cleanup(func() {
				_ = process.Process.Kill()
				_ = process.Wait()
			})
			var nodes [2]adapter.Adapter
			w := &witness{local: new(local)}
			config.Client = clientOf(t, process)
			var openers [2]adapter.Opener
			for i := range openers {
				c, err := redis.New(config)
				require.NoError(t, err)
				openers[i] = c
				open(t, c, "/", new(local))
			}
			require.NoError(t, process.Process.Kill())
			_ = process.Wait()
			start := time.Now()
			for i, l := range []adapter.Local{new(local), w} {
				a, err := openers[i].Open("/late", l)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, a.Close()) })
				nodes[i] = a
			}
			require.Less(t, time.Since(start), 4*time.Second, "Config.Timeout is 5 s for each")
			require.Equal(t, 1, w.missed(true))
			restart(t, process)
			n := 0
			eventually(t, func() bool {
				n++
				return nodes[0].Publish(t.Context(), emission(fmt.Sprint(n))) == nil && len(w.events()) > 0
			}, "an event of the other node")
			if config.Mode != redis.Streams { // which misses nothing
				eventually(t, func() bool { return w.missed(false) > 0 }, "a word of the end")
			}
		})
	}
}

// A channel whose shard nobody knows yet is subscribed to when that is known, unless nobody
// wants it any more.
func TestShardIsUnknown(t *testing.T) {
	var known atomic.Bool
	address := server(t)
	c := goredis.NewClusterClient(&goredis.ClusterOptions{
		DisableIdentity: true,
		ClusterSlots: func(context.Context) ([]goredis.ClusterSlot, error) {
			if !known.Load() {
				return nil, errors.New("nobody is there")
			}
			return []goredis.ClusterSlot{{End: 16383, Nodes: []goredis.ClusterNode{{Addr: address}}}}, nil
		},
	})
	defer c.Close()
	prefix := prefixes()
	node, err := redis.New(redis.Config{Client: c, Mode: redis.Sharded})
	require.NoError(t, err)
	stop := node.Want(prefix+"#wanted", func(err error) { require.ErrorContains(t, err, "nobody is there") })
	node.Want(prefix+"#given up", func(err error) { require.Error(t, err) })()
	known.Store(true)
	eventually(t, func() bool { return len(shardChannels(t, prefix)) > 0 }, "a subscription")
	require.Equal(t, []string{prefix + "#wanted"}, shardChannels(t, prefix))
	stop()
}
