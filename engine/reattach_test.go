// reattach_test.go: connections that take the place of others, and sessions without
// one.

package engine_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func TestReattach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		poll := k.goGet("&at=0&ack=0&p=1")
		synctest.Wait()
		ws := k.socket("&at=2&ack=0")
		require.Equal(t, "6", <-poll, "the poll is ended")
		require.Equal(t, "0(0,0)", ws.said())
		require.Equal(t, superseded, k.get("&at=1&ack=0&p=0"), "came late")
		require.Equal(t, superseded, k.get("&at=2&ack=0&p=0"), "equal, on another transport")
		require.NoError(t, ws.send("4a"))
		k.say("1", "2", "3")
		require.Equal(t, "41 42 43", ws.said())
		require.NoError(t, ws.send("72"))

		second := k.socket("&at=3&ack=0")
		require.Equal(t, "end 4000", ws.said())
		require.Equal(t, "0(1,2) 43", second.said())
		require.NoError(t, ws.send("4 ghost"), "ignored")
		require.NoError(t, ws.send("71"))
		require.Equal(t, []string{"4a"}, k.messages())
		ws.lose() // of no interest
		require.NoError(t, second.send("4b"))
		require.Equal(t, []string{"4a", "4b"}, k.messages())
		require.ErrorContains(t, k.socket("&at=1&ack=0").err, "superseded")

		// The same attachment again, by a proxy that retries.
		third := k.socket("&at=3&ack=2")
		require.Equal(t, "end 4000", second.said())
		require.Equal(t, "0(2,2) 43", third.said())
		require.Empty(t, k.closed())
		require.Equal(t, engine.WebSocket, k.s.Transport())
	})
}

// watcher is told when its session is suspended.
type watcher struct {
	*receiver
	mu   sync.Mutex
	seen []string
}

func (r *watcher) add(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, what)
}
func (r *watcher) Suspended() { r.add("suspended") }
func (r *watcher) Resumed()   { r.add("resumed") }

func TestDetached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var watch *watcher
		w := newWorld(t, engine.Config{})
		w.wrap = func(r *receiver) engine.Receiver { watch = &watcher{receiver: r}; return watch }
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(0,0)", ws.said())
		ws.lose()
		k.say("while away")
		time.Sleep(59 * time.Second)
		require.Empty(t, k.closed())
		ws = k.socket("&at=2&ack=0")
		require.Equal(t, "0(0,0) 4while away", ws.said())
		ws.lose()
		require.Equal(t, []string{"suspended", "resumed", "suspended"}, watch.seen)
		time.Sleep(61 * time.Second)
		require.Equal(t, engine.TransportClose, k.closed())
		require.Equal(t, unknownSession, k.get("&at=3&ack=0&p=0"))
		require.ErrorContains(t, k.socket("&at=3&ack=0").err, "Session ID unknown")
	})
}

// A missing pong only detaches, and a poll of the same attachment revives it.
func TestPingTimeoutDetaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		require.Equal(t, "2", k.get("&at=0&ack=0&p=1"))
		require.Equal(t, "2", k.get("&at=0&ack=0&p=2"), "repeated: the answer may be lost")
		require.Equal(t, "ok", k.post("&at=0", "3"))
		require.Equal(t, "2", k.get("&at=0&ack=0&p=3"))
		time.Sleep(30 * time.Second)
		require.Empty(t, k.closed())
		k.say("x")
		require.Equal(t, "4x", k.get("&at=0&ack=0&p=4"))
		require.Equal(t, "2", k.get("&at=0&ack=1&p=5"))
		time.Sleep(20*time.Second + 59*time.Second)
		require.Empty(t, k.closed())
		time.Sleep(2 * time.Second)
		require.Equal(t, engine.PingTimeout, k.closed())
	})
}

