// carry_test.go: clients that come back by way of the adapter, to any node.

package namespace_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
)

// stream is what nodes share that keep what they publish.
type stream struct {
	mu     sync.Mutex // guards what follows
	ops    []adapter.Op
	late   []adapter.Op // that are not brought yet
	slow   bool
	locals []adapter.Local
	saved  map[string]adapter.Saved
	looked int    // how often somebody wanted to come back
	during func() // is called while a client collects what it has missed
}

func (st *stream) Open(_ string, l adapter.Local) (adapter.Adapter, error) {
	st.locals = append(st.locals, l)
	return carrier{stream: st}, nil
}

// carrier is one node.
type carrier struct{ *stream }

var _ adapter.Recoverer = carrier{}

func (carrier) Publish(context.Context, *adapter.Op) error { return nil }
func (carrier) Close() error                               { return nil }
func (carrier) Ask(context.Context, *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(func(adapter.Answer, error) bool) {}
}

func (c carrier) Relay(_ context.Context, op *adapter.Op) error {
	c.mu.Lock()
	next := *op
	next.Mark = fmt.Sprintf("%06d", len(c.ops)+1)
	c.ops, c.late = append(c.ops, next), append(c.late, next)
	slow := c.slow
	c.mu.Unlock()
	if !slow {
		c.bring()
	}
	return nil
}

// bring brings what was relayed.
func (st *stream) bring() {
	st.mu.Lock()
	ops := st.late
	st.late = nil
	st.mu.Unlock()
	for _, op := range ops {
		for _, l := range st.locals {
			_ = l.Apply(context.Background(), &op, nil)
		}
	}
}

func (c carrier) Pending() (ops []*adapter.Op) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, op := range c.late {
		ops = append(ops, &op)
	}
	return ops
}

func (c carrier) Position() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("%06d", len(c.ops)-len(c.late))
}

func (c carrier) Save(s *adapter.Saved, _ time.Duration, done func(error)) {
	c.mu.Lock()
	c.saved[s.PID] = *s
	c.mu.Unlock()
	done(nil)
}

func (c carrier) Restore(ctx context.Context, pid, mark string, limit int) (*adapter.Restored, error) {
	c.mu.Lock()
	s, ok := c.saved[pid]
	c.looked++
	delete(c.saved, pid)
	c.mu.Unlock()
	if !ok {
		return nil, adapter.ErrNotSaved
	}
	s.Mark = max(s.Mark, mark)
	r := &adapter.Restored{Saved: s, Rooms: s.Rooms, Last: s.Mark}
	return r, c.Catch(ctx, r, limit)
}

func (c carrier) Catch(_ context.Context, r *adapter.Restored, _ int) error {
	c.mu.Lock()
	during := c.during
	c.during = nil
	c.mu.Unlock()
	if during != nil {
		during()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, op := range c.ops {
		in := len(op.Rooms) == 0 || slices.ContainsFunc(op.Rooms, func(room string) bool { return slices.Contains(r.Rooms, room) })
		if op.Mark > r.Last && in {
			r.Ops = append(r.Ops, &op)
		}
	}
	r.Last = fmt.Sprintf("%06d", len(c.ops))
	return nil
}

func (carrier) Behind(mark, other string) bool { return mark > other }

// carrying runs f with two nodes.
func carrying(t *testing.T, f func(t *testing.T, st *stream, one, two *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := &stream{saved: make(map[string]adapter.Saved)}
		var nodes [2]*world
		for i := range nodes {
			r := namespace.Recovery{Window: time.Minute}
			keep, err := r.Keep()
			require.NoError(t, err)
			nodes[i] = newWorld(t, namespace.Config{Recovery: r, Adapter: st}, engine.Config{Keep: keep})
			nodes[i].Main().Auth(func(_ context.Context, h *namespace.Handshake) (*namespace.Identity, error) {
				var who struct{ User string }
				if err := h.Auth(&who); err != nil {
					return nil, err
				}
				if who.User == "nobody" {
					return nil, errors.New("refused")
				}
				return &namespace.Identity{ID: who.User}, nil
			})
		}
		f(t, st, nodes[0], nodes[1])
		for _, w := range nodes {
			require.NoError(t, w.Close())
		}
	})
}

// to has the client come back to another node, as that user.
func (r *returner) to(w *world, user string) bool {
	r.t.Helper()
	text, err := json.Marshal(map[string]string{"pid": r.pid, "offset": r.offset, "user": user})
	require.NoError(r.t, err)
	pid := r.pid
	r.w, r.peer = w, w.dial(r.t)
	r.send("40" + string(text))
	r.granted(r.Next())
	synctest.Wait()
	return pid == r.pid
}

func TestCarried(t *testing.T) {
	key := namespace.NewKey[[]int]("list")
	carrying(t, func(t *testing.T, st *stream, one, two *world) {
		r := one.returner(t)
		s := r.socket()
		require.NoError(t, s.Join("red"))
		key.Set(s, []int{1, 2})
		require.NoError(t, s.Emit("e", 1))
		require.Equal(t, "e1", r.event())
		r.cut()
		require.Empty(t, one.Main().Sockets())
		require.NoError(t, two.Main().To("red").Emit("e", 2))
		st.during = func() { // it comes once, however it comes
			st.during = func() { require.NoError(t, one.Main().Emit("e", 3)) }
		}
		require.True(t, r.to(two, ""))
		require.Equal(t, "e2", r.event())
		require.Equal(t, "e3", r.event())
		s = r.socket()
		require.Equal(t, []string{"red"}, s.Rooms())
		list, ok := key.Get(s)
		require.True(t, ok)
		require.Equal(t, []int{1, 2}, list)
		require.NoError(t, one.Main().To("red").Emit("e", 4))
		require.Equal(t, "e4", r.event())
		r.expectOnly()
	})
}

