// traits_test.go: messages that are dropped, replaced, and counted.

package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func textWith(s string, traits engine.Traits) *engine.Message {
	m := text(s)
	m.SetTraits(traits)
	return m
}

func volatile(s string) *engine.Message { return textWith(s, engine.Traits{Volatile: true}) }

func latest(key, s string) *engine.Message { return textWith(s, engine.Traits{Key: key}) }

func TestVolatileIsDroppedForWhoIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		require.NoError(t, k.s.Send(volatile("nobody polls")))
		got := k.goPoll()
		synctest.Wait()
		require.NoError(t, k.s.Send(volatile("first")))
		require.NoError(t, k.s.Send(volatile("second")))
		k.say("last")
		require.Equal(t, "4first 4last", <-got)

		ws := w.dial("")
		ws.take()
		s := w.last().s
		require.NoError(t, s.Send(text("a")))
		require.NoError(t, s.Send(volatile("behind a")))
		require.Equal(t, "4a", ws.take())
		require.NoError(t, s.Send(volatile("b")))
		require.Equal(t, "4b", ws.take())
	})
}

func TestLatestTakesThePlaceOfWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		for i := range 3 {
			require.NoError(t, k.s.Send(latest("eur", fmt.Sprint("eur", i))))
			k.say(fmt.Sprint("news", i))
			require.NoError(t, k.s.Send(latest("usd", fmt.Sprint("usd", i))))
		}
		require.Equal(t, "4eur2 4news0 4usd2 4news1 4news2", k.poll())
		require.NoError(t, k.s.Send(latest("eur", "eur3")))
		require.Equal(t, "4eur3", k.poll(), "what was handed out has no place to take")
		require.Zero(t, k.s.Buffered())
	})
}

// One price waits, not a thousand: the client never gets too slow.
func TestLatestBoundsMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		for range 100 {
			m := bigText(1 << 20)
			m.SetTraits(engine.Traits{Key: "k"})
			require.NoError(t, k.s.Send(m))
			require.Less(t, k.s.Buffered(), 1<<20+100)
		}
	})
}

const keepBytes = 10_000

func keeping(memory int) engine.Config {
	return engine.Config{Keep: engine.Keep{Buffer: keepBytes, Memory: memory}, PingInterval: time.Second, PingTimeout: time.Second}
}

// owned is a message of the owner that can come back.
func owned(owner, s string) *engine.Message {
	return textWith(s, engine.Traits{Owner: owner, Mark: s})
}

// rest collects, at the end of a session, what it kept.
type rest struct {
	*receiver
	latest, rest []string
}

func (r *rest) Closed(why engine.CloseReason) {
	for _, owner := range []string{"a", "b"} {
		latest, list := r.s.Unconfirmed(owner)
		if latest != nil {
			r.latest = append(r.latest, owner+":"+latest.Traits().Mark)
		}
		for _, m := range list {
			r.rest = append(r.rest, m.Traits().Mark)
		}
	}
	r.receiver.Closed(why)
}

// newKeepingWorld makes a server whose receivers are rest.
func newKeepingWorld(t *testing.T, memory int) (w *world, last func() *rest) {
	var r *rest
	w = newWorld(t, keeping(memory))
	w.wrap = func(inner *receiver) engine.Receiver {
		r = &rest{receiver: inner}
		inner.s.Begin("a")
		inner.s.Begin("b")
		return r
	}
	return w, func() *rest { return r }
}

func send(t *testing.T, s *engine.Session, list ...*engine.Message) {
	t.Helper()
	for _, m := range list {
		require.NoError(t, s.Send(m))
	}
}

func TestKeptUntilThePong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, last := newKeepingWorld(t, 0)
		ws := w.dial("")
		ws.take()
		s := w.last().s
		send(t, s, owned("a", "1"), text("nobody's"), owned("b", "2"), owned("a", "3"))
		require.Equal(t, "41 4nobody's 42 43", ws.take())
		time.Sleep(1100 * time.Millisecond)
		send(t, s, owned("a", "4"))
		require.Equal(t, "2 44", ws.take())
		require.NoError(t, ws.send("3"))
		send(t, s, owned("a", "5"))
		ws.conn.Release(engine.ErrPeerClosed)
		require.Equal(t, []string{"a:3", "b:2"}, last().latest)
		require.Equal(t, []string{"4", "5"}, last().rest, "what was handed out after the ping, or not at all")
	})
}

// An owner that begins anew has nothing of what was sent before.
func TestKeptSinceBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, last := newKeepingWorld(t, 0)
		ws := w.dial("")
		ws.take()
		s := w.last().s
		send(t, s, owned("a", "1"), owned("b", "2"), owned("nobody", "3"))
		s.Begin("a")
		send(t, s, owned("a", "4"))
		ws.take()
		ws.conn.Release(engine.ErrPeerClosed)
		require.Empty(t, last().latest)
		require.Equal(t, []string{"4", "2"}, last().rest)
	})
}

func TestKeptUntilTheNextPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, last := newKeepingWorld(t, 0)
		k := w.open()
		send(t, k.s, owned("a", "1"))
		require.Equal(t, "41", k.poll())
		send(t, k.s, owned("a", "2"))
		require.Equal(t, "42", k.poll())
		k.s.Close(engine.ForcedClose)
		require.Equal(t, []string{"a:1"}, last().latest)
		require.Equal(t, []string{"2"}, last().rest)
	})
}

// Much that is kept has the client asked what has arrived; what is too much is
// forgotten.
func TestKeptIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, last := newKeepingWorld(t, 0)
		ws := w.dial("")
		ws.take()
		s := w.last().s
		message := func(mark string) *engine.Message {
			m := engine.NewMessage(eio.Text(make([]byte, 1000)))
			m.SetTraits(engine.Traits{Owner: "a", Mark: mark})
			return m
		}
		for i := range 5 {
			send(t, s, message(fmt.Sprint(i)))
		}
		require.Equal(t, "2", ws.take()[5*1002:], "a ping, long before its time")
		for i := range 20 {
			send(t, s, message(fmt.Sprint(5+i)))
			ws.take()
		}
		ws.conn.Release(engine.ErrPeerClosed)
		require.Equal(t, []string{"a:15"}, last().latest)
		require.Len(t, last().rest, 9, "of 1,032 bytes each")
		require.Equal(t, "24", last().rest[8])
	})
}

func TestAllThatIsKeptIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, last := newKeepingWorld(t, 3*132)
		open := func() (*socket, *engine.Session) {
			ws := w.dial("")
			ws.take()
			return ws, w.last().s
		}
		first, a := open()
		shared := func(mark string) *engine.Message {
			m := engine.NewMessage(eio.Text(make([]byte, 100)))
			m.SetTraits(engine.Traits{Owner: "a", Mark: mark})
			return m
		}
		list := []*engine.Message{shared("1"), shared("2"), shared("3")}
		send(t, a, list...)
		first.take()
		second, b := open()
		send(t, b, list...)
		second.take()
		require.Equal(t, 3*132, engine.Kept(w.srv), "a message that two sessions keep counts once")
		send(t, b, shared("4"))
		second.take()
		first.conn.Release(engine.ErrPeerClosed)
		r := last()
		second.conn.Release(engine.ErrPeerClosed)
		require.Empty(t, r.rest, "who would keep more forgets its own")
		require.Zero(t, engine.Kept(w.srv))
	})
}
