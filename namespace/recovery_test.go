// recovery_test.go: clients that lose their connection, and come back to their socket.

package namespace_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

// recovering is a server whose clients may come back for two minutes.
func recovering(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := recoveringWorld(t, namespace.Recovery{Window: 2 * time.Minute})
		f(t, w)
		require.NoError(t, w.Close())
	})
}

func recoveringWorld(t *testing.T, r namespace.Recovery) *world {
	keep, err := r.Keep()
	require.NoError(t, err)
	return newWorld(t, namespace.Config{Recovery: r}, engine.Config{Keep: keep})
}

// returner is a stock client that can come back.
type returner struct {
	peer
	w      *world
	sid    string
	pid    string
	offset string
}

var grantedPID = regexp.MustCompile(`^40\{"sid":"([\w-]{20})","pid":"([\w-]{20})"\}$`)

func (w *world) returner(t *testing.T) *returner {
	r := &returner{w: w, peer: w.dial(t)}
	r.send("40")
	r.granted(r.Next())
	synctest.Wait()
	return r
}

func (r *returner) granted(answer string) {
	r.t.Helper()
	m := grantedPID.FindStringSubmatch(answer)
	require.NotNil(r.t, m, answer)
	r.sid, r.pid = m[1], m[2]
}

func (r *returner) socket() *namespace.Socket {
	r.t.Helper()
	s, ok := r.w.Main().Socket(r.sid)
	require.True(r.t, ok)
	return s
}

// event waits for an event, takes its offset, and returns the rest.
func (r *returner) event() string {
	r.t.Helper()
	text := r.Next()
	var args []any
	require.NoError(r.t, json.Unmarshal([]byte(strings.TrimPrefix(text, "42")), &args), text)
	r.offset = args[len(args)-1].(string)
	return fmt.Sprint(args[:len(args)-1]...)
}

// back comes back over a new session, and reports whether the server calls it
// recovered.
func (r *returner) back() bool {
	r.t.Helper()
	claim := map[string]string{"pid": r.pid}
	if r.offset != "" {
		claim["offset"] = r.offset
	}
	text, err := json.Marshal(claim)
	require.NoError(r.t, err)
	sid, pid := r.sid, r.pid
	r.peer = r.w.dial(r.t)
	r.send("40" + string(text))
	r.granted(r.Next())
	synctest.Wait()
	require.Equal(r.t, pid == r.pid, sid == r.sid)
	require.Equal(r.t, pid == r.pid, r.socket().Recovered())
	return pid == r.pid
}

// cut cuts the connection.
func (r *returner) cut() {
	r.Cut()
	synctest.Wait()
}

func TestRecovery(t *testing.T) {
	recovering(t, func(t *testing.T, w *world) {
		var h history
		key := namespace.NewKey[int]("n")
		w.Main().OnConnect(func(c *namespace.Ctx) error {
			n, _ := key.Get(c.Socket())
			h.add(fmt.Sprint("in ", c.Socket().Recovered(), n))
			return nil
		})
		w.Main().OnDisconnect(func(c *namespace.Ctx, why namespace.Reason) { h.add("out " + string(why)) })
		r := w.returner(t)
		s := r.socket()
		require.NoError(t, s.Join("red"))
		key.Set(s, 7)
		require.NoError(t, w.Main().Emit("e", 1))
		require.Equal(t, "e1", r.event())
		r.cut()
		require.Equal(t, []string{"in false 0", "out transport error"}, h.take())

		n := w.Main()
		require.NoError(t, n.Emit("all", 2))
		require.NoError(t, n.To("red").Emit("room", 3))
		require.NoError(t, n.To("blue").Emit("other"))
		require.NoError(t, n.To(r.sid).Emit("id", 4))
		require.NoError(t, s.Emit("direct", 5))
		require.NoError(t, n.Except("red").Emit("except"))
		require.NoError(t, n.Volatile().Emit("volatile"))
		require.Empty(t, n.Sockets())
		count, err := n.CountSockets(t.Context())
		require.NoError(t, err)
		require.Zero(t, count)

		require.True(t, r.back())
		for _, want := range []string{"all2", "room3", "id4", "direct5"} {
			require.Equal(t, want, r.event())
		}
		r.expectOnly()
		require.Equal(t, []string{"in true 7"}, h.take())
		require.Equal(t, []string{"red"}, r.socket().Rooms())
		require.ErrorIs(t, s.Emit("e"), namespace.ErrDisconnected, "the old one is over")
		require.NoError(t, n.To("red").Emit("e", 6))
		require.Equal(t, "e6", r.event())
	})
}

