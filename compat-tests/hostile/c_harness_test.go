// c_harness_test.go: what the rows C and D need beside the harness.

package hostile

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// half is the text of a binary event, of which one attachment is to follow.
const half = `451-["e",{"_placeholder":true,"num":0}]`

// alsoOver joins over a transport that is not that of the row.
func (a *attack) alsoOver(transport string) *session {
	was := a.transport
	defer func() { a.transport = was }()
	a.transport = transport
	return a.join()
}

// is holds an answer to what is expected; "" is any body.
func (a *attack) is(got answer, status int, body string) {
	a.Helper()
	require.Equal(a, status, got.status, "%s", got)
	if body != "" {
		require.Equal(a, body, got.body)
	}
}

// echoes returns how long each of n echoes of a session on a WebSocket takes.
func (s *session) echoes(n int) []time.Duration {
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		s.mustLive()
		took[i] = time.Since(start)
	}
	return took
}

// p99 is what 99 of 100 do not exceed.
func p99(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*99/100]
}

// A guest is a server in the process of the test, for what the servers of the table cannot be set to.
type guest struct {
	*everwire.Server
	log *bytes.Buffer // to be read when the server is silent
	web *httptest.Server
}

// host starts a guest that wrap mounts; f gets it, and it ends with f.
func (a *attack) host(c everwire.Config, wrap func(h http.Handler) http.Handler, f func(g *guest)) {
	g := &guest{log: &bytes.Buffer{}}
	var mu sync.Mutex
	c.Logger = slog.New(slog.NewTextHandler(writerFunc(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return g.log.Write(b)
	}), nil))
	var err error
	g.Server, err = everwire.New(c)
	require.NoError(a, err)
	var h http.Handler = g.Server
	if wrap != nil {
		h = wrap(h)
	}
	g.web = httptest.NewUnstartedServer(h)
	g.web.EnableHTTP2 = true
	g.web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	defer func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = g.Shutdown(now) // what is left is cut off
		g.web.Close()
	}()
	f(g)
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// asked sends a request on a connection of its own: a handshake of a WebSocket, or one of polling.
func (g *guest) asked(a *attack, transport, to string, head ...string) answer {
	w, err := dialWire(g.web.Listener.Addr().String())
	require.NoError(a, err)
	defer w.tcp.Close()
	if transport == websocket {
		return w.request(http.MethodGet, to, upgradeHead(head...), "")
	}
	return w.request(http.MethodGet, to, "Connection: close\r\n"+header(head...), "")
}

// body reads a response.
func body(resp *http.Response, err error) (status int, text string) {
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// many sends n copies of a packet, so many in one POST or write.
func (s *session) many(packet func(i int) string, n, at int) {
	for i := 0; i < n; {
		batch := make([]string, 0, at)
		for ; i < n && len(batch) < at; i++ {
			batch = append(batch, packet(i))
		}
		if s.ws == nil {
			s.a.is(s.post(strings.Join(batch, separator)), http.StatusOK, "ok")
			continue
		}
		var b []byte
		for _, p := range batch {
			b = append(b, text(p)...)
		}
		s.write(b)
	}
}

func newReader(c net.Conn) *bufio.Reader { return bufio.NewReaderSize(c, 16<<10) }
