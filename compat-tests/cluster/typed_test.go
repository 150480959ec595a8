// typed_test.go: typed events by way of emitters, ours and the official one, to clients of servers in Go and in Node.

package cluster

import (
	"context"
	"log/slog"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/compat-tests/interop"
	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/namespace/sio"
)

// note is what travels.
type note struct {
	Text string         `json:"text"`
	Raw  []byte         `json:"raw"`
	More map[string]int `json:"more"`
}

// What the emitters send, and what the servers are told.
const (
	noted = event.Event[note]("noted")
	moved = event.Event2[string, int64]("moved")
	again = event.Event0("again")
)

// reader is a client of a server that has these events' types.
type reader struct {
	*client.Client
	notes  chan note
	moves  chan int64
	agains chan bool
}

func newReader(t *testing.T, url string) *reader {
	t.Helper()
	c, err := client.New(url, client.Options{Transports: []string{client.WebSocket}})
	require.NoError(t, err)
	r := &reader{c, make(chan note, 9), make(chan int64, 9), make(chan bool, 9)}
	client.On(c, noted, func(_ context.Context, n note) error { r.notes <- n; return nil })
	client.On2(c, moved, func(_ context.Context, _ string, n int64) error { r.moves <- n; return nil })
	client.On0(c, again, func(context.Context) error { r.agains <- true; return nil })
	require.NoError(t, c.Connect(t.Context()))
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	_, err = c.Call(t.Context(), "enter", "red")
	require.NoError(t, err)
	return r
}

// expects waits for one of each event.
func (r *reader) expects(t *testing.T, want note) {
	t.Helper()
	for range 3 {
		select {
		case n := <-r.notes:
			require.Equal(t, want, n)
		case n := <-r.moves:
			require.Equal(t, int64(1<<40), n)
		case <-r.agains:
		case <-t.Context().Done():
			t.Fatal("an event is missing")
		}
	}
}

func TestTypedEmitters(t *testing.T) {
	interop.NeedsNode(t, "socket.io", "@socket.io/redis-adapter", "@socket.io/redis-streams-adapter", "@socket.io/redis-emitter", "redis")
	address := startRedis(t)
	for _, mode := range modes {
		if !long && mode.name != "classic" && mode.name != "streams" {
			continue
		}
		t.Run(mode.name, func(t *testing.T) {
			c := mode.config
			own := goredis.NewClient(&goredis.Options{Addr: address, DisableIdentity: true})
			t.Cleanup(func() { require.NoError(t, own.Close()) })
			c.Client, c.Prefix, c.Logger = own, "typed-"+mode.name, slog.New(slog.DiscardHandler)
			readers := []*reader{newReader(t, startOfficial(t, mode.name, address, c.Prefix)), newReader(t, startNode(t, "one", c))}
			e, err := redis.NewEmitter(c)
			require.NoError(t, err)
			want := note{"größe", []byte{0, 255}, map[string]int{"a": 1}}
			emitTyped(t, e.To("red"), want)
			require.NoError(t, e.Close())
			for _, r := range readers {
				r.expects(t, want)
			}
			if mode.name == "classic" {
				readers[0].asks(t, want)
				for _, r := range readers {
					r.expects(t, want)
				}
			}
		})
	}
}

func emitTyped(t *testing.T, to sio.Target, n note) {
	t.Helper()
	require.NoError(t, noted.Emit(to, n))
	require.NoError(t, moved.Emit(to, "x", 1<<40))
	require.NoError(t, again.Emit(to))
}

// asks has the official emitter send the events.
func (r *reader) asks(t *testing.T, n note) {
	t.Helper()
	for name, args := range map[string][]any{"noted": {n}, "moved": {"x", int64(1 << 40)}, "again": {}} {
		_, err := r.Call(t.Context(), "do", "emit", map[string]any{"emitter": true, "rooms": []string{"red"}, "event": name, "args": args})
		require.NoError(t, err)
	}
}
