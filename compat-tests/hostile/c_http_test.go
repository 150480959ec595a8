// c_http_test.go: rows C about requests: headers that lie, sizes, versions, HTTP/2.

package hostile

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

// upgradeElsewhere: a request is a WebSocket's in its query and in its header, or it is refused.
func upgradeElsewhere(a *attack) {
	s := a.join()
	for _, sid := range []string{"", s.sid} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			got := a.request(method, endpoint(a.transport, sid), upgradeHead(), `42["e"]`)
			a.is(got, http.StatusBadRequest, "")
			got = a.request(method, endpoint(websocket, sid), "", `42["e"]`)
			a.is(got, http.StatusBadRequest, "")
		}
	}
	got := a.request(http.MethodGet, endpoint(websocket, ""), "", "")
	require.Equal(a, 3, got.code(), "%s", got)
	require.Empty(a, a.events())
	s.mustLive()
}

// scriptCallback: there is no JSONP here, so that j means nothing.
func scriptCallback(a *attack) {
	s := a.join()
	s.send(`42["reflect",1]`)
	for _, sid := range []string{"", s.sid} {
		got := a.request(http.MethodGet, endpoint(polling, sid)+"&j=0);alert(1)//", "", "")
		a.is(got, http.StatusOK, "")
		require.NotContains(a, got.body, "alert")
		require.NotContains(a, got.body, "(")
		require.Equal(a, "text/plain; charset=UTF-8", got.header.Get("Content-Type"))
		require.Equal(a, "nosniff", got.header.Get("X-Content-Type-Options"))
	}
	a.counted(1)
	a.is(s.post("d=42%5B%22e%22%5D", "Content-Type: application/x-www-form-urlencoded"), http.StatusBadRequest, "")
	s.mustClose()
	require.NotContains(a, a.events(), "e")
}

// forged are headers in which proxies tell whom they speak for.
func forged() []string {
	ip := fmt.Sprintf("%d.%d.%d.%d", 1+rand.IntN(200), rand.IntN(256), rand.IntN(256), rand.IntN(256))
	return []string{"X-Forwarded-For: " + ip, "X-Real-IP: " + ip, "Forwarded: for=" + ip, "CF-Connecting-IP: " + ip, "True-Client-IP: " + ip}
}

func forwardedFor(a *attack) {
	const tries, limit = 1000, 20
	statuses := map[int]int{}
	count := func(got answer) {
		if statuses[got.status]++; got.status == http.StatusOK {
			a.opened(&session{a: a}, got.body)
		}
	}
	kept := a.dial()
	for range tries {
		if a.transport == polling {
			count(kept.request(http.MethodGet, endpoint(polling, ""), header(forged()...), ""))
			continue
		}
		if a.transport == sse {
			got, _ := a.stream(endpoint(sse, ""), forged()...) // stays open
			count(got)
			continue
		}
		got, _ := a.upgrade(endpoint(websocket, ""), forged()...)
		count(got)
	}
	welcome := http.StatusOK
	if a.transport == websocket {
		welcome = http.StatusSwitchingProtocols
	}
	require.Equal(a, map[int]int{welcome: limit, http.StatusTooManyRequests: tries - limit}, statuses)
	for _, sid := range a.sids { // else no more handshakes are taken from here
		a.is(kept.request(http.MethodPost, endpoint(a.transport, sid), "", "1"), http.StatusOK, "ok")
	}
}

func forwardedThroughGin(a *attack) {
	const tries, limit = 50, 5
	mount := func(h http.Handler) http.Handler {
		router := newRouter()
		ginmount.Mount(router, "/socket.io", h)
		return router
	}
	a.host(everwire.Config{MaxUnjoined: limit}, mount, func(g *guest) {
		g.web.Start()
		statuses := map[int]int{}
		for range tries {
			statuses[g.asked(a, polling, endpoint(polling, ""), forged()...).status]++
		}
		require.Equal(a, map[int]int{http.StatusOK: limit, http.StatusTooManyRequests: tries - limit}, statuses)
	})
}

