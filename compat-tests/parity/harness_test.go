// harness_test.go: servers and clients for the rows.

package parity

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// site is a server with its HTTP side.
type site struct {
	*peer.Site
	srv *everwire.Server
}

// mount puts the server into what the listener serves; nil is "/socket.io/" alone.
type mount func(srv *everwire.Server) http.Handler

// serve starts a server on a real listener, until the end of the test.
func serve(t testing.TB, c everwire.Config) *site { return serveAt(t, c, "/socket.io/", nil) }

func serveAt(t testing.TB, c everwire.Config, path string, m mount) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &site{peer.NewSite(t, l.Addr().String(), path, nil), newServer(t, c)}
	s.listen(l, m)
	return s
}

func newServer(t testing.TB, c everwire.Config) *everwire.Server {
	t.Helper()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	srv, err := everwire.New(c)
	require.NoError(t, err)
	srv.On("sync", func(c *everwire.Ctx) error { return c.Ack() })
	return srv
}

func (s *site) listen(l net.Listener, m mount) {
	handler := http.Handler(nil)
	if m != nil {
		handler = m(s.srv)
	} else {
		mux := http.NewServeMux()
		mux.Handle(s.Path, s.srv)
		handler = mux
	}
	web := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	go web.Serve(l) // ends with the test
	s.T.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // nobody is waited for
		_ = s.srv.Shutdown(ctx)
		web.Close()
	})
}

// two starts two servers that are a cluster.
func two(t testing.TB, c everwire.Config) (a, b *site) {
	c.Adapter = new(memory.Hub)
	return serve(t, c), serve(t, c)
}

// bubble runs f in a bubble of testing/synctest with a server in memory: its time costs nothing.
func bubble(t *testing.T, c everwire.Config, f func(t *testing.T, s *site)) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Minute) }) // runs last: the engine comes to rest
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		s := &site{peer.NewSite(t, "in.memory", "/socket.io/", nil), newServer(t, c)}
		s.Dial = l.dial
		s.HTTP.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return l.dial() }}
		s.listen(l, nil)
		f(t, s)
	})
}

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) dial() (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return patient{ours}, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// patient is a connection that waits as long as the test likes: time in a bubble costs nothing.
type patient struct{ net.Conn }

// SetDeadline implements net.Conn.
func (patient) SetDeadline(time.Time) error { return nil }

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "in memory"} }

// member is a client in one namespace.
type member struct {
	peer.Peer
	s         *site
	namespace *everwire.Namespace
	id        string // of its socket
}

// join opens a session over WebSocket and connects to the main namespace.
func (s *site) join() *member { return s.enter(s.Websocket(""), s.srv.Namespace, "") }

// joinPolling is join over polling.
func (s *site) joinPolling() *member { return s.enter(s.Poll(""), s.srv.Namespace, "") }

// enter connects a client to a namespace.
func (s *site) enter(p peer.Peer, n *everwire.Namespace, auth string) *member {
	s.T.Helper()
	return &member{p, s, n, s.Enter(p, n.Name(), auth)}
}

// socket is the server's side of the client.
func (m *member) socket() *everwire.Socket {
	m.s.T.Helper()
	socket, ok := m.namespace.Socket(m.id)
	require.True(m.s.T, ok, "no socket of the client")
	return socket
}

func (m *member) expect(want ...string) {
	m.s.T.Helper()
	m.s.Expect(m, want...)
}

func (m *member) ask(packet string, want ...string) {
	m.s.T.Helper()
	m.s.Ask(m, packet, want...)
}

// quiet asserts that the client of the main namespace was sent nothing more, and that it lives.
func (m *member) quiet() {
	m.s.T.Helper()
	m.ask(`4299["sync"]`, `4399[]`)
}

// notes are what handlers tell their test.
type notes struct {
	t  testing.TB
	ch chan string
}

func newNotes(t testing.TB) notes { return notes{t, make(chan string, 100)} }

// next returns the next note.
func (n notes) next() string {
	n.t.Helper()
	select {
	case line := <-n.ch:
		return line
	case <-time.After(peer.Patience):
		n.t.Fatal("nothing was noted")
		return ""
	}
}

func (n notes) expect(want ...string) {
	n.t.Helper()
	for _, w := range want {
		require.Equal(n.t, w, n.next())
	}
}

// none asserts that nothing is noted which was not read.
func (n notes) none() {
	n.t.Helper()
	select {
	case line := <-n.ch:
		n.t.Fatalf("noted: %q", line)
	default:
	}
}
