// refusal_test.go: clients that do not come back to their socket, and what is kept for
// those that might.

package namespace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

func TestRecoveryIsRefused(t *testing.T) {
	for name, f := range map[string]func(t *testing.T, w *world, r *returner){
		"the window is over": func(t *testing.T, w *world, r *returner) {
			r.cut()
			time.Sleep(2*time.Minute + time.Second)
		},
		"the client has left": func(t *testing.T, w *world, r *returner) {
			r.send("41")
			synctest.Wait()
		},
		"the server sent it away": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, r.socket().Disconnect(false))
			r.expect("41")
		},
		"the server sent it away while it was away": func(t *testing.T, w *world, r *returner) {
			r.cut()
			require.NoError(t, w.Main().DisconnectSockets(false))
		},
		"it broke the protocol": func(t *testing.T, w *world, r *returner) {
			require.Error(t, r.Send("4nonsense"))
			synctest.Wait()
		},
		"unknown pid": func(t *testing.T, w *world, r *returner) {
			r.cut()
			r.pid = "nobody"
		},
		"unknown offset": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, w.Main().Emit("e", 1))
			require.Equal(t, "e1", r.event())
			time.Sleep(time.Minute) // the pong has come, and the event is forgotten
			r.cut()
			r.offset = "nothing"
		},
		"in another namespace": func(t *testing.T, w *world, r *returner) {
			w.Of("/other")
			p := w.dial(t)
			p.send("40/other,")
			require.Contains(t, p.Next(), "40/other,")
			r.cut()
			p.send("41/other,", `40/other,{"pid":"`+r.pid+`"}`)
			require.NotContains(t, p.Next(), r.pid)
			require.True(t, r.back(), "its own socket is there still")
			r.pid = "x"
		},
	} {
		t.Run(name, func(t *testing.T) {
			recovering(t, func(t *testing.T, w *world) {
				r := w.returner(t)
				require.NoError(t, r.socket().Join("red"))
				f(t, w, r)
				require.False(t, r.back())
				require.Empty(t, r.socket().Rooms())
				require.NoError(t, w.Main().Emit("e", "fresh"))
				require.Equal(t, "efresh", r.event())
				r.expectOnly()
				time.Sleep(3 * time.Minute)
				require.Zero(t, w.Away())
			})
		})
	}
}

// A client does not come back to an ID whose end the application is still busy with:
// it would hear of that after the return.
func TestRecoveryWaitsForTheEnd(t *testing.T) {
	recovering(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		w.Main().OnDisconnect(func(*namespace.Ctx, namespace.Reason) { <-release })
		r := w.returner(t)
		r.cut()
		start := time.Now()
		require.False(t, r.back())
		require.Equal(t, 5*time.Second, time.Since(start))
		close(release)
	})
}

// Who may not enter any more does not come back either; and who may again, does.
func TestRecoveryAsksAgain(t *testing.T) {
	recovering(t, func(t *testing.T, w *world) {
		var refused, exits bool
		w.Main().UseConnect(func(next namespace.Handler) namespace.Handler {
			return func(c *namespace.Ctx) error {
				switch {
				case exits:
					panic("middleware")
				case refused:
					return errors.New("revoked")
				}
				return next(c)
			}
		})
		r := w.returner(t)
		r.cut()
		require.NoError(t, w.Main().Emit("e", 1))
		for range 2 {
			refused, exits = !refused, refused
			p := w.dial(t)
			p.send(`40{"pid":"` + r.pid + `"}`)
			require.Contains(t, p.Next(), "44{")
		}
		refused, exits = false, false
		require.True(t, r.back())
		require.Equal(t, "e1", r.event())
	})
}

// A pid opens the socket of one user only.
func TestRecoveryKeepsUsersApart(t *testing.T) {
	recovering(t, func(t *testing.T, w *world) {
		user := "ann"
		w.Main().Auth(func(context.Context, *namespace.Handshake) (*namespace.Identity, error) {
			return &namespace.Identity{ID: user, Values: map[string]any{"of": user}}, nil
		})
		r := w.returner(t)
		require.NoError(t, r.socket().Join("ann's"))
		r.cut()
		user = "bob"
		thief := *r
		require.False(t, thief.back())
		require.Empty(t, thief.socket().Rooms())
		of, _ := namespace.NewKey[string]("of").Get(thief.socket())
		require.Equal(t, "bob", of)
		user = "ann"
		require.True(t, r.back())
		require.Equal(t, []string{"ann's"}, r.socket().Rooms())
	})
}

// What waits for clients that are away is bounded: for each, and for all.
func TestRecoveryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := recoveringWorld(t, namespace.Recovery{Window: time.Minute, Buffer: 10_000, Memory: 100_000})
		text := strings.Repeat("x", 1000)
		one := w.returner(t)
		one.cut()
		for range 18 {
			require.NoError(t, w.Main().Emit("e", text))
		}
		require.True(t, one.back())
		for range 18 {
			one.event()
		}
		one.cut()
		for range 20 {
			require.NoError(t, w.Main().Emit("e", text))
		}
		require.Zero(t, w.Away(), "more than 20,000 bytes")
		require.False(t, one.back())
		one.cut()

		var many []*returner
		for range 10 {
			r := w.returner(t)
			r.cut()
			many = append(many, r)
		}
		for range 15 { // shared by all, it counts once
			require.NoError(t, w.Main().Emit("e", text))
		}
		require.Equal(t, 11, w.Away())
		for range 9 {
			r := w.returner(t)
			r.cut()
			many = append(many, r)
			for range 10 {
				require.NoError(t, w.Main().To(r.sid).Emit("e", text))
			}
		}
		require.LessOrEqual(t, w.Held(), 100_000)
		require.False(t, many[0].back(), "who is away longest goes first")
		require.True(t, many[18].back())
		require.NoError(t, w.Close())
		require.Zero(t, w.Held())
		require.Zero(t, w.Away())
	})
}

// Events to one socket are no business of other nodes.
func TestRecoveryPublishesNoUnicast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &opener{}
		r := namespace.Recovery{Window: time.Minute}
		keep, err := r.Keep()
		require.NoError(t, err)
		w := newWorld(t, namespace.Config{Recovery: r, Adapter: o}, engine.Config{Keep: keep})
		p := w.returner(t)
		require.NoError(t, p.socket().Emit("e", 1))
		require.Equal(t, "e1", p.event())
		require.Nil(t, o.last)
		require.NoError(t, w.Close())
	})
}
