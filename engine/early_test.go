// early_test.go: clients that are in the main namespace from the start.

package engine_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// joiner is a receiver that says hello, after a while, to a client that it brings in.
type joiner struct {
	*receiver
	after time.Duration
}

func (j joiner) Join() {
	j.calls.Add(1)
	if j.after == 0 {
		j.say("hello")
	} else {
		time.AfterFunc(j.after, func() { j.say("hello") })
	}
	j.calls.Add(-1)
}

func fromSite(site string) func(*http.Request) {
	return func(r *http.Request) {
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
			r.Header.Set("Origin", "http://other.example")
		}
	}
}

func TestJoinEarly(t *testing.T) {
	const c = handshake + "&resume=1&at=0&c=1"
	for name, f := range map[string]struct {
		query, site string
		after       time.Duration
		took        time.Duration
		early       bool
		body        string
	}{
		"at once":               {query: c, early: true, body: "4hello"},
		"soon":                  {query: c, after: 40 * time.Millisecond, took: 40 * time.Millisecond, early: true, body: "4hello"},
		"later":                 {query: c, after: time.Second, took: 50 * time.Millisecond, early: true},
		"same origin":           {query: c, site: "same-origin", early: true, body: "4hello"},
		"another site":          {query: c, site: "cross-site"},
		"another host, allowed": {query: c, site: "same-site"},
		"not asked for":         {query: handshake + "&resume=1&at=0"},
		"asked otherwise":       {query: handshake + "&resume=1&at=0&c=2"},
		"stock":                 {query: handshake + "&c=1"},
		"in a race":             {query: c + "&rid=abcdefghijklmnopqrstuv", early: true, body: "4hello"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engine.Config{Origins: []string{"*"}})
				w.wrap = func(r *receiver) engine.Receiver { return joiner{r, f.after} }
				start := time.Now()
				rec := w.do(http.MethodGet, f.query, "", fromSite(f.site))
				require.Equal(t, f.took, time.Since(start))
				require.Equal(t, http.StatusOK, rec.Code, rec.Body)
				if f.early {
					require.Contains(t, rec.Body.String(), `,"c":1,"resume":{`)
				} else {
					require.NotContains(t, rec.Body.String(), `"c"`)
				}
				require.Equal(t, f.body, rec.Body.String()[len(firstPacket(rec.Body.String())):])
				time.Sleep(2 * time.Second)
			})
		})
	}
}

// firstPacket returns the first packet of a payload, with the separator behind it.
func firstPacket(payload string) string {
	for i, c := range payload {
		if c == '\x1e' {
			return payload[:i+1]
		}
	}
	return payload
}

// Each candidate of a race says so, whichever came first; a WebSocket is never held up.
func TestJoinEarlyInARace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.wrap = func(r *receiver) engine.Receiver { return joiner{r, time.Second} }
		const rid = "&resume=1&c=1&rid=abcdefghijklmnopqrstuv&at="
		ws := w.dialQuery(rid + "0")
		require.Contains(t, ws.take(), `"c":1`)
		start := time.Now()
		rec := w.do(http.MethodGet, handshake+rid+"1", "")
		require.Contains(t, rec.Body.String(), `"c":1`)
		require.Equal(t, 50*time.Millisecond, time.Since(start))
		require.NoError(t, ws.send("70"))
		time.Sleep(time.Second)
		require.Equal(t, "4hello", ws.take())
		require.Len(t, w.receivers, 1)
	})
}

// A client that is brought in counts among those that have joined nothing until it has
// said something: else anybody could open sessions without end by a GET each.
func TestJoinEarlyLiftsNoLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{MaxUnjoined: 2})
		w.onOpen = func(*engine.Session) error { return nil }
		w.wrap = func(r *receiver) engine.Receiver { return joiningReceiver{r} }
		open := func() string { return answer(w.do(http.MethodGet, handshake+"&resume=1&at=0&c=1", "")) }
		first := open()
		require.Contains(t, first, `"c":1`)
		require.Contains(t, open(), `"c":1`)
		require.Contains(t, open(), "Too Many Requests")
		require.Equal(t, "ok", answer(w.do(http.MethodPost, handshake+"&resume=1&at=0&sid="+sidOf(t, first), "3")))
		require.Contains(t, open(), `"c":1`)
		time.Sleep(time.Minute)
	})
}

// joiningReceiver joins at once.
type joiningReceiver struct{ *receiver }

func (j joiningReceiver) Join() { j.s.Joined() }
