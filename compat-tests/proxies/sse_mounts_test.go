// sse_mounts_test.go: server-sent events of Go's own web server, with middlewares before ours.

package proxies

import (
	"bufio"
	"bytes"
	stdgzip "compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

// A streamMount is a way to mount the server, and what it does to streams.
type streamMount struct {
	name       string
	mount      func(*everwire.Server) http.Handler
	compresses bool // in spite of no-transform
	hides      bool // the connection
}

var streamMounts = []streamMount{
	{name: "net/http", mount: plain},
	{name: "Gin", mount: inGin},
	{name: "net/http, gzhttp", compresses: true, mount: func(s *everwire.Server) http.Handler { return gzhttp.GzipHandler(plain(s)) }},
	{name: "Gin in gzhttp", compresses: true, mount: func(s *everwire.Server) http.Handler { return gzhttp.GzipHandler(inGin(s)) }},
	{name: "Gin, gin-contrib/gzip", compresses: true, hides: true, mount: inCompressingGin},
	{name: "net/http beside gzhttp", mount: func(s *everwire.Server) http.Handler { return besideGzip(s, servePage) }},
	{name: "Gin beside gin gzip", mount: func(s *everwire.Server) http.Handler { return inGinBesideGzip(s) }},
	{name: "net/http, not unwrapped", hides: true, mount: func(s *everwire.Server) http.Handler { return hiding(plain(s)) }},
}

func inCompressingGin(server *everwire.Server) http.Handler {
	router := gin.New()
	router.Use(gzip.Gzip(gzip.DefaultCompression))
	ginmount.Mount(router, "/socket.io", server)
	return router
}

// hiding is what many middlewares are that count bytes or statuses: they flush, and let nobody at the connection.
func hiding(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(struct {
			http.ResponseWriter
			http.Flusher
		}{w, w.(http.Flusher)}, r)
	})
}

// A version is one of HTTP, with TLS or without.
type version struct {
	name   string
	secure bool
	h2     bool
}

var versions = []version{{"HTTP/1.1", false, false}, {"HTTP/1.1 TLS", true, false}, {"HTTP/2 TLS", true, true}, {"HTTP/2 unencrypted", false, true}}

// eventSource returns a client of w that speaks this version only.
func (v version) eventSource(t *testing.T, w *webServer, resume bool) *eventSource {
	transport := &http.Transport{Protocols: protocols(!v.h2, v.h2 && v.secure, v.h2 && !v.secure)}
	if v.secure {
		transport.TLSClientConfig = &tls.Config{RootCAs: w.Cert.Pool}
	}
	return newEventSource(t, w.URL, transport, resume)
}

// rate is how many events are sent, 50 a second: enough for a figure, or for a quick look.
func rate() (n int, period time.Duration) {
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		return 10, 20 * time.Millisecond
	}
	return 200, 20 * time.Millisecond
}

// atOnce is the limit for 99 of 100 events, behind whatever does not hold them back.
const atOnce = 100 * time.Millisecond

// A mountRow is a line of the table: a stream behind a mount.
type mountRow struct {
	*course
	mount  streamMount
	proto  version
	server *webServer
	first  time.Duration // from the header to the first event
}

// TestStreamMounts prints how late events are behind each mount and middleware, over each version of HTTP.
func TestStreamMounts(t *testing.T) {
	const line = "%-24s %-19s %-7s %-8s %11s %23s %6s\n"
	var table strings.Builder
	fmt.Fprintf(&table, line, "mount", "version", "resume", "encoding", "first event", "p50     p99    max, ms", "hints")
	var rows []*mountRow
	var all []*course
	for _, m := range streamMounts {
		for _, r := range m.open(t) {
			rows, all = append(rows, r), append(all, r.course)
		}
	}
	n, period := rate()
	measure(t, all, n, period)
	for _, r := range rows {
		fmt.Fprintf(&table, line, r.mount.name, r.proto.name, fmt.Sprint(r.resume), r.encoding(),
			fmt.Sprintf("%.1f ms", r.first.Seconds()*1000), r.late, fmt.Sprint(r.hints()))
		t.Run(fmt.Sprintf("%s, %s, resume=%t", r.mount.name, r.proto.name, r.resume), r.check)
	}
	t.Logf("\n%s", table.String())
}

