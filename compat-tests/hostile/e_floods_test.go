// e_floods_test.go: rows E about too much: bodies, acknowledgements, attachments.

package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// announce sends the head of a POST with so many bytes, and the first of them.
func (v *survivor) announce(n int, begins string) *wire {
	w := v.a.dial()
	to := endpoint(v.transport, "") + "&" + v.query(with("at=%d&n=%d", v.at, v.sent+1))
	require.NoError(v.a, w.send(http.MethodPost, to, header(with("Content-Length: %d", n), "Expect: 100-continue"), ""))
	if got := w.answer(http.MethodPost); got.status != http.StatusContinue {
		v.a.is(got, http.StatusTooManyRequests, "")
		_ = w.tcp.Close()
		return nil
	}
	_, err := w.tcp.Write([]byte(begins))
	require.NoError(v.a, err)
	return w
}

// unfinishedBodies: 8 bodies may be on their way, the next are refused at once, and what comes down is not held up.
func unfinishedBodies(a *attack) {
	const bodies, most = 20, 8
	v := a.survivor(a.transport)
	var arriving []*wire
	for range bodies {
		if w := v.announce(900_000, `42["e",`); w != nil {
			arriving = append(arriving, w)
		}
	}
	require.Len(a, arriving, most)
	require.Equal(a, itoa(http.StatusTooManyRequests), v.post(a.transport, "1", with("at=%d", v.at)), "a goodbye too")
	v.attach(websocket)
	v.mustLive()
	for _, w := range arriving {
		_ = w.tcp.Close()
	}
	v.attach(a.transport)
	a.until("there is room", func() bool { return v.post(a.transport, "2probe", with("at=%d", v.at)) == done })
	v.mustLive()
	require.Empty(a, a.events())
}

// announcedBodies: memory is for what has come, not for what is announced.
func announcedBodies(a *attack) {
	const sessions, bodies, each = 20, 8, 100 << 10
	before := a.state().Heap
	for range sessions {
		v := a.survivor(a.transport)
		for range bodies {
			require.NotNil(a, v.announce(999_999, `42["e",`))
		}
	}
	a.until("all have come", func() bool { return a.goroutinesIn("uplink.readBody") == sessions*bodies })
	require.LessOrEqual(a, a.state().Heap-before, int64(sessions*bodies*each), "bytes that live of %d bodies", sessions*bodies)
}

// announcedBody: the same in sessions of the base, which have one POST each.
func announcedBody(a *attack) {
	const sessions, each = 100, 100 << 10
	before := a.state().Heap
	for range sessions {
		s, w := a.join(), a.dial()
		require.NoError(a, w.send(http.MethodPost, s.endpoint(), header("Content-Length: 999999"), `42["e",`))
	}
	a.until("all have come", func() bool { return a.goroutinesIn("uplink.readBody") == sessions })
	require.LessOrEqual(a, a.state().Heap-before, int64(sessions*each), "bytes that live of %d bodies", sessions)
}

// postsThatWait: while the application is busy, 5 POSTs are kept and the rest refused; each event is handled once, in order.
func postsThatWait(a *attack) {
	decide, handled := make(chan struct{}), make(chan int, 10_000)
	a.host(everwire.Config{}, nil, func(g *guest) {
		g.On("e", func(c *everwire.Ctx) error {
			<-decide
			var n int
			err := c.Bind(&n)
			handled <- n
			return err
		})
		a.visit(g, func() { a.postAll(decide, handled) })
	})
}

func (a *attack) postAll(decide chan struct{}, handled <-chan int) {
	const posts, most, events = 20, 5, 200 // events in each, more than a socket's queue holds
	defer close(decide)
	v := a.survivor(a.transport)
	answers := make(chan string, posts)
	for i := range posts {
		var packets []string
		for j := range events {
			packets = append(packets, fmt.Sprintf(`42["e",%d]`, i*events+j))
		}
		w := a.dial()
		to := endpoint(a.transport, "") + "&" + v.query(with("at=0&n=%d", v.sent+1+i*events))
		require.NoError(a, w.send(http.MethodPost, to, "Connection: close\r\n", strings.Join(packets, separator)))
		go func() { answers <- w.answer(http.MethodPost).verdict() }() // ends with the answer, or at the connection's deadline
	}
	for range posts - most {
		require.Contains(a, []string{itoa(http.StatusTooManyRequests), badRequest}, <-answers)
	}
	decide <- struct{}{}
	require.Zero(a, <-handled)
	for i := 1; i < events; i++ { // those of the first, at least
		decide <- struct{}{}
		require.Equal(a, i, <-handled)
	}
}

