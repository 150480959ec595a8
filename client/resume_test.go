// resume_test.go: sessions that outlive their connections, with a real server.

package client_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

const (
	count = everwire.Event[int]("count")
	text  = everwire.Event[string]("text")
)

// counters is a server that sends numbers, and records those that it gets.
type counters struct {
	sockets chan *everwire.Socket
	got     chan int
	ends    chan everwire.Reason
}

// setup makes the channels, which must belong to the bubble.
func (s *counters) setup(srv *everwire.Server) {
	if s.sockets == nil {
		*s = counters{make(chan *everwire.Socket, 99), make(chan int, 9999), make(chan everwire.Reason, 99)}
	}
	srv.OnConnect(func(c *everwire.Ctx) error { s.sockets <- c.Socket(); return nil })
	srv.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) { s.ends <- why })
	everwire.On(srv, count, func(_ *everwire.Ctx, n int) error { s.got <- n; return nil })
}

// take takes the numbers 0 to n-1 from ch, in order.
func take(t *testing.T, ch chan int, n int) {
	t.Helper()
	for i := range n {
		select {
		case got := <-ch:
			require.Equal(t, i, got)
		case <-time.After(5 * time.Minute):
			t.Fatalf("number %d did not come", i)
		}
	}
	require.Empty(t, ch)
}

// Over and over again all connections are cut, and nothing is lost, doubled, or
// out of order, in neither direction.
func TestCuts(t *testing.T) {
	mixes := map[string][]string{"mix": transports, "no WebSocket": {client.SSE, client.Polling}}
	for _, tr := range transports {
		mixes[tr] = []string{tr}
	}
	for name, mix := range mixes {
		for _, every := range []time.Duration{7 * time.Millisecond, 150 * time.Millisecond, 4 * time.Second} {
			t.Run(fmt.Sprint(name, " every ", every), func(t *testing.T) {
				s := new(counters)
				bubble(t, everwire.Config{}, s.setup, func(t *testing.T, w *world) { cuts(t, w, s, mix, every) })
			})
		}
	}
}

func cuts(t *testing.T, w *world, s *counters, mix []string, every time.Duration) {
	const n = 300
	c := w.client(t, client.Options{Transports: mix})
	got, ends := make(chan int, 9999), make(chan client.Reason, 9)
	client.On(c, count, func(_ context.Context, n int) error { got <- n; return nil })
	c.OnDisconnect(func(why client.Reason) { ends <- why })
	suspended, resumed := 0, 0
	c.OnSuspend(func() { suspended++ })
	c.OnResume(func() { resumed++ })
	connect(t, c)
	id, socket := c.ID(), <-s.sockets
	for i := range n {
		require.NoError(t, count.Emit(c, i))
		require.NoError(t, count.Emit(socket, i))
		pass(every / 13)
		if i%13 == 12 {
			w.cut()
		}
	}
	take(t, s.got, n)
	take(t, got, n)
	require.Empty(t, ends)
	require.Empty(t, s.ends)
	require.Equal(t, id, c.ID())
	require.NoError(t, c.Close(t.Context()))
	if mix[0] != client.Polling { // a poll that fails is made again
		require.Positive(t, suspended)
	}
	require.LessOrEqual(t, suspended-resumed, 1)
	require.Equal(t, client.ClientDisconnect, <-ends)
}

// The session moves to any transport from any other.
func TestMoves(t *testing.T) {
	s := new(counters)
	bubble(t, everwire.Config{}, s.setup, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{})
		got := make(chan int, 9999)
		client.On(c, count, func(_ context.Context, n int) error { got <- n; return nil })
		c.OnDisconnect(func(client.Reason) { t.Error("disconnected") })
		connect(t, c)
		socket := <-s.sockets
		n := 0
		for _, from := range transports {
			for _, to := range transports {
				for _, tr := range []string{from, to} {
					c.Move(tr)
					for range 50 {
						require.NoError(t, count.Emit(c, n))
						require.NoError(t, count.Emit(socket, n))
						n++
						pass(time.Microsecond)
					}
					pass(10 * time.Millisecond)
					require.Equal(t, tr, c.Transport())
				}
			}
		}
		take(t, s.got, n)
		take(t, got, n)
		c.OnDisconnect(nil)
	})
}

// A server that is started anew knows nothing of the session: the client gets a new
// one. What was not sent arrives in it, what was is lost for certain.
func TestRestart(t *testing.T) {
	for _, tr := range transports {
		t.Run(tr, func(t *testing.T) {
			s := new(counters)
			setup := func(srv *everwire.Server) { room(srv); s.setup(srv) }
			bubble(t, everwire.Config{}, setup, func(t *testing.T, w *world) {
				c := w.client(t, client.Options{Transports: []string{tr}})
				var log []string
				c.OnConnect(func(context.Context) { log = append(log, "connect") })
				c.OnDisconnect(func(why client.Reason) { log = append(log, string(why)) })
				c.OnSuspend(func() { log = append(log, "suspend") })
				c.OnResume(func() { log = append(log, "resume") })
				connect(t, c)
				lost := make(chan error, 2)
				go func() { _, err := never.Call(t.Context(), c, "lost"); lost <- err }()
				pass(time.Second)
				w.stop()
				pass(10 * time.Second)
				require.True(t, c.Connected(), "the session may still be there")
				require.NoError(t, count.Emit(c, 0))
				go func() { _, err := echo.Call(t.Context(), c, message{}); lost <- err }()
				pass(10 * time.Second)
				w.start(everwire.Config{}, setup)
				require.ErrorIs(t, <-lost, client.ErrDisconnected)
				require.NoError(t, <-lost, "it was not sent")
				take(t, s.got, 1)
				require.NoError(t, c.Close(t.Context()))
				require.Equal(t, []string{"connect", "suspend", "unknown session", "connect", "io client disconnect"}, log)
			})
		})
	}
}

// Without resumption the session ends with its connection.
func TestStockRestart(t *testing.T) {
	for _, tr := range transports {
		t.Run(tr, func(t *testing.T) {
			s := new(counters)
			bubble(t, everwire.Config{}, s.setup, func(t *testing.T, w *world) {
				c := w.client(t, client.Options{Transports: []string{tr}, NoResume: true})
				var log []string
				c.OnConnect(func(context.Context) { log = append(log, "connect") })
				c.OnDisconnect(func(why client.Reason) { log = append(log, string(why)) })
				connect(t, c)
				w.stop()
				pass(time.Minute)
				require.False(t, c.Connected())
				require.NoError(t, count.Emit(c, 0), "it waits")
				before := w.dialled()
				pass(time.Minute)
				require.InDelta(t, 60/5, w.dialled()-before, 8, "tries in a minute")
				w.start(everwire.Config{}, s.setup)
				take(t, s.got, 1)
				require.NoError(t, c.Close(t.Context()))
				require.Equal(t, "connect", log[0])
				require.True(t, slices.Contains([]string{"transport close", "transport error"}, log[1]), log[1])
				require.Equal(t, []string{"connect", "io client disconnect"}, log[2:])
			})
		})
	}
}
