// holds_test.go: sessions of all kinds beside a model of what their clients get, and
// what is left of it.

package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// modelled is a client of the model: what it has to get, and what it has got.
type modelled struct {
	t     *testing.T
	w     *world
	rnd   *rand.Rand
	s     *engine.Session
	ws    *socket // nil while it is detached
	k     *walker // of a session with resumption, else nil
	at    int
	armed bool // it can take a volatile message

	made  int
	queue []string       // waits, in order
	keys  map[string]int // places in it
	has   []string       // it has got
	acked int            // of those, that it has acknowledged
	lost  []string       // was handed out, and did not arrive
}

// send sends a message: plain, of a key, or volatile.
func (c *modelled) send() {
	c.made++
	kind := []string{"plain", "volatile", "a", "b"}[c.rnd.IntN(4)]
	name := fmt.Sprint(kind, c.made, strings.Repeat("x", c.rnd.IntN(40)))
	traits := engine.Traits{Owner: "a", Mark: name}
	at, waits := c.keys[kind]
	switch kind {
	case "volatile":
		traits.Volatile = true
	case "a", "b":
		traits.Key = kind
	}
	require.NoError(c.t, c.s.Send(textWith(name, traits)))
	switch {
	case kind == "volatile" && !c.armed:
		return
	case traits.Key != "" && waits:
		c.queue[at] = name
	default:
		if traits.Key != "" {
			c.keys[kind] = len(c.queue)
		}
		c.queue = append(c.queue, name)
	}
	c.armed = false
}

// take has the connection take what waits.
func (c *modelled) take() {
	if c.ws == nil {
		return
	}
	var got []string
	for _, text := range strings.Fields(c.ws.take()) {
		if name, ok := strings.CutPrefix(text, "4"); ok {
			got = append(got, name)
		}
	}
	require.Equal(c.t, slices.Concat(c.lost, c.queue), got)
	c.has = append(c.has, got...)
	c.lost, c.queue, c.keys, c.armed = nil, nil, map[string]int{}, true
}

// pong answers a ping, which an outbox that keeps much has sent before its time.
func (c *modelled) pong() {
	if c.ws != nil {
		_ = c.ws.send("3")
	}
}

// ack acknowledges some of what a client with resumption has.
func (c *modelled) ack() {
	if c.k != nil && c.ws != nil {
		c.acked += c.rnd.IntN(len(c.has) - c.acked + 1)
		require.NoError(c.t, c.ws.send(fmt.Sprint("7", c.acked)))
	}
}

// lose loses the connection, and some of what was handed out last.
func (c *modelled) lose() {
	if c.k == nil || c.ws == nil {
		return
	}
	c.ws.lose()
	c.ws, c.armed = nil, false
	n := c.acked + c.rnd.IntN(len(c.has)-c.acked+1)
	c.lost, c.has = slices.Clone(c.has[n:]), c.has[:n:n]
}

// back comes back. The client says what it has, and what was lost comes again.
func (c *modelled) back() {
	if c.k == nil || c.ws != nil {
		return
	}
	c.at++
	c.acked = len(c.has)
	c.ws = c.k.socket(fmt.Sprintf("&at=%d&ack=%d", c.at, len(c.has)))
	require.NoError(c.t, c.ws.err)
	c.take()
}

// end ends the session: nothing of it is left.
func (c *modelled) end() {
	if c.ws != nil {
		c.take()
	}
	c.s.Close(engine.ForcedClose)
	if c.ws != nil {
		c.ws.take()
		c.ws.conn.Release(engine.ErrPeerClosed)
	}
	time.Sleep(2 * time.Minute)
	synctest.Wait()
	bytes, keys, messages := engine.Outbox(c.s)
	require.Zero(c.t, bytes)
	require.Zero(c.t, keys)
	require.Zero(c.t, messages)
	require.Zero(c.t, c.s.Buffered())
}

// check compares what waits, as far as it can be seen.
func (c *modelled) check() {
	n := 0
	for _, name := range c.queue {
		n += len(name) + 32
	}
	if c.k == nil || c.ws != nil {
		require.Equal(c.t, n, c.s.Buffered())
	} else {
		require.GreaterOrEqual(c.t, c.s.Buffered(), n)
		require.GreaterOrEqual(c.t, engine.Hoarded(c.w.srv), n)
	}
	require.Equal(c.t, "", string(c.w.last().closed()))
}

// kinds are the sessions, by what opens them.
var kinds = map[string]func(c *modelled){
	"stock": func(c *modelled) { c.ws = c.w.dial("") },
	"kept":  func(c *modelled) { c.ws = c.w.dial("") },
	"resumable": func(c *modelled) {
		c.k, _ = c.w.openResume("")
		c.s, c.at = c.k.s, 1
		c.ws = c.k.socket("&at=1&ack=0")
	},
}

// What a client gets is what was sent, but what was replaced or dropped before it was
// handed out; and at the end nothing is kept anywhere.
func TestSessionsBesideTheirModel(t *testing.T) {
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) {
			for seed := range uint64(60) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, engine.Config{})
					if kind == "kept" {
						w, _ = newKeepingWorld(t, 5_000)
					}
					c := &modelled{t: t, w: w, rnd: rand.New(rand.NewPCG(seed, 2)), keys: map[string]int{}}
					open(c)
					c.s = w.last().s
					c.take()
					acts := []func(){c.send, c.send, c.send, c.send, c.take, c.pong, c.ack, c.lose, c.back}
					for range 400 {
						acts[c.rnd.IntN(len(acts))]()
						c.check()
					}
					c.back()
					c.end()
					require.Zero(t, engine.Kept(w.srv))
					require.Zero(t, engine.Hoarded(w.srv))
				})
			}
		})
	}
}

// A client that loses its connection while the server shuts down, before it was told,
// is waited for no longer than one that had none.
func TestLostDuringShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.take()
		k.say("unread")
		k.s.Close(engine.ShuttingDown)
		ws.lose()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Zero(t, w.srv.Sessions())
	})
}