// neverAcknowledges: what a client does not acknowledge is kept up to a limit, and then its session ends.
func neverAcknowledges(a *attack) {
	const limit, size = 4 << 20, 50_000
	v := a.survivor(a.transport)
	read := make(chan struct{})
	go func() { // ends with the connection
		defer close(read)
		if v.conn != nil {
			discard(v.conn.tcp)
		}
	}()
	spent := a.spent(func() {
		v.send(with(`42["burst",2000,%d]`, size))
		a.until("the client is taken for slow", func() bool { return a.stats().Left["slow client"] == 1 })
	})
	a.atMost(cost{peak: 8 * limit}, spent)
	v.mustBeGone()
	v.cut()
	<-read
}

// floodOfControl: probes and acknowledgements cost next to nothing, and are answered together.
func floodOfControl(a *attack) {
	const packets = 50_000
	v := a.survivor(a.transport)
	for _, packet := range []string{"2probe", with("7%d", v.have), "70", "3"} {
		spent := a.spent(func() {
			if a.transport == websocket {
				go discard(v.conn.tcp) // ends with the connection
				_, err := v.conn.tcp.Write([]byte(repeat(string(text(packet)), packets)))
				require.NoError(a, err)
			} else {
				for range 10 {
					require.Equal(a, done, v.post(a.transport, strings.TrimSuffix(repeat(packet+separator, 1000), separator), with("at=%d", v.at)))
				}
			}
			v.cut()
			v.attach(a.transport)
			v.mustLive()
		})
		a.naming(packet, func() { a.atMost(cost{cpu: 100 * time.Millisecond, peak: 16 << 20, allocated: 64 << 20}, spent) })
	}
}

// longQueries: of the request that attached, nothing is kept that the session does not need.
func longQueries(a *attack) {
	const sessions, size, each = 30, 900_000, 50 << 10
	before := a.state().Heap
	for range sessions {
		v := a.survivor(a.transport)
		r := v.get(a.transport, v.attachment(a.transport, 1, v.have)+"&filler="+repeat("x", size))
		require.Equal(a, opened, r.verdict)
		if r.conn != nil && a.transport == sse {
			_ = r.conn.tcp.Close() // net/http keeps the request of a stream for as long as that lasts
		}
	}
	a.until("the streams are gone", func() bool { return a.goroutinesIn("transport/sse.") == 0 })
	require.LessOrEqual(a, a.state().Heap-before, int64(sessions*each), "bytes that live of %d sessions", sessions)
}

// longUpgrades: the same of the request of a WebSocket that a session of the base was upgraded to.
func longUpgrades(a *attack) {
	const sessions, size, each = 30, 900_000, 50 << 10
	before := a.state().Heap
	for range sessions {
		s := a.alsoOver(polling)
		got, w := a.upgrade(endpoint(websocket, s.sid) + "&filler=" + repeat("x", size))
		require.NotNil(a, w, "%s", got)
		w.say("2probe")
		a.hears(w, "3probe")
		s.upgrade(w)
	}
	require.LessOrEqual(a, a.state().Heap-before, int64(sessions*each), "bytes that live of %d sessions", sessions)
}

// floodOfAttachments: 500 in a row, each of which replays, leave one connection.
func floodOfAttachments(a *attack) {
	const attachments, events = 500, 10
	v := a.survivor(a.transport)
	first := v.have
	v.send(`42["burst",10,1000]`)
	for range events {
		require.Contains(a, v.next(), "burst")
	}
	last := v.have
	v.have = first
	a.within(time.Second, func() {
		for range attachments {
			old := v.conn
			v.attach(a.transport)
			v.have = first
			if old != nil {
				_ = old.tcp.Close()
			}
		}
	})
	a.until("one connection is left", func() bool { return a.goroutinesIn("transport/sse.", "transport/websocket.") <= 3 })
	v.attach(a.transport)
	require.Less(a, v.have, last, "nothing is sent again") // less than all where a poll has acknowledged the first
	for v.have < last {
		require.Contains(a, v.next(), "burst")
	}
	v.mustLive()
	require.Equal(a, bystanding+1, a.stats().Sessions)
}
