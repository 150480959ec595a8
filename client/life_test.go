// life_test.go: how the client finds out that a connection is dead, and tries a
// better one.

package client_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

// A WebSocket that swallows everything is given up after 2.5 s, then after twice as
// long each time, at most 20 s; and another transport is tried first.
func TestSwallowed(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		_, p := s.session(client.Options{Transports: []string{client.WebSocket, client.Polling}})
		p.Close()
		wait := 2500 * time.Millisecond
		start := s.next("transport=websocket at=1").start // no OPEN
		for at := 2; at < 9; at++ {
			tr := client.Polling
			if at%2 == 1 {
				tr = client.WebSocket
			}
			q := s.next("transport=", tr, " at=", at)
			took := q.start.Sub(start)
			require.GreaterOrEqual(t, took, wait)
			require.Less(t, took, wait+5100*time.Millisecond, "and back-off")
			start, wait = q.start, min(2*wait, 20*time.Second)
		}
	})
}

// OPEN alone proves nothing.
func TestNoProbeAnswer(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		_, p := s.session(client.Options{Transports: []string{client.WebSocket, client.SSE}})
		p.Close()
		p = s.next("transport=websocket at=1").websocket()
		p.gets("2probe")
		p.send(opening(0, 1))
		start := time.Now()
		p.closed()
		require.Equal(t, 2500*time.Millisecond, time.Since(start))
		q := s.next("transport=sse at=2").stream().event(1, opening(0, 1))
		s.next("at=2").post("2probe")
		q.event(1, "3probe")
		synctest.Wait()
	})
}

// 3probe has the limits start anew.
func TestPatience(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		_, p := s.session(onlyWebSocket)
		p.Close()
		s.next("at=1").websocket() // swallowed
		p = s.next("at=2").websocket()
		p.gets("2probe")
		p.send(opening(0, 1), "3probe")
		synctest.Wait()
		p.Close()
		p = s.next("at=3").websocket()
		start := time.Now()
		p.gets("2probe")
		p.closed()
		require.Equal(t, 2500*time.Millisecond, time.Since(start))
	})
}

// What is not acknowledged for two seconds has the connection probed.
func TestUnacknowledged(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		p.gets("71", "2probe")
		p.send("3probe")
		time.Sleep(time.Minute / 4)
		start := time.Now()
		require.NoError(t, count.Emit(c, 1))
		p.gets(counts(1), "2probe")
		require.Equal(t, 2*time.Second, time.Since(start))
		p.send("3probe")
		p.gets("2probe") // it is still not
		require.Equal(t, 4*time.Second, time.Since(start))
		p.send("71", "3probe")
		p.silent(10 * time.Second)
		require.NoError(t, count.Emit(c, 2))
		s.next("at=1 ack=1")
		require.Equal(t, 14*time.Second+4500*time.Millisecond, time.Since(start).Truncate(100*time.Millisecond))
	})
}

// An acknowledgement of a part has the rest waited for anew.
func TestPartlyAcknowledged(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		p.gets("71", "2probe")
		p.send("3probe")
		require.NoError(t, count.Emit(c, 1))
		require.NoError(t, count.Emit(c, 2))
		p.gets(counts(1), counts(2))
		time.Sleep(time.Second)
		p.send("71")
		start := time.Now()
		p.gets("2probe")
		require.Equal(t, 2*time.Second, time.Since(start))
	})
}

// While handlers are behind the client reads no more, and judges nobody for that.
func TestBackpressure(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, p := s.session(onlyWebSocket)
		const n, size = 300, 50_000
		handled := 0
		wait := make(chan struct{})
		client.On(c, text, func(_ context.Context, v string) error { <-wait; handled++; return nil })
		var written atomic.Int32
		go func() {
			for range n {
				p.send(`42["text","` + strings.Repeat("x", size) + `"]`)
				written.Add(1)
			}
		}()
		require.NoError(t, p.SetReadDeadline(time.Time{}))
		go func() {
			for { // acknowledgements and probes
				if _, _, err := p.ReadMessage(); err != nil {
					return
				}
			}
		}()
		time.Sleep(10 * time.Minute)
		require.InDelta(t, 4<<20/size, written.Load(), 3)
		close(wait)
		synctest.Wait()
		require.Equal(t, n, handled)
		require.Equal(t, client.WebSocket, c.Transport())
	})
}