func (r *mountRow) check(t *testing.T) {
	assert.LessOrEqual(t, r.first, r.limit, "first event")
	r.checkLate(t)
	assert.Equal(t, r.mount.compresses, r.answer.Uncompressed, "compressed")
	assert.Equal(t, "no-store, no-transform", r.answer.Header.Get("Cache-Control"))
	assert.Equal(t, map[bool]int{true: 1}[r.mount.hides], r.hints(), r.server.hints)
}

// encoding is how the stream came.
func (r *mountRow) encoding() string {
	if r.answer.Uncompressed {
		return "gzip"
	}
	return "-"
}

// hints is how often the server said that it cannot get at the connection.
func (r *mountRow) hints() int { return strings.Count(r.server.hints.String(), "hides the connection") }

// open opens sessions over all versions of HTTP, two at each server.
func (m streamMount) open(t *testing.T) (rows []*mountRow) {
	for _, v := range versions {
		w := startWeb(t, m.mount, v.secure)
		for _, resume := range []bool{false, true} {
			r := &mountRow{course: &course{limit: atOnce}, mount: m, proto: v, server: w}
			r.eventSource = v.eventSource(t, w, resume)
			require.NoError(t, r.stream("", patience))
			start := time.Now()
			r.opened()
			r.first = time.Since(start)
			r.join()
			require.Equal(t, map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[v.h2], r.answer.Proto)
			rows = append(rows, r)
		}
	}
	return rows
}

// TestFirstFlight has header and first event leave in one write.
func TestFirstFlight(t *testing.T) {
	for _, m := range streamMounts {
		t.Run(m.name, func(t *testing.T) {
			server, err := everwire.New(everwire.Config{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			writes := make(chan []byte, 100)
			url := startServer(t, server, m.mount(server), func(web *httptest.Server) {
				web.Listener = &recorder{web.Listener, writes}
			})
			c := newEventSource(t, url, &http.Transport{}, false)
			require.NoError(t, c.stream("", patience))
			require.Equal(t, `data: 0{"sid":"`, firstEvent(t, <-writes, m.compresses)[:15])
		})
	}
}

// A recorder tells of what is written to its connections.
type recorder struct {
	net.Listener
	writes chan<- []byte
}

func (r *recorder) Accept() (net.Conn, error) {
	nc, err := r.Listener.Accept()
	return &recordedConn{nc, r.writes}, err
}

type recordedConn struct {
	net.Conn
	writes chan<- []byte
}

func (c *recordedConn) Write(b []byte) (int, error) {
	c.writes <- bytes.Clone(b)
	return c.Conn.Write(b)
}

// firstEvent returns the second line of the body, as far as the bytes of the answer hold it.
func firstEvent(t *testing.T, flight []byte, compressed bool) string {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(flight)), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	body := io.Reader(res.Body)
	require.Equal(t, map[bool]string{true: "gzip"}[compressed], res.Header.Get("Content-Encoding"))
	if compressed {
		body, err = stdgzip.NewReader(body)
		require.NoError(t, err)
	}
	lines := bufio.NewReader(body)
	id, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "id: 0\n", id)
	data, err := lines.ReadString('\n')
	require.NoError(t, err, "the rest comes later")
	return data
}

// startServer starts a web server, changed in some way before, and returns its URL.
func startServer(t *testing.T, server *everwire.Server, h http.Handler, change func(*httptest.Server)) string {
	t.Helper()
	web := httptest.NewUnstartedServer(h)
	change(web)
	web.Start()
	t.Cleanup(func() {
		require.NoError(t, shutdown(server, 10*time.Millisecond))
		web.Close()
	})
	return web.URL
}
