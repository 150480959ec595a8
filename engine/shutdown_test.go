// shutdown_test.go: the end of a server.

package engine_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func TestShutdownOfNothing(t *testing.T) {
	w := newWorld(t, engine.Config{})
	require.NoError(t, w.srv.Shutdown(t.Context()))
	require.NoError(t, w.srv.Shutdown(t.Context()))
	require.Equal(t, `Service Unavailable {"code":4,"message":"Server is shutting down"}`, answer(w.do(http.MethodGet, handshake, "")))
	require.Error(t, w.dial("").err)
}

func TestShutdownWaitsForDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		polling := w.open()
		pending := w.open()
		poll := pending.goPoll()
		ws := w.dial("")
		wsApp := w.last()
		ws.take()
		synctest.Wait()
		polling.say("last")

		done := make(chan error, 1)
		go func() { done <- w.srv.Shutdown(context.Background()) }()
		require.Equal(t, "1", <-poll)
		<-ws.wake
		require.Equal(t, "end", ws.take())
		synctest.Wait()
		require.Empty(t, done)
		require.Equal(t, http.StatusServiceUnavailable, w.do(http.MethodGet, handshake, "").Code)
		require.Equal(t, "4last", polling.poll(), "who is here already is served")
		require.Equal(t, "1", polling.poll())
		synctest.Wait()
		require.Empty(t, done, "the WebSocket is still open")
		ws.conn.Release(engine.ErrPeerClosed)
		require.NoError(t, <-done)
		for _, r := range []*receiver{polling.receiver, pending.receiver, wsApp} {
			require.Equal(t, engine.ShuttingDown, r.closed())
		}
	})
}

func TestShutdownDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		k.say("never fetched")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, w.srv.Shutdown(ctx), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
		require.Zero(t, w.srv.Sessions())
		require.Equal(t, engine.ShuttingDown, k.closed())
		require.Equal(t, unknownSession, k.poll())
	})
}

// A client that went away between two polls does not hold a server up.
func TestShutdownWithoutPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		k.say("never fetched")
		start := time.Now()
		require.NoError(t, w.srv.Shutdown(t.Context()))
		require.InDelta(t, 2, time.Since(start).Seconds(), 0.5)
		require.Equal(t, engine.ShuttingDown, k.closed())
	})
}

// Closed waits for Receive, also at the end of a server.
func TestShutdownDuringReceive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.onReceive = func(s *engine.Session, _ eio.Packet) error {
			<-s.Done()
			time.Sleep(time.Second)
			return nil
		}
		ws := w.dial("")
		ws.take()
		go func() { _ = ws.send("4x") }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.Error(t, w.srv.Shutdown(ctx))
		require.Empty(t, w.last().closed())
		time.Sleep(2 * time.Second)
		require.Equal(t, engine.ShuttingDown, w.last().closed())
	})
}

// Whatever an application does in Open, the session ends once and is forgotten.
func TestEndInOpen(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *world, *engine.Session){
		"close": func(_ *testing.T, _ *world, s *engine.Session) { s.Close(engine.ForcedClose) },
		"slow": func(t *testing.T, _ *world, s *engine.Session) {
			require.NoError(t, s.Send(bigText(5*mib)))
			require.ErrorIs(t, s.Send(text("x")), engine.ErrSlow)
		},
		"shutdown": func(_ *testing.T, w *world, _ *engine.Session) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_ = w.srv.Shutdown(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engine.Config{})
				w.onOpen = func(s *engine.Session) error { end(t, w, s); return nil }
				w.do(http.MethodGet, handshake, "")
				time.Sleep(time.Minute)
				require.NotEmpty(t, w.last().closed())
				require.Zero(t, w.srv.Sessions())
			})
		})
	}
}
