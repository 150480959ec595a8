// goclient_test.go: our Go client behind what cuts streams or holds them back.

package proxies

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	everclient "github.com/everwire/everwire/client"
)

// A traveller is a Go client that counts what comes.
type traveller struct {
	*everclient.Client
	t   *testing.T
	log *buffer // of the client

	mu           sync.Mutex // guards what follows
	down         tally
	suspended    int
	disconnected []everclient.Reason
}

const counted = everwire.RPC[struct{}, tally]("counted")

// travel connects a client.
func travel(t *testing.T, url string, o everclient.Options) *traveller {
	t.Helper()
	g := &traveller{t: t, log: new(buffer)}
	o.Logger = slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	g.Client, err = everclient.New(url, o)
	require.NoError(t, err)
	g.On("tick", g.tick)
	g.OnSuspend(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.suspended++
	})
	g.OnDisconnect(func(why everclient.Reason) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.disconnected = append(g.disconnected, why)
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, g.Connect(ctx))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		assert.NoError(t, g.Close(ctx))
		if t.Failed() {
			t.Logf("the client said:\n%s", g.log)
		}
	})
	return g
}

func (g *traveller) tick(c *everclient.Ctx) error {
	var i, sent int
	if err := c.Bind(&i, &sent); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i != g.down.Received {
		g.down.Disordered++
	}
	g.down.Received++
	return nil
}

func (g *traveller) received() tally {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.down
}

// exchange sends n numbered events each way, has what happens happen meanwhile, and checks that all came once and in order, in
// one session.
func (g *traveller) exchange(n int, period time.Duration, meanwhile func()) {
	g.t.Helper()
	require.NoError(g.t, g.Emit("ticks", n, period.Milliseconds()))
	sent := make(chan error, 1)
	go func() { sent <- g.count(n, period) }() // ends with the test at the latest
	meanwhile()
	require.NoError(g.t, <-sent)
	require.Eventually(g.t, func() bool { return g.received().Received >= n }, patience, 10*time.Millisecond)
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	up, err := counted.Call(ctx, g, struct{}{})
	require.NoError(g.t, err)
	require.Equal(g.t, tally{Received: n}, up, "client to server")
	g.mu.Lock()
	defer g.mu.Unlock()
	require.Equal(g.t, tally{Received: n}, g.down, "server to client")
	require.Empty(g.t, g.disconnected)
}

// count sends numbers.
func (g *traveller) count(n int, period time.Duration) error {
	clock := time.NewTicker(period)
	defer clock.Stop()
	for i := range n {
		select {
		case <-clock.C:
		case <-g.t.Context().Done():
			return g.t.Context().Err()
		}
		if err := g.Emit("count", i); err != nil {
			return err
		}
	}
	return nil
}

// reaches waits until the session is on the transport.
func (g *traveller) reaches(transport string) {
	g.t.Helper()
	require.Eventually(g.t, func() bool { return g.Transport() == transport }, patience, 10*time.Millisecond, transport)
}

// lost waits until the client has given up a connection over the transport.
func (g *traveller) lost(transport string) {
	g.t.Helper()
	line := `msg="everwire: connection lost" transport=` + transport
	require.Eventually(g.t, func() bool { return strings.Contains(g.log.String(), line) }, patience, 10*time.Millisecond, line)
}

var streamOrPolling = []string{everclient.SSE, everclient.Polling}

// holding is a configuration that holds streams back until they end: it ignores what we say of them. haproxy cannot be told to;
// it takes a second one before it that changes the header.
func holding(t *testing.T, kind string) string {
	t.Helper()
	if kind == "nginx" {
		_, directive, _ := strings.Cut(documented(t, kind, "# nginx: what not to do"), "\n")
		return replace(t, bare[kind], "proxy_pass", directive+"        proxy_pass")
	}
	return replace(t, bare[kind], "    server a 127.0.0.1:3000", strings.ReplaceAll(`
    compression algo gzip
    compression type text/event-stream
    server inner ADDRESS

listen inner
    bind ADDRESS
    http-response set-header Cache-Control no-store
    server a 127.0.0.1:3000
`, "ADDRESS", freeAddr(t)))
}

// asBrowser asks for compression, without which haproxy holds nothing back. The client does not understand it, but what is held
// back it does not see.
func asBrowser(o everclient.Options) everclient.Options {
	o.Header = http.Header{"Accept-Encoding": {"gzip"}}
	return o
}

