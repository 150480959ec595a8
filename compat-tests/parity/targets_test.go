// targets_test.go: the rows about modifiers, and about listeners of all events.

package parity

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace/sio"
)

var _ = prove(map[string]func(*testing.T){
	"server-volatile":           dropsVolatile(func(c *member) everwire.Target { return c.s.srv.Volatile() }),
	"operator-volatile":         dropsVolatile(func(c *member) everwire.Target { return c.s.srv.To(c.id).Volatile() }),
	"socket-volatile":           volatilePolling,
	"socket-volatile-delivered": volatileDelivered,
	"socket-volatile-next":      volatileNext,
	"server-local":              staysLocal(func(s *site) everwire.Target { return s.srv.Local() }),
	"operator-local":            staysLocal(func(s *site) everwire.Target { return s.srv.To("x").Local() }),
	"socket-local":              socketLocal,
	"socket-conn":               socketConn,
	"server-sockets-join":       serverJoin,
	"server-sockets-leave":      serverLeave,

	"on-any":                  onAny,
	"on-any-prepend":          onAnyOrder,
	"on-any-off":              onAnyStays,
	"on-any-outgoing":         onAnyOutgoing,
	"on-any-outgoing-prepend": onAnyOutgoingOrder,
	"on-any-outgoing-off":     onAnyOutgoingStays,
	"on-any-acks":             onAnyAcks,
})

// dropsVolatile asserts that a client whose connection is busy does not get what is volatile, and that another does.
func dropsVolatile(target func(c *member) everwire.Target) func(*testing.T) {
	return func(t *testing.T) {
		bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
			c := s.join()
			synctest.Wait()
			require.NoError(t, c.socket().Emit("first")) // which is written until the client reads
			synctest.Wait()
			require.NoError(t, target(c).Emit("dropped"))
			require.NoError(t, c.socket().Emit("second"))
			c.expect(`42["first"]`, `42["second"]`)
			c.quiet()
			synctest.Wait()
			require.NoError(t, target(c).Emit("taken"))
			c.expect(`42["taken"]`)
		})
	}
}

// volatilePolling: without a poll that waits there is nobody to take it.
func volatilePolling(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.joinPolling()
	require.NoError(t, c.socket().Volatile().Emit("dropped"))
	require.NoError(t, c.socket().Volatile().Emit("dropped", []byte{1}))
	c.quiet()
}

func volatileDelivered(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		c := s.join()
		synctest.Wait()
		require.NoError(t, c.socket().Volatile().Emit("v", []byte{1}))
		c.expect(`451-["v",{"_placeholder":true,"num":0}]`, "bAQ==")
	})
}

func volatileNext(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.joinPolling()
	v := c.socket().Volatile()
	require.NoError(t, v.Emit("dropped"))
	require.NoError(t, c.socket().Emit("kept", 1))
	require.NoError(t, v.Emit("dropped"))
	require.NoError(t, c.socket().Emit("kept", 2))
	c.expect(`42["kept",1]`, `42["kept",2]`)
	c.quiet()
}

func staysLocal(target func(s *site) everwire.Target) func(*testing.T) {
	return func(t *testing.T) {
		a, b := two(t, everwire.Config{})
		mine, theirs := a.join(), b.join()
		require.NoError(t, mine.socket().Join("x"))
		require.NoError(t, theirs.socket().Join("x"))
		require.NoError(t, target(a).Emit("e", 1))
		mine.expect(`42["e",1]`)
		theirs.quiet()
		mine.quiet()
	}
}

func socketLocal(t *testing.T) {
	a, b := two(t, everwire.Config{})
	mine, near, far := a.join(), a.join(), b.join()
	require.NoError(t, mine.socket().Broadcast().Local().Emit("e", 1))
	near.expect(`42["e",1]`)
	mine.quiet()
	far.quiet()
}

func socketConn(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.joinPolling()
	require.Zero(t, c.socket().Buffered())
	require.NoError(t, c.socket().Emit("e", "1234567890"))
	require.GreaterOrEqual(t, c.socket().Buffered(), 10)
	require.Equal(t, "polling", c.socket().Transport())
}

func serverJoin(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.join()
	require.NoError(t, a.srv.JoinAll("x", "y"))
	require.ElementsMatch(t, []string{"x", "y"}, one.socket().Rooms())
	require.ElementsMatch(t, []string{"x", "y"}, other.socket().Rooms())
}

func serverLeave(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.join()
	require.NoError(t, one.socket().Join("x"))
	require.NoError(t, other.socket().Join("x", "y"))
	require.NoError(t, a.srv.LeaveAll("x"))
	require.Empty(t, one.socket().Rooms())
	require.Equal(t, []string{"y"}, other.socket().Rooms())
}

func onAny(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.OnAny(func(c *everwire.Ctx) { told.ch <- fmt.Sprint(c.Event(), " ", c.Len()) })
	s.srv.On("e", func(*everwire.Ctx) error { told.ch <- "handled"; return nil })
	c := s.join()
	c.Send(`42["e",1,2]`, `42["nobody"]`)
	told.expect("e 2", "handled", "nobody 0")
}

func onAnyOrder(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	for _, name := range []string{"first", "second"} {
		s.srv.OnAny(func(*everwire.Ctx) { told.ch <- name })
	}
	s.join().Send(`42["e"]`)
	told.expect("first", "second")
}

func onAnyStays(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.OnAny(func(c *everwire.Ctx) { told.ch <- c.Socket().ID() })
	for range 2 {
		c := s.join()
		c.Send(`42["e"]`, `42["e"]`)
		told.expect(c.id, c.id)
	}
}

// listenOut notes what is sent to each socket.
func listenOut(s *site, told notes, as string) {
	s.srv.OnAnyOutgoing(func(socket *everwire.Socket, e sio.Emission) { told.ch <- fmt.Sprint(as, e.Event, e.Args) })
}

func onAnyOutgoing(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	listenOut(s, told, "")
	c, _ := s.join(), s.join()
	require.NoError(t, c.socket().Emit("one", 1))
	told.expect("one[1]")
	require.NoError(t, s.srv.Emit("all", 2))
	told.expect("all[2]", "all[2]")
	c.call(3)
	told.expect("ask[3]")
	told.none()
	c.expect(`42["one",1]`, `42["all",2]`)
}

func onAnyOutgoingOrder(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	listenOut(s, told, "first ")
	listenOut(s, told, "second ")
	require.NoError(t, s.join().socket().Emit("e"))
	told.expect("first e[]", "second e[]")
}

func onAnyOutgoingStays(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	listenOut(s, told, "")
	for range 2 {
		require.NoError(t, s.join().socket().Emit("e"))
		told.expect("e[]")
	}
}

func onAnyAcks(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	c := s.join()
	done := c.call()
	id := c.question("")
	listenOut(s, told, "")
	s.srv.OnAny(func(c *everwire.Ctx) { told.ch <- c.Event() })
	c.Send("43" + id + "[1]")
	require.NoError(t, (<-done).err)
	c.quiet() // its event is seen, its answer is not
	told.expect("sync")
	told.none()
}
