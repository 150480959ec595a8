// bounds_test.go: what recovery may cost: memory, and the other servers of a cluster.

package recovery

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
)

// playOurs runs a case against our server over WebSocket.
func playOurs(t *testing.T, on settings, run func(s *scene), adapters ...adapter.Opener) {
	t.Helper()
	server, err := startOurs(on, adapters...)
	require.NoError(t, err)
	defer server.end()
	for _, f := range (hole{run: run}).play(t, server, true, "websocket") {
		t.Error(f)
	}
}

// kib is an argument of that size.
func kib(n int) string { return strings.Repeat("x", n<<10) }

// TestMemoryOfOne: what is kept for one client has a limit. One that has missed more than that is told.
func TestMemoryOfOne(t *testing.T) {
	needsClients(t)
	for name, c := range map[string]struct {
		events    int // of 4 KiB
		recovered bool
	}{
		"less than Buffer": {10, true},
		"much more":        {10_000, false},
	} {
		t.Run(name, func(t *testing.T) {
			playOurs(t, settings{buffer: 64 << 10}, func(s *scene) {
				s.cut()
				before := heap()
				for range c.events {
					s.do("id", "e", kib(4))
				}
				require.Less(s, heap()-before, 1<<20, "bytes that are kept of %d", c.events*4<<10)
				s.mend()
				connected := s.next("connect")
				require.Equal(s, happening{At: "connect", ID: connected.ID, Recovered: c.recovered}, connected)
				if c.recovered {
					for range c.events {
						s.gets("e " + kib(4))
					}
				}
				s.only()
			})
		})
	}
}

// heap returns the bytes that are in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestMemoryOfAll: so has what is kept for all; who is away longest goes first, and is told.
func TestMemoryOfAll(t *testing.T) {
	needsClients(t)
	playOurs(t, settings{buffer: 64 << 10, memory: 160 << 10}, func(first *scene) {
		server := first.server.(*ours)
		id := []string{server.last().ID()}
		v, err := newVisitor(server.address(), []string{"websocket"})
		require.NoError(first, err)
		defer v.close()
		second := &scene{server: server, ours: true, visitor: v, limit: patience}
		defer func() { first.failures = append(first.failures, second.failures...) }()
		second.connects(false)
		id = append(id, server.last().ID())
		for i, s := range []*scene{first, second} {
			s.visitor.down.Store(true)
			s.visitor.proxy.CutAll()
			require.Equal(first, "disconnect", s.next("disconnect").At)
			require.True(first, await(patience, func() bool { return s.do("sockets") == 1-i }))
			for range 25 { // 100 KiB: room for one
				require.NoError(first, server.server.To(id[i]).Emit("e", kib(4)))
			}
		}
		second.mend()
		second.connects(true, slices.Repeat([]string{"e " + kib(4)}, 25)...)
		first.mend()
		first.connects(false)
	})
}

// TestUnicastStaysLocal: an event for a socket of this server is no matter of the others, also while its client is away.
func TestUnicastStaysLocal(t *testing.T) {
	needsClients(t)
	var spy spy
	playOurs(t, settings{}, func(s *scene) {
		s.do("socket", "e", 1)
		s.gets("e 1")
		s.cut()
		s.do("socket", "e", 2)
		s.mend()
		s.connects(true, "e 2")
		s.do("socket", "e", 3)
		s.gets("e 3")
		require.Zero(s, spy.published.Load())
		s.do("room", "e", 4)
		s.gets("e 4")
		require.EqualValues(s, 1, spy.published.Load(), "it sees the others")
	}, &spy)
}

// spy is an adapter without other nodes. It counts what it is given.
type spy struct{ published atomic.Int64 }

func (y *spy) Open(string, adapter.Local) (adapter.Adapter, error) { return y, nil }
func (y *spy) Close() error                                        { return nil }

func (y *spy) Publish(context.Context, *adapter.Op) error {
	y.published.Add(1)
	return nil
}

func (y *spy) Ask(context.Context, *adapter.Op) iter.Seq2[adapter.Answer, error] {
	y.published.Add(1)
	return func(func(adapter.Answer, error) bool) {}
}