// Who a client is, is asked again: another user, or one who is refused, does not get what
// was somebody else's, who can still come back.
func TestCarriedIdentity(t *testing.T) {
	carrying(t, func(t *testing.T, st *stream, one, two *world) {
		r := one.returner(t)
		sid, pid := r.sid, r.pid
		r.cut()
		require.False(t, r.to(two, "mallory"))
		require.NotEqual(t, sid, r.sid)
		r.peer, r.pid = two.dial(t), pid
		r.send(`40{"pid":"` + pid + `","user":"nobody"}`)
		r.expect(`44{"message":"Connection refused","data":{"code":"internal"}}`)
		require.True(t, r.to(two, ""))
		require.Equal(t, sid, r.sid)
	})
}

// What a socket was sent before its end arrives before that, though the stream is slow.
func TestCarriedFarewell(t *testing.T) {
	carrying(t, func(t *testing.T, st *stream, one, two *world) {
		r := one.returner(t)
		st.slow = true
		require.NoError(t, r.socket().Emit("bye"))
		require.NoError(t, one.Main().To("blue").Emit("not"))
		r.expectOnly()
		require.NoError(t, r.socket().Disconnect(false))
		r.expect(`42["bye",null]`, "41")
		st.bring()
		r.expectOnly()
	})
}

// A client is not told that it has everything if nobody can know.
func TestNotCarried(t *testing.T) {
	for name, spoil := range map[string]func(w *world){
		"event of one node":  func(w *world) { require.NoError(t, w.Main().Local().Emit("local")) },
		"gap in the cluster": func(w *world) { w.Main().Fault(adapter.Fault{Kind: adapter.Missed}) },
		"nothing":            func(*world) {},
	} {
		carrying(t, func(t *testing.T, st *stream, one, two *world) {
			r := one.returner(t)
			spoil(one)
			r.cut()
			require.Equal(t, name == "nothing", r.to(two, ""), name)
		})
	}
}

// The node believes the client connected.
func TestCarriedHalfOpen(t *testing.T) {
	carrying(t, func(t *testing.T, st *stream, one, two *world) {
		r := one.returner(t)
		require.NoError(t, one.Main().Emit("e", 1))
		require.Equal(t, "e1", r.event())
		require.NoError(t, one.Main().Emit("e", 2)) // on its way
		require.True(t, r.to(one, ""))
		require.Equal(t, "e2", r.event())
		require.Len(t, one.Main().Sockets(), 1)
	})
}

// The latest of a key that was on its way is not in the stream, and comes all the same.
func TestCarriedLatest(t *testing.T) {
	carrying(t, func(t *testing.T, st *stream, one, two *world) {
		r := one.returner(t)
		require.NoError(t, one.Main().Latest("eur").Emit("price", 2))
		r.cut()
		require.True(t, r.to(two, ""))
		require.Equal(t, `42["price",2,null]`, r.Next())
	})
}

// failing is an adapter that cannot be opened yet.
type failing struct {
	opener
	opened int
}

func (f *failing) Open(name string, _ adapter.Local) (adapter.Adapter, error) {
	if name == "/" {
		return f, nil
	}
	f.opened++
	return f, f.open
}

// An adapter that fails to open a namespace may do better the next time.
func TestOpenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{opener: opener{open: errors.New("away")}}
		w := newWorld(t, namespace.Config{Adapter: f}, engine.Config{})
		require.Panics(t, func() { w.Of("/late") })
		p := w.dial(t)
		p.send("40/late,")
		p.expect(`44/late,{"message":"Invalid namespace"}`)
		require.NoError(t, w.Close()) // does not try
		require.Equal(t, 2, f.opened)
		f.open = nil
		p.connect("/late")
		require.Equal(t, 3, f.opened)
		w.Of("/late")
		require.Equal(t, 3, f.opened)
	})
}

// While an adapter takes its time to open a namespace, other packets of the session are
// handled.
func TestOpenSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready := make(chan struct{})
		slow := openerFunc(func(name string) {
			if name == "/slow-1" {
				<-ready
			}
		})
		w := newWorld(t, namespace.Config{Adapter: slow}, engine.Config{})
		w.OfPattern(regexp.MustCompile("^/slow-")).OnConnect(func(c *namespace.Ctx) error { return c.Socket().Emit("hi") })
		w.Main().On("ask", func(c *namespace.Ctx) error { return c.Ack(1) })
		p := w.dial(t)
		p.connect("")
		p.send("40/slow-1,")
		p.send(`420["ask"]`)
		p.expect("430[1]")
		close(ready)
		require.Contains(t, p.Next(), "40/slow-1,{")
		p.expect(`42/slow-1,["hi"]`)
	})
}

// Who Auth refuses is not looked for among those who may come back.
func TestStrangersDoNotComeBack(t *testing.T) {
	carrying(t, func(t *testing.T, st *stream, one, two *world) {
		r := one.returner(t)
		r.cut()
		synctest.Wait()
		require.Len(t, st.saved, 1)
		p := two.dial(t)
		p.send(`40{"pid":"` + r.pid + `","offset":"` + r.offset + `","user":"nobody"}`)
		p.expect(`44{"message":"Connection refused","data":{"code":"internal"}}`)
		require.Zero(t, st.looked)
		require.Len(t, st.saved, 1)
	})
}
