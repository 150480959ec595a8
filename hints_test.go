// hints_test.go: what the operator is told of middlewares that harm transports.

package everwire_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// warnings keeps what is logged at level Warn and above, as "text key=value".
type warnings struct {
	slog.Handler
	mu    sync.Mutex // guards lines
	lines []string
}

func (*warnings) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (h *warnings) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		return true
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, line)
	return nil
}

func (h *warnings) said() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.lines...)
}

// Middlewares, by what their writers can do.
type (
	bare     struct{ http.ResponseWriter } // nothing but to write
	flushing struct {
		http.ResponseWriter
		http.Flusher
	}
	zipping struct { // compresses, and can be unwrapped: a flush passes by what it holds
		http.ResponseWriter
		zip *gzip.Writer
	}
)

func (w zipping) Write(b []byte) (int, error)             { return w.zip.Write(b) }
func (w zipping) Unwrap() http.ResponseWriter             { return w.ResponseWriter }
func untouched(w http.ResponseWriter) http.ResponseWriter { return w }

func zipped(w http.ResponseWriter) http.ResponseWriter {
	w.Header().Set("Content-Encoding", "gzip")
	return zipping{w, gzip.NewWriter(w)}
}

// TestHints has each harmful middleware named, once, over however many sessions.
func TestHints(t *testing.T) {
	const (
		hides     = "everwire: a middleware hides the connection from the sse transport"
		noFlush   = "everwire: a middleware cannot flush: server-sent events are impossible"
		compress  = "everwire: a middleware compresses server-sent events, and may hold them back; leave the server's path out of it encoding=gzip"
		timeout   = "everwire: http.Server.WriteTimeout cuts polls and streams"
		limited   = "everwire: a middleware ends requests after a time"
		noSockets = "everwire: a middleware hides the connection from the websocket transport: WebSockets are impossible"
	)
	hiding := func(w http.ResponseWriter) http.ResponseWriter { return flushing{w, w.(http.Flusher)} }
	hidden := func(w http.ResponseWriter) http.ResponseWriter { return bare{w} }
	for _, c := range []struct {
		name, transport string
		wrap            func(http.ResponseWriter) http.ResponseWriter
		write, limit    time.Duration // http.Server.WriteTimeout, and that of a middleware
		want            []string
	}{
		{"nothing", "sse", untouched, 0, 0, nil},
		{"WriteTimeout", "sse", untouched, time.Minute, 0, nil},
		{"hidden", "sse", hiding, 0, 0, []string{hides}},
		{"hidden, WriteTimeout", "sse", hiding, time.Minute, 0, []string{hides, timeout}},
		{"no flush", "sse", hidden, 0, 0, []string{noFlush}},
		{"gzip", "sse", zipped, 0, 0, []string{compress}},
		{"limited", "sse", untouched, 0, time.Minute, []string{limited}},
		{"nothing", "polling", untouched, time.Second, 0, nil},
		{"hidden", "polling", hidden, 0, 0, nil},
		{"gzip", "polling", zipped, 0, 0, nil},
		{"hidden, WriteTimeout", "polling", hidden, 5 * time.Second, 0, []string{timeout}},
		{"limited", "polling", untouched, 0, 5 * time.Second, []string{limited}},
		{"nothing", "websocket", untouched, time.Second, time.Second, nil},
		{"hidden", "websocket", hidden, 0, 0, []string{noSockets}},
	} {
		t.Run(c.transport+", "+c.name, func(t *testing.T) {
			log := &warnings{Handler: slog.DiscardHandler}
			srv, err := everwire.New(everwire.Config{Logger: slog.New(log)})
			require.NoError(t, err)
			web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.limit > 0 {
					ctx, cancel := context.WithTimeout(r.Context(), c.limit)
					defer cancel()
					r = r.WithContext(ctx)
				}
				srv.ServeHTTP(c.wrap(w), r)
			}))
			web.Config.WriteTimeout = c.write
			web.Start()
			for range 3 {
				request(t, web.URL+"/?EIO=4&transport="+c.transport)
			}
			now, cancel := context.WithCancel(t.Context())
			cancel()
			_ = srv.Shutdown(now)
			web.Close()
			said := log.said()
			require.Len(t, said, len(c.want), said)
			for _, want := range c.want {
				require.True(t, slices.ContainsFunc(said, func(line string) bool { return strings.HasPrefix(line, want) }), said)
			}
		})
	}
}

// request makes a request, and waits until its answer has begun.
func request(t *testing.T, url string) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Accept-Encoding", "identity")
	if strings.HasSuffix(url, "websocket") {
		for name, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		} {
			r.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK && resp.Header.Get("Content-Encoding") == "" {
		_, err = bufio.NewReader(resp.Body).ReadByte()
		require.NoError(t, err)
	}
}
