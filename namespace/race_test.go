// race_test.go: everything at once.

package namespace_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
)

// TestEverythingAtOnce has clients come, talk, join, leave, call and go while the server broadcasts, moves them and
// sends them away, and finally shuts down. Connections and disconnections must balance, and nothing be left.
func TestEverythingAtOnce(t *testing.T) {
	w := newWorld(t, namespace.Config{}, engine.Config{})
	n, other := w.Main(), w.Of("/other")
	var here atomic.Int64
	var ends sync.Map // socket id → its OnDisconnect was called
	for _, n := range []*namespace.Namespace{n, other} {
		n.OnConnect(func(c *namespace.Ctx) error {
			here.Add(1)
			_ = c.Socket().Join("all", c.Socket().ID()[:1])
			return nil
		})
		n.OnDisconnect(func(c *namespace.Ctx, _ namespace.Reason) {
			here.Add(-1)
			if _, twice := ends.LoadOrStore(c.Socket().ID(), true); twice {
				t.Errorf("OnDisconnect of %s was called twice", c.Socket().ID())
			}
			_ = c.Socket().Rooms()
		})
		n.On("say", func(c *namespace.Ctx) error { return c.Socket().To("all").Emit("said", c.Socket().ID()) })
		n.On("join", func(c *namespace.Ctx) error { return c.Socket().Join("x", "y", "z") })
		n.On("leave", func(c *namespace.Ctx) error { return c.Socket().Leave("y", "all") })
		n.On("bye", func(c *namespace.Ctx) error { return c.Socket().Disconnect(true) })
	}

	const clients, rounds = 25, 6
	stop, down := make(chan struct{}), make(chan error, 1)
	var work, traffic sync.WaitGroup
	for i := range clients {
		work.Go(func() {
			for round := range rounds {
				if i == 0 && round == rounds-2 { // the last rounds meet a server that goes down
					work.Go(func() { down <- w.engine.Shutdown(t.Context()) })
				}
				p, err := enginetest.DialRequest(t, w, enginetest.Request())
				if err != nil {
					continue
				}
				_ = p.Send("40")
				_ = p.Send("40/other,")
				for k := range 10 {
					_ = p.Send(fmt.Sprintf(`42%d["say"]`, k))
					_ = p.Send(`42["join"]`)
					_ = p.Send(`42/other,["leave"]`)
					_ = p.Send(fmt.Sprintf("43%d[1]", k))
				}
				switch (i + round) % 5 {
				case 0:
					p.Close()
				case 1:
					p.Cut()
				case 2:
					_ = p.Send("41")
				case 3:
					_ = p.Send(`42["bye"]`)
				}
			}
		})
	}
	for i := range clients {
		traffic.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				switch (i + k) % 6 {
				case 0:
					_ = n.To("x", "all").Except("y").Emit("news", k)
				case 1:
					_ = n.To("all").Join("moved", "x")
				case 2:
					_ = n.To("moved").Leave("x", "moved")
				case 3:
					for _, s := range n.Sockets() {
						_ = s.In("all")
						if k%50 == 3 {
							_ = s.Disconnect(k%100 == 3)
						}
						break
					}
				case 4:
					for _, s := range other.Sockets() {
						ctx, cancel := context.WithCancel(s.Context())
						cancel()
						_, _ = s.Call(ctx, "q")
						break
					}
				case 5:
					_ = other.Emit("news")
				}
			}
		})
	}
	work.Wait()
	require.NoError(t, <-down)
	close(stop)
	traffic.Wait()
	require.NoError(t, w.Close())

	require.Eventually(t, func() bool { return here.Load() == 0 }, 10*time.Second, time.Millisecond)
	for _, n := range []*namespace.Namespace{n, other} {
		require.Empty(t, n.Sockets())
		require.Zero(t, n.RoomCount())
	}
	require.Zero(t, w.engine.Sessions())
	require.NotContains(t, w.log.String(), "panic")
}