// After a swap the connection is probed again.
func TestSwapProbe(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		start := time.Now()
		_, p := s.session(onlyWebSocket)
		p.gets("71", "2probe")
		require.Equal(t, 5*time.Second, time.Since(start))
		p.closed()
		require.Equal(t, 7500*time.Millisecond, time.Since(start))
	})
}

// A server that is silent for longer than it may be is given up.
func TestNoPing(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		start := time.Now()
		_, p := s.session(onlyWebSocket)
		p.gets("71", "2probe")
		p.send("3probe")
		time.Sleep(20 * time.Second)
		p.send("2")
		p.gets("71", "3")
		p.closed()
		require.Equal(t, 25*time.Second+45*time.Second, time.Since(start))
		s.next("at=1 ack=1")
	})
}

// sse opens a session over SSE, where WebSockets are blocked.
func (s *fake) sse() (*client.Client, *request) {
	s.t.Helper()
	c := s.connect(client.Options{})
	s.next("transport=websocket at=0").answer(400, "no WebSockets here")
	q := s.next("transport=sse at=1").stream().event(1, opening(0, 0)+"|"+joined)
	s.next("at=1").post("2probe")
	q.event(1, "3probe")
	s.next("at=1").post("71") // after a second
	return c, q
}

// tried waits for the WebSocket that attaches nothing yet. At that moment SSE is
// probed, too, because it is the connection for some time.
func (s *fake) tried() *request {
	s.t.Helper()
	get, post := s.two()
	post.post("2probe")
	require.Equal(s.t, "websocket S   1", strings.Join([]string{get.Get("transport"), get.Get("sid"), get.Get("at"), get.Get("ack"), get.Get("resume")}, " "))
	return get
}

func TestUpward(t *testing.T) {
	play(t, func(t *testing.T, s *fake) {
		c, q := s.sse()
		got := record(c)
		p := s.tried().websocket()
		p.gets("2probe")
		q.event(1, "3probe").event(2, counts(0)) // SSE is still the connection
		synctest.Wait()
		require.Equal(t, client.SSE, c.Transport())
		p.send("3probe")
		p.gets("52,2")
		q.event(3, counts(1)) // and is until OPEN
		synctest.Wait()
		require.NoError(t, count.Emit(c, 7))
		s.next("at=1 n=1").says(counts(7)) // lost
		p.send(opening(0, 2))
		q.cancelled()
		p.gets("73", counts(7))
		p.send(counts(1), counts(2))
		synctest.Wait()
		require.Equal(t, []int{0, 1, 2}, *got)
		require.Equal(t, client.WebSocket, c.Transport())
	})
}

// A trial that fails, in whatever way, starts nothing; the next one comes later.
func TestUpwardFails(t *testing.T) {
	for name, fail := range map[string]func(p *peer){
		"unknown":    func(p *peer) { p.refuse(4001) },
		"superseded": func(p *peer) { p.refuse(4002) },
		"closed":     func(p *peer) { p.Close() },
		"silent":     func(p *peer) { p.closed() },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *fake) {
				c, q := s.sse()
				start := time.Now()
				first := s.tried()
				p := first.websocket()
				p.gets("2probe")
				q.event(1, "3probe")
				fail(p)
				second := s.next("transport=websocket sid=S resume=1 at= ack=")
				require.InDelta(t, 10, second.start.Sub(first.start).Seconds(), 2.6)
				require.Less(t, first.start.Sub(start), 5*time.Second)
				require.Equal(t, client.SSE, c.Transport())
				require.True(t, c.Connected())
			})
		})
	}
}

// If the newest attachment fails, the one before stays, if it answers.
func TestOlderStays(t *testing.T) {
	for _, answers := range []bool{true, false} {
		play(t, func(t *testing.T, s *fake) {
			c, q := s.sse()
			p := s.tried().websocket()
			p.gets("2probe")
			q.event(1, "3probe")
			p.send("3probe")
			p.gets("52,1")
			p.closed() // no OPEN came
			s.next("at=1 transport=sse").post("2probe")
			if answers {
				q.event(1, "3probe").event(2, counts(1))
				s.next("at=1").post("72")
				require.Equal(t, client.SSE, c.Transport())
				return
			}
			q.cancelled()
			s.next("at=3 sid=S")
		})
	}
}
