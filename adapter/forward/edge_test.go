package forward_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/forward"
	"github.com/everwire/everwire/adapter/memory"
)

// edgeOf starts a server whose requests another node serves.
func edgeOf(t *testing.T, serve http.HandlerFunc) *httptest.Server {
	bus := new(memory.Bus)
	nodes := make([]*forward.Forwarder, 2)
	for i := range nodes {
		nodes[i] = forward.New(bus, forward.Config{Settle: time.Millisecond})
		require.NoError(t, nodes[i].Start(func(w http.ResponseWriter, r *http.Request, _ string) { serve(w, r) }))
	}
	tag := nodes[1].Tag()
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if _, err := nodes[0].Forward(w, r, tag, ""); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(func() {
		edge.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		for _, f := range nodes {
			_ = f.Close(ctx)
		}
	})
	return edge
}

// An answer that ends early is not taken for a whole one.
func TestAnswerIsCut(t *testing.T) {
	edge := edgeOf(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 5000))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	resp, err := http.Get(edge.URL)
	if err == nil { // else it was cut before its header
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	require.Error(t, err)
}

// Headers of both nodes are in the answer.
func TestHeadersOfBoth(t *testing.T) {
	edge := edgeOf(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Vary", "Origin")
		w.Header().Set("X-Owner", "1")
	})
	resp, err := http.Get(edge.URL)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, []string{"Accept-Encoding", "Origin"}, resp.Header["Vary"])
	require.Equal(t, "1", resp.Header.Get("X-Owner"))
	require.Empty(t, resp.Header["Connection"])
}

// The other node hears nothing of what can never become a WebSocket: no connection to be
// taken over, or a body, which would be read as frames.
func TestNoUpgrade(t *testing.T) {
	edge := edgeOf(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	c, err := net.Dial("tcp", edge.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1000000\r\n\r\nyyyy")
	require.NoError(t, err)
	b := make([]byte, 12)
	_, err = io.ReadFull(c, b)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 503", string(b))

	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	edge.Config.Handler.ServeHTTP(rec, r)
	require.Equal(t, http.StatusServiceUnavailable, rec.Code)
}

// A request that was not served is never answered as if it had been, whatever became of
// its context.
func TestContextIsDone(t *testing.T) {
	w := newTown(t, 2)
	sid := w.sidOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := w.nodes[0]
	if other == w.owner(t) {
		other = w.nodes[1]
	}
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/socket.io/?EIO=4&transport=polling&sid="+sid, strings.NewReader("3"))
	other.ServeHTTP(rec, r.WithContext(ctx))
	require.Equal(t, http.StatusServiceUnavailable, rec.Code)
}