// Each hole of the official server, and that nothing comes twice.
func TestRecoveryHasNoHoles(t *testing.T) {
	for name, f := range map[string]func(t *testing.T, w *world, r *returner){
		"no event received yet": func(t *testing.T, w *world, r *returner) {
			r.cut()
			require.NoError(t, w.Main().Emit("e", 1))
			require.True(t, r.back())
			require.Equal(t, "e1", r.event())
		},
		"offset of a server before": func(t *testing.T, w *world, r *returner) {
			r.offset = "old"
			require.NoError(t, w.Main().Emit("e", 1))
			r.cut()
			require.True(t, r.back())
			require.Equal(t, "e1", r.event())
		},
		"quiet for a day": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, w.Main().Emit("e", 1))
			require.Equal(t, "e1", r.event())
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			r.cut()
			require.NoError(t, w.Main().Emit("e", 2))
			require.True(t, r.back())
			require.Equal(t, "e2", r.event())
		},
		"sent and not received": func(t *testing.T, w *world, r *returner) {
			for i := range 3 {
				require.NoError(t, w.Main().Emit("e", i))
			}
			require.Equal(t, "e0", r.event())
			synctest.Wait() // the others have been written, too
			r.cut()
			require.True(t, r.back())
			require.Equal(t, "e1", r.event())
			require.Equal(t, "e2", r.event())
		},
		"after a volatile event": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, w.Main().Volatile().Emit("v", "a string"))
			require.Equal(t, "va string", r.event())
			r.cut()
			require.NoError(t, w.Main().Emit("e", 1))
			require.True(t, r.back())
			require.Equal(t, "e1", r.event())
		},
		"after an acknowledged event": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, w.Main().Emit("e", 1))
			require.Equal(t, "e1", r.event())
			failed := make(chan error)
			go func() {
				_, err := r.socket().Call(context.Background(), "ask", "a string")
				failed <- err
			}()
			r.expect(`420["ask","a string"]`)
			r.cut()
			require.ErrorIs(t, <-failed, namespace.ErrDisconnected)
			require.NoError(t, w.Main().Emit("e", 2))
			require.True(t, r.back())
			require.Equal(t, "e2", r.event())
		},
		"the old connection is not timed out": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, w.Main().Emit("e", 1))
			require.Equal(t, "e1", r.event())
			r.Stall() // half open: it takes nothing more
			require.NoError(t, w.Main().Emit("e", 2))
			require.True(t, r.back())
			require.Equal(t, "e2", r.event())
			require.Len(t, w.Main().Sockets(), 1)
		},
		"again and again": func(t *testing.T, w *world, r *returner) {
			for i := range 5 {
				r.cut()
				require.NoError(t, w.Main().Emit("e", i))
				require.True(t, r.back())
				if i%2 == 1 { // else it gets nothing before it is cut again
					require.Equal(t, fmt.Sprint("e", i-1), r.event())
					require.Equal(t, fmt.Sprint("e", i), r.event())
				}
			}
			require.Equal(t, "e4", r.event())
		},
		"rooms change meanwhile": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, r.socket().Join("red", "blue"))
			r.cut()
			require.NoError(t, w.Main().LeaveAll("red"))
			require.NoError(t, w.Main().JoinAll("green"))
			require.NoError(t, w.Main().To("red").Emit("e", 0))
			require.NoError(t, w.Main().To("green").Emit("e", 1))
			require.True(t, r.back())
			require.Equal(t, "e1", r.event())
			require.ElementsMatch(t, []string{"blue", "green"}, r.socket().Rooms())
		},
		"latest of a key": func(t *testing.T, w *world, r *returner) {
			for i := range 3 {
				require.NoError(t, w.Main().Latest("eur").Emit("eur", i))
				synctest.Wait()
			}
			require.Equal(t, "eur0", r.event())
			synctest.Wait()
			r.cut()
			for i := range 3 {
				require.NoError(t, w.Main().Latest("eur").Emit("eur", 10+i))
				require.NoError(t, w.Main().Emit("e", i))
			}
			require.True(t, r.back())
			for _, want := range []string{"eur12", "e0", "e1", "e2"} {
				require.Equal(t, want, r.event())
			}
		},
		"in again after leaving": func(t *testing.T, w *world, r *returner) {
			require.NoError(t, w.Main().Emit("e", 1))
			require.Equal(t, "e1", r.event())
			first := *r
			r.send("41", "40")
			r.granted(r.Next())
			require.NotEqual(t, first.pid, r.pid)
			require.NoError(t, w.Main().Emit("e", 2))
			r.cut()
			require.True(t, r.back())
			require.Equal(t, "e2", r.event())
			require.False(t, first.back(), "it has left")
		},
	} {
		t.Run(name, func(t *testing.T) {
			recovering(t, func(t *testing.T, w *world) {
				r := w.returner(t)
				f(t, w, r)
				r.expectOnly()
			})
		})
	}
}
