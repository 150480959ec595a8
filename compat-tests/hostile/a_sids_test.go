// a_sids_test.go: session IDs that could be guessed.

package hostile

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

var rowsSids = []row{
	{
		id: "A1", name: "session IDs that can be guessed", on: []string{polling}, control: true,
		settings: settings{Uncounted: true},
		run: func(a *attack) {
			n := 2_000
			if os.Getenv("EVERWIRE_COMPAT") != "" && !raceDetector {
				n = 100_000
			}
			a.checkSIDs(n, a.sidsInBatches())
		},
	},
	{
		id: "A1", name: "session IDs of WebSockets that can be guessed", on: []string{websocket}, control: true,
		settings: settings{Uncounted: true},
		run: func(a *attack) {
			a.checkSIDs(2_000, func() string {
				s := a.open()
				_ = s.ws.tcp.Close()
				return s.sid
			})
		},
	},
	{
		id: "A1", name: "a session ID that others are told", on: transports, control: true,
		run: func(a *attack) {
			s := a.open()
			s.send("40")
			id := between(s.next(), `"sid":"`, `"`)
			require.NotEmpty(a, id)
			require.NotEqual(a, s.sid, id, "the public ID is the secret one")
		},
	},
}

// bystanding is how many sessions the bystanders have.
const bystanding = 2

// nodeTag is how many bytes a session ID may begin with that are no secret.
const nodeTag = 2

// checkSIDs takes n session IDs, one after another. Each byte after the tag must be spread evenly, and so must its
// difference from the byte before it in time: that of a counter is always the same.
func (a *attack) checkSIDs(n int, next func() string) {
	known := make(map[string]bool, n)
	var values, steps [][256]int
	var before []byte
	for range n {
		sid := next()
		require.False(a, known[sid], "the same session ID twice")
		known[sid] = true
		raw, err := base64.RawURLEncoding.DecodeString(sid)
		require.NoError(a, err)
		raw = raw[min(nodeTag, len(raw)):]
		if values == nil {
			values, steps = make([][256]int, len(raw)), make([][256]int, len(raw))
		}
		require.Len(a, raw, len(values))
		for i, b := range raw {
			values[i][b]++
			if before != nil {
				steps[i][b-before[i]]++
			}
		}
		before = raw
	}
	if a.transport != websocket {
		a.counted(n)
	}
	for i := range values {
		a.even(values[i], n, "byte %d", i)
		a.even(steps[i], n-1, "steps of byte %d", i)
	}
	require.GreaterOrEqual(a, 8*len(values), 128, "random bits")
}

// sidsInBatches opens sessions by requests that do not wait for the answers to those before, and closes them likewise.
func (a *attack) sidsInBatches() (next func() string) {
	const batch = 50
	w := a.dial()
	require.NoError(a, w.lasts(10*a.target.patience))
	var ready []string
	return func() string {
		if len(ready) == 0 {
			a.sendAll(w, slices.Repeat([]string{rawRequest(a.addr, http.MethodGet, endpoint(polling, ""), "")}, batch))
			var ends []string
			for range batch {
				got := w.answer(http.MethodGet)
				require.Equal(a, http.StatusOK, got.status, "%s", got)
				sid := between(got.body, `"sid":"`, `"`)
				ready = append(ready, sid)
				ends = append(ends, rawRequest(a.addr, http.MethodPost, endpoint(polling, sid), "1"))
			}
			a.sendAll(w, ends)
			for range batch {
				require.Equal(a, http.StatusOK, w.answer(http.MethodPost).status)
			}
		}
		sid := ready[0]
		ready = ready[1:]
		return sid
	}
}

func (a *attack) sendAll(w *wire, requests []string) {
	_, err := io.WriteString(w.tcp, strings.Join(requests, ""))
	require.NoError(a, err)
}

func rawRequest(addr, method, target, body string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", method, target, addr, len(body), body)
}

// even is a χ² test with 255 degrees of freedom. Its limit is passed by chance once in some hundred million times.
func (a *attack) even(seen [256]int, n int, what string, i int) {
	const limit = 400
	expected := float64(n) / 256
	sum := 0.0
	for _, k := range seen {
		d := float64(k) - expected
		sum += d * d / expected
	}
	require.Less(a, sum, float64(limit), "χ² of "+what, i)
}