// TestHeldStreams shows that those configurations hold a stream back.
func TestHeldStreams(t *testing.T) {
	needs(t, strict...)
	t.Parallel()
	for _, kind := range strict {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{}, nil)
			c := newEventSource(t, startProxy(t, kind, holding(t, kind), b.Addr).URL(), &http.Transport{}, true)
			const wait = 2 * time.Second
			start := time.Now()
			err := c.stream("", wait)
			if err == nil { // haproxy passes the header on, and the rest as a compressed block without end
				_, err = c.next(wait)
			}
			require.GreaterOrEqual(t, time.Since(start), wait, "an event came at once: %v", err)
			require.Equal(t, 1, b.sessions(), "the server had one to send")
		})
	}
}

// TestMovesToPolling has proxies that hold streams back from the beginning, that the application tries all the same, and that
// begin to hold them back in the middle of a session.
func TestMovesToPolling(t *testing.T) {
	needs(t, strict...)
	t.Parallel()
	for _, kind := range strict {
		t.Run(kind+" from the beginning", func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{}, nil)
			url := startProxy(t, kind, holding(t, kind), b.Addr).URL()
			start := time.Now()
			g := travel(t, url, asBrowser(everclient.Options{Transports: streamOrPolling}))
			t.Logf("%s: connected in %v", kind, time.Since(start).Round(time.Millisecond))
			g.exchange(200, 20*time.Millisecond, func() {
				require.Equal(t, everclient.Polling, g.Transport())
				g.Move(everclient.SSE)
				g.lost(everclient.SSE)
			})
			require.Equal(t, everclient.Polling, g.Transport())
		})
		t.Run(kind+" from the middle on", func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{}, nil)
			p := startProxy(t, kind, recommended(t, kind), b.Addr)
			g := travel(t, p.URL(), asBrowser(everclient.Options{Transports: streamOrPolling}))
			require.Equal(t, everclient.SSE, g.Transport())
			g.exchange(200, 20*time.Millisecond, func() {
				require.Eventually(t, func() bool { return g.received().Received >= 50 }, patience, 10*time.Millisecond)
				p.restart(t, holding(t, kind), b.Addr)
				start := time.Now()
				g.reaches(everclient.Polling)
				t.Logf("%s: on polling %v after the restart", kind, time.Since(start).Round(time.Millisecond))
			})
			require.Equal(t, everclient.Polling, g.Transport())
		})
	}
}

// TestNoWebSocket is bare nginx, which passes no WebSocket on: the client takes a stream.
func TestNoWebSocket(t *testing.T) {
	needs(t, "nginx")
	t.Parallel()
	b := newBackend(t, everwire.Config{}, nil)
	start := time.Now()
	g := travel(t, startProxy(t, "nginx", bare["nginx"], b.Addr).URL(), everclient.Options{})
	t.Logf("connected in %v", time.Since(start).Round(time.Millisecond))
	require.Equal(t, everclient.SSE, g.Transport())
	g.exchange(100, 20*time.Millisecond, func() {})
	require.Equal(t, everclient.SSE, g.Transport())
}

// TestStreamsAreCut is silent for longer than the proxy has patience.
func TestStreamsAreCut(t *testing.T) {
	needs(t, strict...)
	t.Parallel()
	for _, kind := range strict {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{}, nil)
			url := startProxy(t, kind, impatient(t, kind, 3*time.Second), b.Addr).URL()
			g := travel(t, url, everclient.Options{Transports: []string{everclient.SSE}})
			g.exchange(1, 4*time.Second, func() {})
			require.Positive(t, g.suspended, "there was no cut: this proves nothing")
			t.Logf("%s: cut %d times", kind, g.suspended)
		})
	}
}

// noFlush is a middleware whose writer can neither flush nor be unwrapped.
func noFlush(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
	})
}

// TestMiddlewares has streams that cannot be, and streams that WriteTimeout cuts, since their connection is hidden.
func TestMiddlewares(t *testing.T) {
	for _, row := range []struct {
		name       string
		middleware func(http.Handler) http.Handler
		timeout    time.Duration // http.Server.WriteTimeout
		transports []string
		ends       string // the transport at the end
		cuts       bool
	}{
		{"cannot flush", noFlush, 0, streamOrPolling, everclient.Polling, false},
		{"WriteTimeout", func(h http.Handler) http.Handler { return h }, 100 * time.Millisecond, streamOrPolling[:1], everclient.SSE, false},
		{"WriteTimeout, hidden", hiding, 100 * time.Millisecond, streamOrPolling[:1], everclient.SSE, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			server, err := everwire.New(everwire.Config{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			handle(server)
			web := startServer(t, server, row.middleware(plain(server)), func(s *httptest.Server) { s.Config.WriteTimeout = row.timeout })
			g := travel(t, web, everclient.Options{Transports: row.transports})
			g.exchange(20, 20*time.Millisecond, func() {})
			g.reaches(row.ends)
			require.Equal(t, row.cuts, strings.Contains(g.log.String(), fmt.Sprintf("transport=%s at=1", everclient.SSE)), "attached again")
		})
	}
}
