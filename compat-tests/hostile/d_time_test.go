// d_time_test.go: rows D about clients that do not answer or do not read, and what the log has of all that.

package hostile

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

// silentClient: it is pinged, and its socket ends once, when interval and timeout are over.
func silentClient(a *attack) {
	const lifetime, tolerance = 800 * time.Millisecond, time.Second
	start := time.Now()
	s := a.join()
	ping, err := s.tryNext()
	require.NoError(a, err)
	require.Equal(a, "2", ping)
	s.mustClose()
	took := time.Since(start)
	require.GreaterOrEqual(a, took, lifetime)
	require.LessOrEqual(a, took, lifetime+tolerance*slack)
	require.Equal(a, map[string]int{"ping timeout": 1}, a.stats().Left)
}

// pongFlood: pongs that nobody asked for are ignored, as the official server does, and cost next to nothing. There is no
// limit of rates; a POST holds 1,000 of them.
func pongFlood(a *attack) {
	const pongs = 100_000
	s := a.join()
	spent := a.spent(func() {
		if s.ws == nil {
			a.is(s.post(strings.TrimSuffix(repeat("3"+separator, pongs), separator)), http.StatusRequestEntityTooLarge, "")
		} else {
			s.many(func(int) string { return "3" }, pongs, pongs/10)
		}
		s.mustLive()
	})
	a.atMost(cost{cpu: 100 * time.Millisecond, peak: 8 << 20, allocated: 16 << 20}, spent)
}

// neverReads: what waits for a client is bounded, and it is closed for that.
func neverReads(a *attack) {
	const events, size, limit = 2000, 50_000, 4 << 20
	s := a.join()
	if c := s.connection(); c != nil {
		require.NoError(a, c.tcp.SetReadBuffer(4096))
	}
	spent := a.spent(func() {
		s.send(fmt.Sprintf(`42["burst",%d,%d]`, events, size))
		a.until("the client is taken for slow", func() bool { return a.stats().Left["slow client"] == 1 })
	})
	a.atMost(cost{peak: 8 * limit}, spent)
	require.Equal(a, map[string]int{"slow client": 1}, a.stats().Left)
	if s.transport == polling {
		s.mustClose()
	}
	s.mustBeGone()
}

// oneNeverReads: a room of 20 gets all of 400 events in their order, though another member reads none of them.
func oneNeverReads(a *attack) {
	const members, events, size = 20, 400, 40_000
	room := make([]*session, members)
	for i := range room {
		room[i] = a.alsoOver(websocket)
		room[i].send(`421["join","room"]`)
		require.Equal(a, `431["room"]`, room[i].next())
	}
	slow := a.alsoOver(websocket)
	require.NoError(a, slow.ws.tcp.SetReadBuffer(4096))
	slow.send(`42["join","room"]`)
	silent := a.alsoOver(polling)
	silent.send(`42["join","room"]`)
	a.until("all are in", func() bool { return a.events()["join"] == members+2 })
	what := repeat("x", size)
	start := time.Now()
	for i := range events {
		room[0].send(fmt.Sprintf(`42["say","room","%d-%s"]`, i, what))
		for _, s := range room {
			require.Equal(a, fmt.Sprintf(`42["said","%d-%s"]`, i, what), s.next())
		}
	}
	const each = 5 * time.Millisecond
	require.Less(a, time.Since(start), events*each*slack)
	a.until("the slow ones are closed", func() bool { return a.stats().Left["slow client"] == 2 })
	silent.mustClose()
}

// logInjection: the log has whole lines of printable text, whatever names and headers hold.
func logInjection(a *attack) {
	const evil = "\x1b[31m\r\nlevel=ERROR msg=forged"
	escaped := "%1b%5b31m%0d%0alevel=ERROR"
	s := a.join()
	s.send(`42["a\n\u001b[31mlevel=ERROR","`+a.marker+`"]`, "40/"+evil+",")
	s.mustLive()
	for _, query := range []string{
		"EIO=4&transport=" + a.transport + "&sid=" + escaped, "EIO=4&transport=" + escaped, "EIO=" + escaped + "&transport=" + a.transport,
	} {
		a.is(a.try(http.MethodGet, query), http.StatusBadRequest, "")
	}
	a.is(a.try(http.MethodGet, "EIO=4&transport="+a.transport, "Origin: http://\xff\xfe\u202eevil\\n"), http.StatusForbidden, "")
	for _, packet := range []string{`42["` + evil, "45" + evil + "-", "40/x,{" + evil, "9" + evil, `42/` + evil + `,["e"]`} {
		broken := a.join()
		broken.send(packet)
		broken.mustClose()
	}
	var log []string
	require.NoError(a, a.target.call(http.MethodGet, "/log", nil, &log))
	require.NotEmpty(a, log)
	for _, l := range log {
		require.True(a, strings.HasPrefix(l, "time="), "%q", l)
		require.NotContains(a, l, a.marker)
		require.NotContains(a, l, "forged")
		for _, r := range l {
			require.True(a, unicode.IsPrint(r), "%q in %q", r, l)
		}
	}
	require.LessOrEqual(a, len(log), len(a.sids)+1, "%q", log) // and one for the origin
}
