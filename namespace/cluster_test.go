// cluster_test.go: two servers that share their rooms.

package namespace_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

func TestCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hub memory.Hub
		c := namespace.Config{Adapter: &hub}
		here, there := newWorld(t, c, engine.Config{}), newWorld(t, c, engine.Config{})
		p, s := here.joined(t)
		q, far := there.joined(t)
		require.NoError(t, s.Join("red"))
		require.NoError(t, far.Join("red", "blue"))
		both := []peer{p, q}

		for name, c := range map[string]struct {
			to   sio.Target
			want []int
		}{
			"all":                     {here.Main(), []int{0, 1}},
			"all, from the other":     {there.Main(), []int{0, 1}},
			"room":                    {here.Main().To("red"), []int{0, 1}},
			"room on the other only":  {here.Main().To("blue"), []int{1}},
			"except":                  {here.Main().To("red").Except("blue"), []int{0}},
			"id on the other":         {here.Main().To(far.ID()), []int{1}},
			"without the sender":      {s.Broadcast(), []int{1}},
			"room without the sender": {far.To("red", "blue"), []int{0}},
			"another namespace":       {here.Of("/a"), nil},
			"socket":                  {s, []int{0}},
		} {
			require.NoError(t, to(c.to), name)
			require.Equal(t, c.want, reached(t, both), name)
		}

		require.NoError(t, here.Main().To("blue").Join("moved"))
		require.True(t, far.In("moved"))
		require.False(t, s.In("moved"))
		require.NoError(t, there.Main().To("red").Leave("red", "moved"))
		require.Empty(t, s.Rooms())
		require.Equal(t, []string{"blue"}, far.Rooms())
		require.Len(t, here.Main().Sockets(), 1, "sockets of this node only")

		require.NoError(t, here.Main().To(far.ID()).Disconnect(false))
		q.expect("41")
		q.connect("")
		require.NoError(t, here.Close())
		require.Error(t, to(here.Main()), "the other nodes cannot be reached")
		require.Equal(t, []int{0}, reached(t, both))
		require.NoError(t, to(there.Main()))
		require.Equal(t, []int{1}, reached(t, both))
		require.NoError(t, there.Close())
	})
}

// opener is an adapter that fails as it is told.
type opener struct {
	open, publish, close error
	last                 *adapter.Op
}

func (o *opener) Open(string, adapter.Local) (adapter.Adapter, error) { return o, o.open }
func (o *opener) Publish(_ context.Context, op *adapter.Op) error     { o.last = op; return o.publish }
func (o *opener) Ask(context.Context, *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(yield func(adapter.Answer, error) bool) {
		if o.publish != nil {
			yield(adapter.Answer{}, o.publish)
		}
	}
}
func (o *opener) Close() error { return o.close }

func TestAdapterFails(t *testing.T) {
	down := errors.New("down")
	_, err := namespace.NewRegistry(namespace.Config{Adapter: &opener{open: down}})
	require.ErrorIs(t, err, down)
	synctest.Test(t, func(t *testing.T) {
		o := &opener{publish: down, close: down}
		w := newWorld(t, namespace.Config{Adapter: o}, engine.Config{})
		p, _ := w.joined(t)
		require.ErrorIs(t, w.Main().Emit("e", 1), down)
		p.expect(`42["e",1]`) // this node's have got it
		require.Equal(t, "e", o.last.Event.Event)
		o.last = nil
		require.Error(t, w.Main().Emit("e", make(chan int)))
		require.Nil(t, o.last, "what cannot be encoded is not published")
		require.ErrorIs(t, w.Close(), down)
		o.open = down
		require.Panics(t, func() { w.Of("/late") })
		p.send("40/late,")
		p.expect(`44/late,{"message":"Invalid namespace"}`)
	})
}

// An adapter may ask for other namespaces while it opens one.
func TestAdapterOpensNamespaces(t *testing.T) {
	var w *world
	o := openerFunc(func(name string) {
		if name == "/a" {
			w.Of("/b")
		}
	})
	w = newWorld(t, namespace.Config{Adapter: o}, engine.Config{})
	require.Equal(t, "/a", w.Of("/a").Name())
}

type openerFunc func(name string)

func (f openerFunc) Open(name string, _ adapter.Local) (adapter.Adapter, error) {
	f(name)
	return &opener{}, nil
}
