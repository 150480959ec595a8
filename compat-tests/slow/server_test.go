// Package slow has clients that stop reading, and looks at what that costs the server and the others.
package slow

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/engine"
)

// limit is what may wait for one client, in bytes.
const limit = 4 << 20

// buffers is the size of the sockets' buffers in the kernel, at both ends: what is in them is none of the server's memory, and
// only makes these tests slower.
const buffers = 32 << 10

// A testServer remembers how sessions and sockets ended.
type testServer struct {
	*everwire.Server
	addr string
	name string // of the transport that it is tried with

	mu       sync.Mutex              // guards what follows
	sessions map[everwire.Reason]int // as the observer was told
	sockets  map[string]everwire.Reason
}

// Observe implements [engine.Observer].
func (s *testServer) Observe(e engine.Event) {
	if e.Kind == engine.SessionClosed {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sessions[e.Reason]++
	}
}

// ended returns how a socket ended, and whether a session did so.
func (s *testServer) ended(id string) (why everwire.Reason, observed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	why = s.sockets[id]
	return why, s.sessions[why] > 0
}

// forget has the observer begin anew.
func (s *testServer) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// listener gives its connections small buffers.
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(buffers)
	}
	return c, err
}

func newServer(t *testing.T, c everwire.Config) *testServer {
	t.Helper()
	s := &testServer{sessions: make(map[everwire.Reason]int), sockets: make(map[string]everwire.Reason)}
	c.Logger = slog.New(slog.DiscardHandler)
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // no limits by address
	c.Observer = s
	var err error
	s.Server, err = everwire.New(c)
	require.NoError(t, err)
	s.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sockets[c.Socket().ID()] = why
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	web := &http.Server{Handler: s.Server}
	go web.Serve(listener{l}) // ends with web.Shutdown
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.NoError(t, s.Shutdown(ctx))
		assert.NoError(t, web.Shutdown(ctx))
	})
	s.addr = l.Addr().String()
	return s
}

func needsCompat(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("takes its time, and times and the heap's size mean nothing with -race: set EVERWIRE_COMPAT=1 (make test does)")
	}
}

// heap returns the bytes of live objects.
func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
