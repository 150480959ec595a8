// failures_test.go: what a test is told when it fails.

package everwiretest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

// failures are tests that fail, by what they do.
var failures = map[string]struct {
	want string // a regular expression
	test func(t testing.TB, app *everwire.Server, srv *everwiretest.Server)
}{
	"refused": {
		`^everwiretest: client1 cannot connect: client: namespace /: .*who are you`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			app.Auth(func(context.Context, *everwire.Handshake) (*everwire.Identity, error) {
				return nil, &everwire.Error{Message: "who are you?"}
			})
			srv.Connect(t)
		},
	},
	"no server": {
		`^everwiretest: client1 cannot connect: client: connect: context deadline exceeded \(the last try: .*404`,
		func(t testing.TB, _ *everwire.Server, _ *everwiretest.Server) {
			everwiretest.Start(t, http.NotFoundHandler()).Connect(t)
		},
	},
	"wrong option": {
		`^everwiretest: client1: client: Options.Transports: "pigeon" is not`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			srv.NewClient(t, everwiretest.Over("pigeon"))
		},
	},
	"nothing next": {
		`^everwiretest: no "tick" within 10m0s, after 1 of them; client1 \(connected over websocket\)$`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			ticks := everwiretest.Collect(c, tick)
			assert.NoError(t, tick.Emit(everwiretest.SocketOf(t, app, c), 5))
			assert.Equal(t, 5, ticks.Next(t))
			ticks.Next(t)
			panic("not reached")
		},
	},
	"nothing next for one who is not connected": {
		`^everwiretest: no "tick" within 10m0s, after 0 of them; client1 \(not connected\)$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			everwiretest.Collect(srv.NewClient(t), tick).Next(t)
		},
	},
	"nothing next in a namespace": {
		`; namespace /x is connected$`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			app.Of("/x")
			side := srv.NewClient(t).Of("/x", nil)
			assert.NoError(t, side.Connect(context.Background()))
			everwiretest.Collect(side, tick).Next(t)
		},
	},
	"nothing next in a namespace that is not connected": {
		`; namespace /x is not connected$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			everwiretest.Collect(srv.NewClient(t).Of("/x", nil), tick).Next(t)
		},
	},
	"nothing that fits": {
		`^everwiretest: no "tick" that fits within 10m0s; 9 came that do not: \[1 2 3 … 7 8 9\]; client1 \(connected over websocket\)$`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			ticks := everwiretest.Collect(c, tick)
			for n := range 9 {
				assert.NoError(t, tick.Emit(everwiretest.SocketOf(t, app, c), n+1))
			}
			ticks.Await(t, func(n int) bool { return n == 10 })
			panic("not reached")
		},
	},
	"something while none was expected": {
		`^everwiretest: a "say" came, where none was expected: \[here I am\]; client1 \(connected over websocket\)$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			said := everwiretest.Collect(c, say)
			time.AfterFunc(time.Second, func() { assert.NoError(t, say.Emit(c, "here I am")) })
			said.None(t, time.Minute)
			panic("not reached")
		},
	},
	"something long that was there before": {
		`none was expected: \[x{200}…\]; `,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			said := everwiretest.Collect(c, say)
			assert.NoError(t, say.Emit(c, strings.Repeat("x", 1000)))
			synctest.Wait()
			said.None(t, 0)
		},
	},
	"no socket": {
		`^everwiretest: the server has no socket of client2 \(not connected\) after 10m0s; it has 1 others$`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			srv.Connect(t)
			everwiretest.SocketOf(t, app, srv.NewClient(t))
		},
	},
	"no socket in a namespace": {
		`^everwiretest: the server has no socket of a client with ID "" after 10m0s; it has 0 others$`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			everwiretest.SocketOf(t, app.Of("/x"), srv.Connect(t).Of("/x", nil))
		},
	},
	"not in the room": {
		`^everwiretest: client1 \(connected over websocket\) is not in room "ops" after 10m0s; it is in \["lobby"\]$`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			assert.NoError(t, everwiretest.SocketOf(t, app, c).Join("lobby"))
			everwiretest.WaitRoom(t, app, "ops", c)
		},
	},
	"never": {
		`^everwiretest: waited 10m0s for the cows to come home$`,
		func(t testing.TB, _ *everwire.Server, _ *everwiretest.Server) {
			everwiretest.Eventually(t, "the cows to come home", func() bool { return false })
			panic("not reached")
		},
	},
	"stock client without a session": {
		`^everwiretest: client1 gets no session: the server answers 400 Bad Request: `,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			srv.Stock(t, client.Polling, everwiretest.Path("/socket.io/?EIO=3&x="))
		},
	},
	"stock client without a WebSocket": {
		`^everwiretest: client1 gets no session: the server answers 404 Not Found: `,
		func(t testing.TB, _ *everwire.Server, _ *everwiretest.Server) {
			everwiretest.Start(t, http.NotFoundHandler()).Stock(t, client.WebSocket)
		},
	},
	"stock client over something else": {
		`^everwiretest: client1 gets no session: transport "sse" is not "websocket" or "polling"$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) { srv.Stock(t, client.SSE) },
	},
	"stock client hears nothing": {
		`^everwiretest: no packet for client1 within 10m0s$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			p := srv.Stock(t, client.WebSocket)
			p.Join(t, "/", "")
			p.Next(t)
			panic("not reached")
		},
	},
	"stock client's session is over": {
		`^everwiretest: no packet for client1: its session has ended: `,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			p := srv.Stock(t, client.Polling)
			p.Join(t, "/", "")
			p.Cut()
			p.Next(t)
			panic("not reached")
		},
	},
	"stock client is refused": {
		`^everwiretest: client1 is refused: 44/x,\{"message":"Invalid namespace"\}$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			srv.Stock(t, client.WebSocket).Join(t, "/x", "")
			panic("not reached")
		},
	},
	"stock client cannot upgrade": {
		`^everwiretest: client1 cannot upgrade: (websocket: close 1005|.*connection reset by peer)`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			srv.Stock(t, client.WebSocket).Upgrade(t)
			panic("not reached")
		},
	},
	"stock client cannot ask": {
		`^everwiretest: client1 cannot send CONNECT: `,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			p := srv.Stock(t, client.WebSocket)
			p.Cut()
			p.Join(t, "/", "")
			panic("not reached")
		},
	},
	"handler of a client does not return": {
		`^everwiretest: client1 has not come to its end within 10m0s: a handler of its events has not returned$`,
		func(t testing.TB, _ *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			client.On(c, say, func(context.Context, string) error { time.Sleep(time.Hour); return nil })
			assert.NoError(t, say.Emit(c, "x"))
			synctest.Wait()
		},
	},
	"handler of the server does not return": {
		`^everwiretest: 1 stacks of the server's goroutines are left after 10m0s: a handler has not returned(.|\n)*time.Sleep(.|\n)*namespace`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			c := srv.Connect(t)
			app.On("stuck", func(*everwire.Ctx) error { time.Sleep(time.Hour); return nil })
			assert.NoError(t, c.Emit("stuck"))
			synctest.Wait()
		},
	},
	"HTTP handler does not return": {
		`^everwiretest: 1 stacks of the server's goroutines are left(.|\n)*net/http\.\(\*conn\)\.serve`,
		func(t testing.TB, _ *everwire.Server, _ *everwiretest.Server) {
			stuck := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) })
			c := everwiretest.Start(t, stuck).NewClient(t)
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			assert.Error(t, c.Connect(ctx))
		},
	},
	"Shutdown fails": {
		`^everwiretest: Shutdown: not today$`,
		func(t testing.TB, _ *everwire.Server, _ *everwiretest.Server) { everwiretest.Start(t, stubborn{}) },
	},
	"an error is logged": {
		`^everwiretest: an error was logged: at=\S+ level=ERROR msg=.*my own fault`,
		func(t testing.TB, app *everwire.Server, srv *everwiretest.Server) {
			app.On("fail", func(*everwire.Ctx) error { return errors.New("my own fault") })
			assert.NoError(t, srv.Connect(t).Emit("fail"))
			synctest.Wait()
		},
	},
	"an expected error is not logged": {
		`^everwiretest: no error was logged that contains "fire"$`,
		func(t testing.TB, _ *everwire.Server, _ *everwiretest.Server) {
			log := everwiretest.Logger(t, "fire")
			log.Warn("fire")
		},
	},
}

