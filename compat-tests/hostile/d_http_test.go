// d_http_test.go: rows D about requests: slow ones, odd methods, encodings, two in one.

package hostile

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// slowloris: 100 headers and 100 bodies come at a byte a second, a binary packet on each transport lacks an attachment,
// and 20 answers and 20 streams are not read. The headers are cut by the HTTP server; the library cuts the rest after 10 s, with their
// sessions but for those of the bodies. Somebody who is honest is not kept waiting.
func slowloris(a *attack) {
	const each, limit = 100, 10 * time.Second
	honest := a.alsoOver(websocket)
	sessions := make([]*session, each)
	for i := range sessions {
		sessions[i] = a.alsoOver([]string{polling, sse}[i%2])
	}
	usual := max(p99(honest.echoes(100)), 5*time.Millisecond)
	start := time.Now()
	headers, bodies := a.begin(sessions)
	torn := map[string]*session{websocket: a.alsoOver(websocket), polling: a.alsoOver(polling), sse: a.alsoOver(sse)}
	for _, s := range torn {
		s.send(half)
		s.wait()
	}
	unread := a.leaveUnread(20, polling) + a.leaveUnread(20, sse)
	defer trickle(slices.Concat(headers, bodies))()
	require.Less(a, p99(honest.echoes(300)), 2*slack*usual, "an echo meanwhile")
	for _, w := range headers {
		require.False(a, isTimeout(w.answer(http.MethodGet).err), "a header that trickles is read for ever")
	}
	for transport, s := range torn {
		a.naming("binary packet on "+transport, func() { s.mustClose() })
		require.Greater(a, time.Since(start), limit/2, "a slow client must have its time")
	}
	for i, w := range bodies {
		a.is(w.answer(http.MethodPost), http.StatusRequestTimeout, "")
		require.Greater(a, time.Since(start), limit/2, "a slow client must have its time")
		sessions[i].mustLive()
	}
	a.until("who does not read is cut off", func() bool {
		left := a.stats().Left
		return left["transport error"]+left["slow client"] == unread // two deadlines, of 10 s both
	})
	require.Equal(a, map[string]int{"burst": unread, "done": unread}, a.events())
}

// begin begins a request of each kind for each session: a header, and a body.
func (a *attack) begin(sessions []*session) (headers, bodies []*wire) {
	for _, s := range sessions {
		h, b := a.dial(), a.dial()
		require.NoError(a, b.send(http.MethodPost, s.endpoint(), header("Content-Length: 900000"), `42["e",`))
		_, err := h.tcp.Write([]byte("GET " + endpoint(polling, "") + " HTTP/1.1\r\nHost: x\r\nX-"))
		require.NoError(a, err)
		headers, bodies = append(headers, h), append(bodies, b)
	}
	return headers, bodies
}

// leaveUnread has n sessions sent what is too much for the kernel's buffers, and does not read it.
func (a *attack) leaveUnread(n int, transport string) int {
	before := a.events()["done"]
	for i := range n {
		s := a.alsoOver(transport)
		if s.stream != nil {
			require.NoError(a, s.stream.tcp.SetReadBuffer(4096))
		}
		s.send(`42["burst",16,250000]`, `42["done"]`)
		a.until("the answer is ready", func() bool { return a.events()["done"] == before+i+1 })
		if s.stream != nil {
			continue
		}
		w := a.dial()
		require.NoError(a, w.tcp.SetReadBuffer(4096))
		require.NoError(a, w.send(http.MethodGet, endpoint(polling, s.sid), "", ""))
	}
	return n
}

// trickle sends a byte a second on all connections until it is stopped.
func trickle(wires []*wire) (stop func()) {
	done := make(chan struct{})
	go func() { // ends with stop
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				for _, w := range wires {
					_, _ = w.tcp.Write([]byte("0"))
				}
			}
		}
	}()
	return func() { close(done) }
}

// otherMethods: they do nothing, least of all take an event that waits for a poll.
func otherMethods(a *attack) {
	s := a.join()
	upgrade := ""
	if a.transport == websocket {
		upgrade = upgradeHead()
	}
	if a.transport == polling {
		s.send(`42["reflect",1]`)
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH", "HEAD", "TRACE", "OPTIONS", "PROPFIND", "get", "X"} {
		a.naming(method, func() {
			a.is(a.request(method, endpoint(a.transport, ""), upgrade, ""), http.StatusBadRequest, "")
			a.is(a.request(method, endpoint(a.transport, s.sid), upgrade, ""), http.StatusMethodNotAllowed, "")
			a.is(a.request(method, endpoint(a.transport, randomSID()), upgrade, ""), http.StatusBadRequest, "")
			a.is(a.request(method, "/socket.io/?EIO=4&transport=x", upgrade, ""), http.StatusBadRequest, "")
		})
	}
	a.is(a.request(http.MethodPost, endpoint(a.transport, ""), upgrade, "40"), http.StatusBadRequest, "")
	if a.transport == polling {
		require.Equal(a, `42["reflected",1]`, s.next())
	}
	s.mustLive()
}