func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	return gin.New()
}

// hugeBody: a body is refused by its length before it is read, and in chunks as soon as it is too long.
func hugeBody(a *attack) {
	const total, chunk = 8 << 20, 64 << 10
	s := a.join()
	got := a.dial().request(http.MethodPost, s.endpoint(), header("Content-Length: 1073741824"), "4")
	a.is(got, http.StatusRequestEntityTooLarge, "")
	spent := a.spent(func() {
		w := a.dial()
		require.NoError(a, w.send(http.MethodPost, s.endpoint(), header("Transfer-Encoding: chunked", "Connection: close"), ""))
		piece := strconv.FormatInt(chunk, 16) + "\r\n" + repeat("4", chunk) + "\r\n"
		written := 0
		for ; written < total; written += chunk {
			if _, err := w.tcp.Write([]byte(piece)); err != nil {
				break
			}
		}
		if got := w.answer(http.MethodPost); got.err == nil { // else it was cut off before the answer was read
			require.Equal(a, http.StatusRequestEntityTooLarge, got.status, "%s", got)
		} else {
			require.Less(a, written, total, "all of it was read")
		}
	})
	a.atMost(cost{peak: 8 << 20, allocated: 8 << 20}, spent)
	s.mustLive()
}

func otherVersions(a *attack) {
	for _, version := range []string{"EIO=3&", "EIO=2&", "EIO=5&", "EIO=&", "", "EIO=%34x&"} {
		got := a.try(http.MethodGet, version+"transport="+a.transport)
		a.is(got, http.StatusBadRequest, "")
		require.Contains(a, got.body, "Unsupported protocol version", version)
		if a.transport != websocket {
			require.Equal(a, 5, got.code(), version)
		}
	}
}

// rapidReset cancels requests of HTTP/2 as soon as they are sent: handshakes, polls and POSTs.
func rapidReset(a *attack) {
	const rounds = 300
	a.host(everwire.Config{}, nil, func(g *guest) {
		g.web.StartTLS()
		g.On("e", func(*everwire.Ctx) error { return nil })
		client := g.web.Client()
		const stream = "stream"
		ask := func(ctx context.Context, method, sid, packets string) (int, string) {
			transport := polling
			if method == stream {
				method, transport = http.MethodGet, sse
			}
			req, err := http.NewRequestWithContext(ctx, method, g.web.URL+endpoint(transport, sid), strings.NewReader(packets))
			require.NoError(a, err)
			return body(client.Do(req))
		}
		hasty := func(method, sid, packets string) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(300))*time.Microsecond)
			defer cancel()
			ask(ctx, method, sid, packets)
		}
		for range rounds {
			hasty(http.MethodGet, "", "")
			hasty(stream, "", "")
			status, open := ask(context.Background(), http.MethodGet, "", "")
			require.Equal(a, http.StatusOK, status, open)
			sid := between(open, `"sid":"`, `"`)
			ask(context.Background(), http.MethodPost, sid, "40")
			hasty(http.MethodPost, sid, `42["e"]`)
			hasty(http.MethodGet, sid, "")
			hasty(http.MethodGet, sid, "")
			ask(context.Background(), http.MethodPost, sid, "1")
		}
		a.until("all sockets are gone", func() bool { return len(g.Sockets()) == 0 })
		status, open := ask(context.Background(), http.MethodGet, "", "")
		require.Equal(a, http.StatusOK, status, open)
	})
}

// goRelease: the module asks for a release of Go whose net/http has these holes closed.
func goRelease(a *attack) {
	const closed = 26 // 1.21.3, 1.22.2 and 1.24.2 closed them
	text, err := os.ReadFile("../../go.mod")
	require.NoError(a, err)
	found := regexp.MustCompile(`(?m)^go 1\.(\d+)`).FindSubmatch(text)
	require.Len(a, found, 2)
	minor, err := strconv.Atoi(string(found[1]))
	require.NoError(a, err)
	require.GreaterOrEqual(a, minor, closed)
}
