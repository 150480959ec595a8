// listen_test.go: those who listen to everything: events in and out, rooms,
// namespaces.

package namespace_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

func TestOnAny(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		w.Main().On("known", func(c *namespace.Ctx) error { h.add("handler"); return nil })
		w.Main().OnAny(func(c *namespace.Ctx) { h.add(fmt.Sprint(c.Event(), c.Len())) })
		p, s := w.joined(t)
		p.send(`42["known",1]`, `42["unknown"]`)
		require.Equal(t, []string{"known1", "handler", "unknown0"}, h.take())

		w.Main().OnAnyOutgoing(func(to *namespace.Socket, e sio.Emission) {
			h.add(fmt.Sprint(to == s, " ", e.Event, e.Args))
		})
		w.Main().OnAnyOutgoing(func(*namespace.Socket, sio.Emission) { panic("listener") })
		require.NoError(t, s.Emit("one", 1))
		require.NoError(t, w.Main().Emit("all", 2))
		p.expect(`42["one",1]`, `42["all",2]`)
		require.Equal(t, []string{"true one[1]", "true all[2]"}, h.take())
		require.Contains(t, w.log.String(), "panic: listener")
	})
}

func TestOnRoom(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		names := []string{"created", "joined", "left", "deleted"}
		w.Main().OnRoom(func(e namespace.RoomEvent) {
			h.add(fmt.Sprint(names[e.Change], " ", e.Room, " ", len(e.Socket)))
			_ = w.Main().Sockets() // no lock is held
		})
		p, s := w.joined(t)
		_, other := w.joined(t)
		require.NoError(t, s.Join("a", "a"))
		require.NoError(t, other.Join("a"))
		require.NoError(t, s.Leave("a", "b"))
		require.Equal(t, []string{"created a 0", "joined a 20", "joined a 20", "left a 20"}, h.take())
		require.NoError(t, s.Join("b"))
		p.Cut()
		require.Equal(t, []string{"created b 0", "joined b 20", "left b 20", "deleted b 0"}, h.take())
	})
}