func preflight(a *attack) {
	const asks = "Access-Control-Request-Method: POST"
	for origin, status := range map[string]int{
		"https://good.example": http.StatusNoContent, "http://good.example": http.StatusForbidden,
		"https://evil.example": http.StatusForbidden, "null": http.StatusForbidden,
	} {
		got := a.request(http.MethodOptions, endpoint(polling, ""), header("Origin: "+origin, asks), "")
		a.is(got, status, "")
		allowed := ""
		if status == http.StatusNoContent {
			allowed = origin
		}
		require.Equal(a, allowed, got.header.Get("Access-Control-Allow-Origin"))
	}
	require.Zero(a, a.stats().Sessions-2, "a preflight opens no session") // the bystanders have one each
}

// compressedBody: it is refused by its header, and never inflated.
func compressedBody(a *attack) {
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	_, err := zip.Write([]byte(`42["e","` + repeat("x", 50<<20) + `"]`))
	require.NoError(a, err)
	require.NoError(a, zip.Close())
	s := a.join()
	spent := a.spent(func() {
		for _, encoding := range []string{"gzip", "deflate", "br", "x-gzip", "gzip, gzip", "GZIP", "identity, gzip", "identity\r\nContent-Encoding: gzip"} {
			a.naming(encoding, func() {
				a.is(s.post(bomb.String(), "Content-Encoding: "+encoding), http.StatusUnsupportedMediaType, "")
			})
		}
	})
	a.atMost(cost{peak: 8 << 20, allocated: 4 << 20}, spent)
	a.is(s.post(`42["f"]`, "Content-Encoding: identity"), http.StatusOK, "ok")
	s.mustLive()
	require.Equal(a, map[string]int{"f": 1}, a.events())
}

// smuggling: what a proxy in front may take for a body must not become a request. The second request sends an event.
func smuggling(a *attack) {
	for _, c := range []struct {
		name, head, body string
		refused          bool // by the first answer already
	}{
		{"Transfer-Encoding and Content-Length", "Content-Length: LENGTH\r\nTransfer-Encoding: chunked", "0\r\n\r\n", false},
		{"the same the other way round", "Transfer-Encoding: chunked\r\nContent-Length: LENGTH", "0\r\n\r\n", false},
		{"unknown Transfer-Encoding", "Transfer-Encoding: xchunked\r\nContent-Length: 1", "3", true},
		{"two Transfer-Encodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n", true},
		{"list of Transfer-Encodings", "Transfer-Encoding: identity, chunked", "0\r\n\r\n", true},
		{"space before the colon", "Transfer-Encoding : chunked", "0\r\n\r\n", true},
		{"folded header", "Connection: close\r\nX: y\r\n Transfer-Encoding: chunked\r\nContent-Length: LENGTH", "0\r\n\r\n", false},
		{"two lengths", "Content-Length: 1\r\nContent-Length: LENGTH", "3", true},
		{"length with a sign", "Content-Length: +1", "3", true},
		{"length in hexadecimal", "Content-Length: 0x1", "3", true},
		{"chunk extension that ends in a bare LF", "Transfer-Encoding: chunked", "1;x\n3\r\n0\r\n\r\n", false},
		{"chunk that ends in a bare LF", "Transfer-Encoding: chunked", "1\r\n3\n0\r\n\r\n", false},
		{"chunk length with a sign", "Transfer-Encoding: chunked", "+1\r\n3\r\n0\r\n\r\n", false},
		{"chunk length that overflows", "Transfer-Encoding: chunked", "10000000000000001\r\n3\r\n0\r\n\r\n", false},
		{"null in a header", "X: \x00", "", true},
	} {
		a.naming(c.name, func() {
			first, other := a.join(), a.join()
			smuggled := `42["smuggled"]`
			second := "POST " + other.endpoint() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\nConnection: close\r\n\r\n" + smuggled
			head := strings.ReplaceAll(c.head, "LENGTH", itoa(len(c.body)+len(second)))
			w := a.dial()
			got := w.request(http.MethodPost, first.endpoint(), head+"\r\n", c.body+second)
			if c.refused {
				require.Contains(a, []int{http.StatusBadRequest, http.StatusNotImplemented}, got.status, "%s", got)
			}
			_, err := w.in.Peek(1)
			require.Error(a, err, "a second answer comes")
			require.False(a, isTimeout(err), "the connection is kept")
			other.mustLive()
			require.Empty(a, a.events())
		})
	}
}
