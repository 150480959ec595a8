// everwiretest_test.go: what works, on all transports, in bubbles and outside.

package everwiretest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

func TestEventsBothWays(t *testing.T) {
	bubbles(t, func(t *testing.T, transport string) {
		app := newApp(t, everwire.Config{})
		srv := everwiretest.Start(t, app, everwiretest.Over(transport))
		ann, bob := srv.Connect(t), srv.Connect(t)
		require.Equal(t, transport, ann.Transport())
		require.Equal(t, "client1", ann.Name())
		require.Equal(t, "client2 (connected over "+transport+")", bob.String())

		said := everwiretest.Collect(bob, say)
		require.NoError(t, say.Emit(ann, "hello"))
		require.Equal(t, "hello", said.Next(t))
		said.None(t, instant)

		n, err := enter.Call(t.Context(), ann, "ops")
		require.NoError(t, err)
		require.Equal(t, 2, n)
		everwiretest.WaitRoom(t, app, "ops", ann)
		require.Equal(t, ann.ID(), everwiretest.SocketOf(t, app, ann).ID())
	})
}

// In a bubble all has happened when synctest.Wait returns, and no time has passed.
func TestSynctestWaitIsEnough(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				srv := everwiretest.Start(t, newApp(t, everwire.Config{}), everwiretest.Over(transport))
				ann, bob := srv.Connect(t), srv.Connect(t)
				said := everwiretest.Collect(bob, say)
				require.NoError(t, say.Emit(ann, "one"))
				synctest.Wait()
				require.Equal(t, []string{"one"}, said.All())
				require.NoError(t, say.Emit(ann, "two"))
				synctest.Wait()
				require.Equal(t, []string{"two"}, said.All())
				require.Empty(t, said.All())
				require.Less(t, time.Since(began), time.Second)
			})
		})
	}
}

func TestAwaitSkips(t *testing.T) {
	srv := everwiretest.Start(t, newApp(t, everwire.Config{}))
	c := srv.Connect(t)
	said := everwiretest.Collect(c, say)
	for _, text := range []string{"a", "b", "c"} {
		require.NoError(t, say.Emit(c, text))
	}
	require.Equal(t, "b", said.Await(t, func(s string) bool { return s == "b" }))
	require.Equal(t, "c", said.Next(t))
}

func TestOptions(t *testing.T) {
	app := newApp(t, everwire.Config{})
	app.Auth(func(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
		var auth struct{ Token string }
		if err := h.Auth(&auth); err != nil || auth.Token != "secret" {
			return nil, &everwire.Error{Code: "forbidden", Message: "who are you?"}
		}
		return &everwire.Identity{ID: "ann"}, nil
	})
	router := http.NewServeMux()
	router.Handle("/realtime/", app)
	srv := everwiretest.Start(t, router, everwiretest.Path("/realtime/"), everwiretest.NoResume())
	t.Cleanup(func() { require.NoError(t, app.Shutdown(context.WithoutCancel(t.Context()))) })

	secret := everwiretest.Auth(map[string]string{"token": "secret"})
	c := srv.Connect(t, secret, func(o *client.Options) { o.Header = http.Header{"X-Name": {"ann"}} })
	require.Equal(t, "ann", everwiretest.SocketOf(t, app, c).Handshake().Header().Get("X-Name"))
	lost := make(chan client.Reason, 1)
	c.OnDisconnect(func(why client.Reason) { lost <- why })
	c.Cut()
	require.Equal(t, client.TransportError, <-lost, "NoResume")

	refused := srv.NewClient(t)
	var why *client.ConnectError
	require.ErrorAs(t, refused.Connect(t.Context()), &why)
	require.Equal(t, "who are you?", why.Refusal.Message)
}

// Sessions of clients that resume outlive each kind of trouble.
func TestTrouble(t *testing.T) {
	for name, strike := range map[string]func(c *everwiretest.Client){
		"cut":     func(c *everwiretest.Client) { c.Cut() },
		"offline": func(c *everwiretest.Client) { c.Offline(); time.Sleep(20 * time.Second); c.Resume() },
		"pause":   func(c *everwiretest.Client) { c.Pause(); time.Sleep(20 * time.Second); c.Resume() },
		"deaf":    func(c *everwiretest.Client) { c.StopReading(); time.Sleep(20 * time.Second); c.Resume() },
		"long":    func(c *everwiretest.Client) { c.Pause(); time.Sleep(90 * time.Second); c.Resume() },
		"move":    func(c *everwiretest.Client) { c.Move(client.Polling) },
	} {
		for _, transport := range transports {
			t.Run(name+" "+transport, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					app := newApp(t, everwire.Config{})
					srv := everwiretest.Start(t, app)
					c := srv.Connect(t, everwiretest.Over(transport, client.Polling))
					s, ticks := everwiretest.SocketOf(t, app, c), everwiretest.Collect(c, tick)
					require.NoError(t, tick.Emit(s, 1))
					require.Equal(t, 1, ticks.Next(t))
					synctest.Wait() // its race is decided; else the session would not wait as long
					strike(c)
					require.NoError(t, tick.Emit(s, 2))
					require.Equal(t, 2, ticks.Next(t))
					require.Equal(t, s, everwiretest.SocketOf(t, app, c), "the session")
				})
			})
		}
	}
}

func TestOfflineAndPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := newApp(t, everwire.Config{})
		srv := everwiretest.Start(t, app)
		c := srv.Connect(t)
		s, ticks := everwiretest.SocketOf(t, app, c), everwiretest.Collect(c, tick)
		for _, strike := range []func(){c.Offline, c.Pause, c.StopReading} {
			strike()
			require.NoError(t, tick.Emit(s, 1))
			ticks.None(t, 10*time.Second)
			c.Resume()
			ticks.Next(t)
		}
		said := everwiretest.Collect(srv.Connect(t), say)
		c.StopReading()
		require.NoError(t, say.Emit(c, "still talking"))
		require.Equal(t, "still talking", said.Next(t))
		c.Resume()
		c.Pause()
		require.NoError(t, say.Emit(c, "not heard"))
		said.None(t, 10*time.Second)
		c.Resume()
		require.Equal(t, "not heard", said.Next(t))
		c.Offline()
		everwiretest.Eventually(t, "the client to know", func() bool { return c.Transport() == "" })
		require.Equal(t, "client1 (suspended)", c.String())
	})
}

// A client that does not read is a slow one for the server.
func TestStopReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := newApp(t, everwire.Config{})
		srv := everwiretest.Start(t, app, everwiretest.NoResume())
		c := srv.Connect(t)
		s := everwiretest.SocketOf(t, app, c)
		c.StopReading()
		var err error
		for range 100 {
			err = errors.Join(err, say.Emit(s, strings.Repeat("x", 100_000)))
		}
		require.ErrorIs(t, err, everwire.ErrSlow)
	})
}

// A namespace of a client is a peer too.
func TestNamespaces(t *testing.T) {
	app := newApp(t, everwire.Config{})
	admin := app.Of("/admin")
	admin.OnConnect(func(c *everwire.Ctx) error { return c.Socket().Join("admins") })
	srv := everwiretest.Start(t, app)
	c := srv.NewClient(t)
	side := c.Of("/admin", nil)
	ticks := everwiretest.Collect(side, tick)
	require.NoError(t, side.Connect(t.Context()))
	everwiretest.WaitRoom(t, admin, "admins", side)
	require.NoError(t, tick.Emit(everwiretest.SocketOf(t, admin, side), 7))
	require.Equal(t, 7, ticks.Next(t))
}

// A test may leave behind what it likes.
func TestEnds(t *testing.T) {
	for name, leave := range map[string]func(t *testing.T, app *everwire.Server, c *everwiretest.Client){
		"offline":      func(_ *testing.T, _ *everwire.Server, c *everwiretest.Client) { c.Offline() },
		"paused":       func(_ *testing.T, _ *everwire.Server, c *everwiretest.Client) { c.Pause() },
		"not reading":  func(_ *testing.T, _ *everwire.Server, c *everwiretest.Client) { c.StopReading() },
		"cut":          func(_ *testing.T, _ *everwire.Server, c *everwiretest.Client) { c.Cut() },
		"disconnected": func(_ *testing.T, _ *everwire.Server, c *everwiretest.Client) { c.Disconnect() },
		"closed": func(t *testing.T, _ *everwire.Server, c *everwiretest.Client) {
			require.NoError(t, c.Close(t.Context()))
		},
		"shut down": func(t *testing.T, app *everwire.Server, _ *everwiretest.Client) {
			require.NoError(t, app.Shutdown(t.Context()))
		},
		"emitting": func(t *testing.T, app *everwire.Server, c *everwiretest.Client) {
			for range 100 {
				require.NoError(t, say.Emit(c, "x"))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubbles(t, func(t *testing.T, transport string) {
				app := newApp(t, everwire.Config{})
				// Who may use a WebSocket only, and has none at the moment, cannot say goodbye.
				srv := everwiretest.Start(t, app, everwiretest.Over(transport, client.Polling))
				t.Cleanup(func() { // between the clients' end and the server's
					everwiretest.Eventually(t, "goodbye", func() bool { return app.Sessions() == 0 })
				})
				_, c := srv.NewClient(t), srv.Connect(t)
				leave(t, app, c)
			})
		})
	}
}

// Servers in parallel tests do not see each other's goroutines.
func TestParallel(t *testing.T) {
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			srv := everwiretest.Start(t, newApp(t, everwire.Config{}))
			for _, transport := range transports {
				c := srv.Connect(t, everwiretest.Over(transport))
				said := everwiretest.Collect(c, say)
				require.NoError(t, say.Emit(c, transport))
				require.Equal(t, transport, said.Next(t))
			}
		})
	}
}
