// poll_test.go: answers to polls: their order, their size, and the two ends of a
// session.

package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func TestPollTakesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		k.say("a", "b")
		require.Equal(t, "4a 4b", k.poll())
		answer := k.goPoll()
		synctest.Wait()
		require.Empty(t, answer, "an empty poll waits")
		k.say("c")
		require.Equal(t, "4c", <-answer)
	})
}

// python-engineio refuses more than 16 packets; an event is not torn from its
// attachments.
func TestPollTakesSixteenPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		count := func(answer string) int { return len(strings.Fields(answer)) }
		for range 40 {
			k.say("x")
		}
		require.Equal(t, []int{16, 16, 8}, []int{count(k.poll()), count(k.poll()), count(k.poll())})

		unit := func(attachments int) *engine.Message {
			packets := []eio.Packet{eio.Text([]byte("event"))}
			for range attachments {
				packets = append(packets, eio.Binary([]byte{1, 2, 3}))
			}
			return engine.NewMessage(packets...)
		}
		for range 3 {
			require.NoError(t, k.s.Send(unit(6))) // 7 packets each
		}
		require.NoError(t, k.s.Send(unit(30))) // more than fit
		k.say("last")
		require.Equal(t, []int{14, 7, 31, 1}, []int{count(k.poll()), count(k.poll()), count(k.poll()), count(k.poll())})
	})
}

func TestPollTakesMaxPayload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		for range 3 {
			require.NoError(t, k.s.Send(bigText(600_000)))
		}
		for range 3 {
			require.Len(t, k.poll(), 600_001)
		}
		require.NoError(t, k.s.Send(bigText(3_000_000)))
		require.Len(t, k.poll(), 3_000_001, "one message always fits")
	})
}

// A broadcast with an attachment is encoded once, and all get the same.
func TestBinaryMessage(t *testing.T) {
	m := engine.NewMessage(eio.Text([]byte("e")), eio.Binary([]byte{1, 2}))
	require.Equal(t, "4e\x1ebAQI=", string(m.AppendPayload(nil, 0)))
	require.Equal(t, "6\x1e4e\x1ebAQI=", string(m.AppendPayload([]byte("6"), 0)))
	require.Equal(t, "head4e\x1ebAQI=", string(m.AppendPayload([]byte("head"), 4)))
	require.Len(t, m.Packets(), 2)
	require.Equal(t, "b", string(engine.NewMessage(eio.Binary(nil)).AppendPayload(nil, 0)))
}

func TestServerClose(t *testing.T) {
	t.Run("pending poll", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k := w.open()
			answer := k.goPoll()
			synctest.Wait()
			k.s.Close(engine.ForcedClose)
			require.Equal(t, "1", <-answer)
			require.Equal(t, engine.ForcedClose, k.closed())
			require.Equal(t, unknownSession, k.poll())
		})
	})
	t.Run("what was sent comes first", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k := w.open()
			k.say(strings.Split(strings.Repeat("x", 20), "")...)
			k.s.Close(engine.ForcedClose)
			k.s.Close(engine.ShuttingDown)
			require.Equal(t, engine.ForcedClose, k.closed(), "the first reason")
			require.ErrorIs(t, k.s.Send(text("late")), engine.ErrClosed)
			require.Equal(t, "ok", k.post("4ignored"))
			require.Empty(t, k.messages())
			require.Equal(t, strings.TrimSpace(strings.Repeat("4x ", 16)), k.poll())
			require.Equal(t, 1, w.srv.Sessions())
			require.Equal(t, "4x 4x 4x 4x", k.poll())
			require.Equal(t, "1", k.poll())
			require.Zero(t, w.srv.Sessions())
			require.Equal(t, unknownSession, k.poll())
		})
	})
	t.Run("nobody comes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k := w.open()
			k.say("x")
			k.s.Close(engine.ForcedClose)
			time.Sleep(30*time.Second - 2*step)
			require.Equal(t, 1, w.srv.Sessions())
			time.Sleep(4 * step)
			require.Zero(t, w.srv.Sessions())
			require.Equal(t, unknownSession, k.poll())
		})
	})
	t.Run("websocket", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k := w.dial("")
			k.take()
			w.last().say("x")
			require.Equal(t, "4x", k.take())
			require.EqualValues(t, 1, k.woken.Load())
			w.last().say("y")
			w.last().s.Close(engine.ForcedClose)
			require.Equal(t, "4y end", k.take())
			require.EqualValues(t, 2, k.woken.Load(), "one wake for each time that nothing was there")
			k.conn.Release(engine.ErrPeerClosed)
			require.Equal(t, engine.ForcedClose, w.last().closed())
		})
	})
}