func TestTryUpward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("")
		require.Empty(t, ws.said(), "it attaches nothing")
		require.NoError(t, ws.send("2probe"))
		require.Equal(t, "3probe", ws.said())
		k.say("x")
		require.Equal(t, "4x", k.get("&at=0&ack=0&p=1"))
		require.Empty(t, ws.said())
		woken := ws.woken.Load()
		require.NoError(t, ws.send("51,1"))
		require.Equal(t, woken+1, ws.woken.Load(), "for OPEN, with nothing else to send")
		require.Equal(t, "0(0,1)", ws.said())
		require.Equal(t, superseded, k.get("&at=0&ack=1&p=2"))
		require.NoError(t, ws.send("51,1"))
		require.Equal(t, "end 4003", ws.said(), "a second 5")

		require.Equal(t, "0(0,1)", k.get("&at=2&ack=1&p=0"))
		for packet, code := range map[string]string{"5": "4003", "51": "4003", "51,x": "4003", "51,1": "4002", "52,1": "4002", "4early": "4003"} {
			ws = k.socket("")
			require.NoError(t, ws.send(packet))
			require.Equal(t, "end "+code, ws.said(), packet)
		}
		ws = k.socket("")
		time.Sleep(11 * time.Second)
		require.Equal(t, "end 4003", ws.said(), "nothing for 10 s")
		require.Empty(t, k.messages())
		require.Equal(t, "ok", k.post("&at=2&n=1", "4still"))
	})
}

func TestBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{Resume: engine.Resume{Buffer: 100_000, Memory: 250_000}})
		k, _ := w.openResume("")
		require.ErrorIs(t, k.s.Send(text(strings.Repeat("x", 100_001))), engine.ErrMessageTooLarge)
		k.say(strings.Repeat("x", 60_000))
		require.NotEmpty(t, k.get("&at=0&ack=0&p=1"))
		require.ErrorIs(t, k.s.Send(text(strings.Repeat("x", 60_000))), engine.ErrSlow, "kept until it is acknowledged")
		require.Equal(t, engine.SlowClient, k.closed())

		// Detached sessions: what they share counts once; the oldest ends first.
		shared := text(strings.Repeat("x", 90_000))
		var all []*walker
		for i := range 4 {
			k, _ := w.openResume("")
			k.socket("&at=1&ack=0").lose()
			time.Sleep(time.Second)
			require.NoError(t, k.s.Send(shared))
			if i > 0 {
				k.say("mine")
			}
			all = append(all, k)
		}
		for _, k := range all {
			require.Empty(t, k.closed())
		}
		require.Equal(t, "0(0,0) 4"+strings.Repeat("x", 90_000)+" 4mine", all[3].get("&at=2&ack=0&p=0"), "attached: not counted")
		require.Equal(t, "ok", all[3].post("&at=2", "72"))
		for _, k := range all[1:3] {
			require.Equal(t, "ok", k.post("&at=1&n=1", "1"), "gone: not counted")
		}
		a, _ := w.openResume("")
		a.socket("&at=1&ack=0").lose()
		a.say(strings.Repeat("y", 95_000))
		require.Empty(t, all[0].closed())
		b, _ := w.openResume("")
		b.socket("&at=1&ack=0").lose()
		b.say(strings.Repeat("z", 95_000))
		require.Equal(t, engine.TransportClose, all[0].closed(), "detached longest")
		require.Empty(t, a.closed())
		require.Empty(t, b.closed())
	})
}

// A connection that takes nothing of much is lost, and the client may come back. One
// that takes it, however slowly, stays.
func TestSlowConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.said()
		big := strings.Repeat("x", 500_000)
		for range 3 {
			k.say(big)
		}
		require.NotEmpty(t, ws.said(), "all of it")
		for range 30 {
			time.Sleep(time.Second)
			k.say("small")
			require.Equal(t, "4small", strings.TrimPrefix(ws.said(), "2 "))
			if time.Now().Second() == 27 {
				require.NoError(t, ws.send("3"))
			}
		}
		for range 3 {
			k.say(big) // not taken
		}
		time.Sleep(11 * time.Second)
		require.Equal(t, "end 4000", ws.said())
		require.Empty(t, k.closed())
		require.Contains(t, k.get("&at=2&ack=2&p=0"), "0(0,2) 4xxx")
	})
}

func TestAbortedPollDetaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			w.do(http.MethodGet, handshake+"&resume=1&at=0&ack=0&p=1&sid="+k.sid, "", cancelled(ctx))
			close(done)
		}()
		synctest.Wait()
		cancel()
		<-done
		k.say("x")
		require.Empty(t, k.closed())
		require.Equal(t, "4x", k.get("&at=0&ack=0&p=2"), "the same attachment goes on")
	})
}

// What is refused changes nothing, whatever else is wrong with it.
func TestLateRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=5&ack=0")
		ws.said()
		require.Equal(t, superseded, k.get("&at=1&ack=7&p=0"), "more acknowledged than was sent")
		trial := k.socket("")
		require.NoError(t, trial.send("1"))
		require.Equal(t, "end 4003", trial.said(), "a trial cannot end the session")
		require.Empty(t, k.closed())
		require.NoError(t, ws.send("1"))
		require.Equal(t, engine.TransportClose, k.closed())
	})
}

// What a WebSocket carries is counted: an acknowledgement of what the client got
// elsewhere does not leave anything out.
func TestAcknowledgedElsewhere(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	k.say("1", "2", "3", "4", "5")
	require.Equal(t, "41 42 43 44 45", k.get("&at=0&ack=0&p=1"))
	ws := k.socket("&at=1&ack=0") // on its way before the answer to the poll had come
	b := engine.Batch{MaxBytes: 1}
	next := func() (texts []string) {
		require.NoError(t, ws.conn.TryNext(&b))
		for _, m := range b.Messages {
			texts = append(texts, string(m.AppendPayload(nil, 0)))
		}
		return texts
	}
	require.Equal(t, []string{"41"}, next())
	require.NoError(t, ws.send("75"))
	for _, want := range []string{"42", "43", "44", "45"} {
		require.Equal(t, []string{want}, next())
	}
	require.Empty(t, next())
	k.say("6")
	require.Equal(t, []string{"46"}, next())
	ws.lose()
	require.Equal(t, "0(0,5) 46", k.get("&at=2&ack=5&p=0"), "and what was acknowledged is forgotten")
}

// While a handler keeps a POST waiting, with the pong behind it, polls wait too.
func TestPingStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		stop := make(chan struct{})
		w.onReceive = func(*engine.Session, eio.Packet) error { <-stop; return nil }
		k, _ := w.openResume("")
		go k.post("&at=0&n=1", "4slow 3")
		n, start := 0, time.Now()
		for p := 1; n < 1000 && time.Since(start) < time.Minute; p++ {
			require.Equal(t, "2", k.get("&at=0&ack=0&p=%d", p))
			n++
		}
		close(stop)
		synctest.Wait()
		require.Less(t, n, 20)
	})
}

// A message that takes long to write does not make its connection slow.
func TestLargeMessageOnASlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.take()
		k.say(strings.Repeat("x", 2<<20))
		var b engine.Batch
		require.NoError(t, ws.conn.TryNext(&b)) // all was taken; the transport writes it for 15 s
		k.say("small")
		time.Sleep(15 * time.Second)
		got := ws.take()
		require.NotContains(t, got, "end 4000")
	})
}

// A POST with an acknowledgement does not make its session the one detached last.
func TestDetachedLongest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{Resume: engine.Resume{Memory: 3000, Window: 10 * time.Minute}})
		a, _ := w.openResume("")
		a.say("x", strings.Repeat("y", 1000))
		require.NotEmpty(t, a.get("&at=0&ack=0&p=1"))
		time.Sleep(20 * time.Second)
		b, _ := w.openResume("")
		time.Sleep(26 * time.Second) // a: ping timeout
		b.say(strings.Repeat("z", 1000))
		time.Sleep(20 * time.Second) // b: ping timeout
		require.Equal(t, "ok", a.post("&at=0", "71"))
		c, _ := w.openResume("")
		c.say(strings.Repeat("c", 1800))
		time.Sleep(46 * time.Second)
		require.NotEmpty(t, a.closed())
		require.Empty(t, b.closed())
	})
}