func TestFailures(t *testing.T) {
	for name, f := range failures {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := try(t, func(t testing.TB) {
					app := newApp(t, everwire.Config{})
					f.test(t, app, everwiretest.Start(t, app))
				})
				require.Regexp(t, f.want, got)
				time.Sleep(2 * time.Hour) // until what was stuck is over
			})
		})
	}
}

func TestNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		require.Empty(t, try(t, func(t testing.TB) {
			log := everwiretest.Logger(t, "fire", "flood")
			log.Error("a fire, and a flood")
			log.Error("fire again", "level", "high")
			log.Info("level=ERROR")
			app := newApp(t, everwire.Config{})
			c := everwiretest.Start(t, app).Connect(t)
			client.On(c, say, func(context.Context, string) error { return errors.New("of a client's handler") })
			assert.NoError(t, say.Emit(c, "x"))
			synctest.Wait()
			time.AfterFunc(time.Minute, func() { log.Error("after the test") })
		}))
		time.Sleep(time.Hour)
	})
}

// What an application starts in a handler is not held against it.
func TestGoroutinesOfTheApplication(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	app := newApp(t, everwire.Config{})
	app.OnConnect(func(*everwire.Ctx) error {
		go func() { <-stop }()
		return nil
	})
	everwiretest.Start(t, app).Connect(t)
}

type stubborn struct{ http.Handler }

func (stubborn) Shutdown(context.Context) error { return errors.New("not today") }