func TestDone(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, other := w.open(), w.open()
	done := k.s.Done()
	require.Equal(t, done, k.s.Done())
	k.s.Close(engine.ForcedClose)
	<-done
	other.s.Close(engine.ForcedClose)
	<-other.s.Done()
}

func TestClientClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		answer := k.goPoll()
		synctest.Wait()
		require.Equal(t, "ok", k.post("4last\x1e1\x1e4too late"))
		require.Equal(t, "6", <-answer, "as the official server answers")
		require.Equal(t, unknownSession, k.poll())
		require.Equal(t, unknownSession, k.post("4x"))
		require.Equal(t, engine.TransportClose, k.closed())
		require.Equal(t, []string{"4last"}, k.messages())

		s := w.dial("")
		s.take()
		require.NoError(t, s.send("1"))
		require.Equal(t, "end", s.take(), "the official server waits for its ping timeout here")
		require.Equal(t, engine.TransportClose, w.last().closed())
	})
}

func TestPollsOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		first := k.goPoll()
		synctest.Wait()
		require.Equal(t, badRequest, k.poll())
		require.Equal(t, "1", <-first)
		require.Equal(t, unknownSession, k.poll())
		require.Equal(t, engine.TransportError, k.closed())
	})
}

// body is a request body that blocks until it is told what to say.
type body struct{ parts chan string }

func (b body) Read(p []byte) (int, error) {
	part, more := <-b.parts
	if !more {
		return 0, io.EOF
	}
	if part == "" {
		return 0, errors.New("connection reset")
	}
	return copy(p, part), nil
}

func (k *client) goPost(b body) <-chan string {
	ch := make(chan string, 1)
	go func() {
		ch <- k.post("", func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(b), -1 })
	}()
	return ch
}

func TestPostsOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		b := body{make(chan string)}
		first, poll := k.goPost(b), k.goPoll()
		b.parts <- "4a\x1e4"
		synctest.Wait()
		require.Equal(t, badRequest, k.post("4second"))
		require.Equal(t, engine.TransportError, k.closed())
		require.Equal(t, "1", <-poll)
		b.parts <- "b"
		close(b.parts)
		<-first
		require.Empty(t, k.messages(), "the first is not applied by half")
	})
}

func TestPostInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		b := body{make(chan string)}
		answer := k.goPost(b)
		for _, part := range []string{"4\xe2", "\x82", "\xac\x1e", "4b"} {
			b.parts <- part
		}
		close(b.parts)
		require.Equal(t, "ok", <-answer)
		require.Equal(t, []string{"4€", "4b"}, k.messages())
	})
}

func TestAbortedPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		b := body{make(chan string, 2)}
		b.parts <- "4half"
		b.parts <- ""
		<-k.goPost(b)
		require.Empty(t, k.messages())
		require.Equal(t, engine.TransportError, k.closed())
	})
}

// A client that leaves while it polls may have lost an answer.
func TestAbortedPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		ctx, cancel := context.WithCancel(t.Context())
		answer := k.goPoll(cancelled(ctx))
		synctest.Wait()
		cancel()
		<-answer
		require.Equal(t, engine.TransportError, k.closed())
		require.Equal(t, unknownSession, k.poll())
	})
}

// Control packets count: python-engineio refuses an answer of more than 16.
func TestPollCountsControlPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		time.Sleep(25*time.Second + 300*time.Millisecond) // a ping waits
		k.say(strings.Split(strings.Repeat("x", 20), "")...)
		require.Equal(t, "2 "+strings.TrimSpace(strings.Repeat("4x ", 15)), k.poll())
	})
}
