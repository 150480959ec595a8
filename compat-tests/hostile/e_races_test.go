// e_races_test.go: rows E about races: handshakes that share a name.

package hostile

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/stretchr/testify/require"
)

// raceName makes the name of a race.
func raceName() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// wrongRaceNames open no session.
func wrongRaceNames(a *attack) {
	before := a.stats().Sessions
	name := raceName()
	for _, wrong := range []string{
		"", "x", name[1:], name + "A", repeat("A", 10_000), name[:21] + "%", name[:21] + "+", name[:19] + "%41", name[:20] + "\xc3\xa9", "__proto__",
		name + "&rid=" + raceName(),
	} {
		a.naming(wrong, func() { require.Equal(a, badRequest, a.get(a.transport, "resume=1&at=0&rid="+wrong).verdict) })
	}
	require.Equal(a, before, a.stats().Sessions)
}

// manyLegs: a race of 40 has one session and 8 candidates, of which one is taken. Afterwards no other is.
func manyLegs(a *attack) {
	const legs, most = 40, 8
	before, name := a.goroutines(), raceName()
	v := &survivor{a: a, transport: a.transport}
	var conns []*wire
	for at := range legs {
		r := a.get(a.transport, with("resume=1&rid=%s&at=%d", name, at))
		sid := v.sid
		v.begin(r)
		require.Contains(a, []string{"", v.sid}, sid, "another session")
		conns = append(conns, r.conn)
	}
	a.sids = append(a.sids, v.sid)
	for _, c := range conns[:legs-most] {
		switch a.transport {
		case websocket:
			require.Equal(a, retired, c.ended())
		case sse:
			_, err := c.untilEnd()
			require.NoError(a, err, "an old leg does not end")
			_ = c.tcp.Close() // else it waits for another request
		}
	}
	a.until("the oldest are ended", func() bool { return a.goroutines() <= before+2*most+4 })
	v.at = legs - 1
	if v.conn != nil && a.transport == websocket {
		v.conn.say("70")
	}
	v.send("40")
	require.True(a, strings.HasPrefix(v.next(), "40{"))
	for at := range legs + 1 {
		require.Equal(a, superseded, a.get(a.transport, with("resume=1&rid=%s&at=%d", name, at)).verdict)
	}
	v.mustLive()
	require.Equal(a, bystanding+1, a.stats().Sessions)
	v.leave()
	require.Equal(a, unknown, a.get(a.transport, with("resume=1&rid=%s&at=%d", name, legs+1)).verdict)
}

// oneNumberTwice: a leg replaces one of its number if it is its retry, over the same transport.
func oneNumberTwice(a *attack) {
	name := raceName()
	v := &survivor{a: a, transport: a.transport}
	for range 20 {
		v.begin(a.get(a.transport, with("resume=1&rid=%s&at=5", name)))
	}
	a.sids = append(a.sids, v.sid)
	for _, other := range transports {
		if other != a.transport {
			require.Equal(a, superseded, a.get(other, with("resume=1&rid=%s&at=5", name)).verdict)
		}
	}
	v.at = 5
	v.send("40")
	require.True(a, strings.HasPrefix(v.next(), "40{"))
	v.mustLive()
}

// onlyRaces: handshakes with a name are counted as others are. Nothing is left of those that have ended.
func onlyRaces(a *attack) {
	const tries, limit = 400, 100
	kept := a.dial()
	statuses := map[int]int{}
	for range tries {
		got := kept.request(http.MethodGet, endpoint(polling, "")+"&resume=1&rid="+raceName(), "", "")
		if statuses[got.status]++; got.status == http.StatusOK {
			a.sids = append(a.sids, between(got.body, `"sid":"`, `"`))
		}
	}
	require.Equal(a, map[int]int{http.StatusOK: limit, http.StatusTooManyRequests: tries - limit}, statuses)
	for _, sid := range a.sids {
		a.is(kept.request(http.MethodPost, endpoint(polling, sid)+"&resume=1&at=0", "", "1"), http.StatusOK, done)
	}
	require.Equal(a, bystanding, a.stats().Sessions)
}

// largeRaces: of a race whose session has ended its name is known for a while, and nothing else.
func largeRaces(a *attack) {
	const races, size, kept = 300, 30_000, 4 << 10
	before := a.state().Heap
	w := a.dial()
	head := header("X-Filler: " + repeat("x", size))
	for range races {
		got := w.request(http.MethodGet, endpoint(polling, "")+"&resume=1&rid="+raceName()+"&filler="+repeat("y", size), head, "")
		a.is(got, http.StatusOK, "")
		sid := between(got.body, `"sid":"`, `"`)
		a.is(w.request(http.MethodPost, endpoint(polling, sid)+"&resume=1&at=0", "", "1"), http.StatusOK, done)
	}
	a.counted(races)
	require.Equal(a, bystanding, a.stats().Sessions)
	require.LessOrEqual(a, a.state().Heap-before, int64(races*kept), "bytes that live of %d races", races)
}

// manyRaces: the table of names is full. What it takes is bounded, and who comes then gets a session all the same.
func manyRaces(a *attack) {
	races := 2_000
	if os.Getenv("EVERWIRE_COMPAT") != "" {
		races = 70_000 // more than the table has room for
	}
	const batch, each = 50, 500
	before := a.state().Heap
	w := a.dial()
	require.NoError(a, w.lasts(10*a.target.patience))
	for range races / batch {
		var handshakes, ends []string
		for range batch {
			handshakes = append(handshakes, rawRequest(a.addr, http.MethodGet, endpoint(polling, "")+"&resume=1&rid="+raceName(), ""))
		}
		a.sendAll(w, handshakes)
		for range batch {
			got := w.answer(http.MethodGet)
			require.Equal(a, http.StatusOK, got.status, "%s", got)
			sid := between(got.body, `"sid":"`, `"`)
			ends = append(ends, rawRequest(a.addr, http.MethodPost, endpoint(polling, sid)+"&resume=1&at=0", "1"))
		}
		a.sendAll(w, ends)
		for range batch {
			require.Equal(a, http.StatusOK, w.answer(http.MethodPost).status)
		}
	}
	a.counted(races)
	require.LessOrEqual(a, a.state().Heap-before, int64(1<<16*each), "bytes that live")
	for _, transport := range transports {
		v := &survivor{a: a, transport: transport}
		v.begin(a.get(transport, "resume=1&rid="+raceName()))
		a.sids = append(a.sids, v.sid)
		v.send("40")
		require.True(a, strings.HasPrefix(v.next(), "40{"), transport)
		v.mustLive()
	}
}

// legOfAnother: who knows the name of a race, but is another user, gets neither the session nor its decision.
func legOfAnother(a *attack) {
	name := raceName()
	v := &survivor{a: a, transport: a.transport, head: []string{"X-User: alice"}}
	v.begin(a.get(a.transport, "resume=1&at=0&rid="+name, v.head...))
	a.sids = append(a.sids, v.sid)
	for _, head := range []string{"X-User: mallory", "X-User: nobody", "X-No-User: x"} {
		for at := range 3 {
			got := a.get(a.transport, fmt.Sprintf("resume=1&at=%d&rid=%s", at, name), head)
			require.Equal(a, itoa(http.StatusForbidden), got.verdict, "%s, leg %d", head, at)
		}
	}
	v.send("40")
	require.True(a, strings.HasPrefix(v.next(), "40{"))
	v.mustLive()
}
