// sse_silence_test.go: proxies that cut a silent stream, what keeps it from being silent, and what a session does about a cut.

package proxies

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// A silentStream is a stream on which nothing happens for a while but what keeps it alive.
type silentStream struct {
	proxy    string
	limit    time.Duration // of the proxy
	interval time.Duration // Config.PingInterval
	until    time.Duration // then an event is sent
	alive    int           // comments that must come before
	ends     bool          // it must be cut, at the limit
	*eventSource

	server *backend
	start  time.Time
	took   time.Duration
	err    error
}

// silentStreams are limits below and above the intervals of pings (25 s, or what is set) and of comments (15 s), and streams
// without a proxy over all versions of HTTP.
func silentStreams(t *testing.T) (all []*silentStream) {
	for _, s := range []silentStream{
		{limit: 3 * time.Second, until: 5 * time.Second, ends: true},
		{limit: 3 * time.Second, until: 5 * time.Second, interval: time.Second},
		{limit: 12 * time.Second, until: 18 * time.Second, ends: true},
		{limit: 18 * time.Second, until: 20 * time.Second, alive: 1},
	} {
		for _, kind := range strict {
			for _, resume := range []bool{false, true} {
				s := s
				s.proxy = kind
				s.server = newBackend(t, everwire.Config{PingInterval: s.interval}, nil)
				url := startProxy(t, kind, impatient(t, kind, s.limit), s.server.Addr).URL()
				s.eventSource = newEventSource(t, url, &http.Transport{}, resume)
				all = append(all, &s)
			}
		}
	}
	for _, v := range versions {
		s := &silentStream{proxy: "none, " + v.name, until: 18 * time.Second, alive: 1}
		s.eventSource = v.eventSource(t, startWeb(t, plain, v.secure), false)
		all = append(all, s)
	}
	return all
}

// wait waits for the event, or for the cut.
func (s *silentStream) wait() {
	_, s.err = s.tick(0, time.Minute)
	s.took = time.Since(s.start)
}

// TestSilentStreams prints when each was cut. A session with resumption goes on over a new stream.
func TestSilentStreams(t *testing.T) {
	needs(t, strict...)
	t.Parallel()
	all := silentStreams(t)
	var wg sync.WaitGroup
	for _, s := range all {
		s.open()
		s.askTicks(1, s.until)
		s.start = time.Now()
		wg.Go(s.wait)
	}
	wg.Wait()
	const line = "%-24s %-6s %-6s %-7s %-9s %-25s %s\n"
	var table strings.Builder
	fmt.Fprintf(&table, line, "proxy", "limit", "pings", "resume", "comments", "after", "then")
	for _, s := range all {
		t.Run(fmt.Sprintf("%s %v, resume=%t, cut=%t", s.proxy, s.limit, s.resume, s.ends), func(t *testing.T) {
			after, then := fmt.Sprintf("%.1f s: an event", s.took.Seconds()), ""
			if s.err != nil {
				after = fmt.Sprintf("%.1f s: %v", s.took.Seconds(), s.err)
			}
			if s.err != nil && s.ends {
				then = s.goOn(t)
			}
			pings := "25s"
			if s.interval > 0 {
				pings = s.interval.String()
			}
			fmt.Fprintf(&table, line, s.proxy, s.limit, pings, fmt.Sprint(s.resume), fmt.Sprint(s.comments), after, then)
			s.check(t)
		})
	}
	t.Logf("\n%s", table.String())
}

func (s *silentStream) check(t *testing.T) {
	assert.Equal(t, s.ends, s.err != nil, s.err)
	assert.Equal(t, s.alive, s.comments, "comments")
	if s.ends {
		assert.InDelta(t, s.limit.Seconds(), s.took.Seconds(), 2, "when it was cut")
	}
}

// goOn returns what became of the session: it has ended, or it goes on over a new stream with nothing lost.
func (s *silentStream) goOn(t *testing.T) string {
	s.cut()
	if !s.resume {
		require.Eventually(t, func() bool { return s.server.sessions() == 0 }, patience, 10*time.Millisecond)
		require.NoError(t, s.stream("", patience))
		_, err := s.next(patience)
		require.ErrorContains(t, err, `refused: {"code":1,"message":"Session ID unknown"}`)
		return "session over"
	}
	last := "" // what came last: the event that was due may have come before this look
	for i := range 3 {
		require.NoError(t, s.server.server.Emit("meanwhile", i))
		s.attach()
		for last != fmt.Sprintf(`42["meanwhile",%d]`, i) {
			var err error
			last, err = s.next(patience)
			require.NoError(t, err)
		}
		s.post(fmt.Sprintf(`42["count",%d]`, i))
		s.cut()
	}
	s.attach()
	s.post(`427["counted"]`)
	last, err := s.next(patience)
	require.NoError(t, err)
	require.Equal(t, `437[{"received":3,"disordered":0}]`, last)
	return "same session, nothing lost"
}
