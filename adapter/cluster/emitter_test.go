// emitter_test.go: an emitter reaches the sockets of servers over a bus.

package cluster_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/event"
)

type report struct {
	Title string `json:"title"`
	Pages int    `json:"pages"`
}

const (
	reported = event.Event[report]("report")
	moved    = event.Event2[string, int]("moved")
)

func TestEmitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		e, err := cluster.NewEmitter(&bus, quiet)
		require.NoError(t, err)
		one, two := newMember(t, &bus, quiet), newMember(t, &bus, quiet)
		one.follow("a", "b")
		synctest.Wait()
		require.NoError(t, reported.Emit(e.To("a").Except("x"), report{"q3", 7}))
		require.NoError(t, moved.Emit(e.To("a", "b").Volatile(), "king", 2))
		require.NoError(t, moved.Emit(e, "all", 3))
		require.NoError(t, e.EmitServers("hello", 1))
		require.NoError(t, e.To("a").Join("new"))
		require.NoError(t, e.To("new").Emit("to the new"))
		require.NoError(t, e.To("a").Leave("new"))
		require.NoError(t, e.To("a").Disconnect(true))
		require.NoError(t, e.Of("/other").Emit("elsewhere"))
		require.Error(t, e.Emit("bad", func() {}))
		synctest.Wait()
		require.Equal(t, []string{"report", "moved", "moved", "hello", "", "to the new", "", ""}, one.events())
		require.Equal(t, []string{"moved", "hello", "", "to the new", "", ""}, two.events())
		require.Equal(t, []string{"a"}, one.ops[0].Rooms)
		require.Equal(t, []string{"x"}, one.ops[0].Except)
		require.Equal(t, []any{map[string]any{"title": "q3", "pages": int64(7)}}, one.ops[0].Event.Args)
		require.True(t, one.ops[1].Event.Volatile)
		require.True(t, one.ops[7].Close)
		require.Equal(t, adapter.Serve, one.ops[3].Kind)
		closeAll(t, one, two)
	})
}

// An emitter is no node: nobody waits for it.
func TestEmitterIsNoNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		e, err := cluster.NewEmitter(&bus, cluster.Config{})
		require.NoError(t, err)
		one, two := open(t, &bus, counted(1)), open(t, &bus, counted(2))
		require.NoError(t, e.Emit("x"))
		time.Sleep(time.Second)
		n, took, err := ask(one, adapter.Count)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Zero(t, took)
		require.NoError(t, errors.Join(one.Close(), two.Close()))
	})
}

// The error of the bus is that of what is emitted.
func TestEmitterRefused(t *testing.T) {
	w := &wire{Bus: new(memory.Bus)}
	w.cut.Store(true)
	e, err := cluster.NewEmitter(w, cluster.Config{MaxMessage: 1000})
	require.NoError(t, err)
	require.ErrorContains(t, e.Emit("x"), "cut")
	w.cut.Store(false)
	require.ErrorContains(t, e.Emit("x", make([]byte, 2000)), "MaxMessage")
}
