// harness_test.go: a real server and a client in one bubble, with a network of pipes.

package client_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

// quiet drops the logs, unless one wants to see them.
func quiet() *slog.Logger {
	if os.Getenv("CLIENT_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// pass lets time pass, that of the bubble.
func pass(d time.Duration) { time.Sleep(d) }

// network is where a server may listen. It is all in memory.
type network struct {
	mu     sync.Mutex
	accept chan net.Conn // nil: connections are refused
	conns  map[net.Conn]bool
	dials  int

	clients byte // made so far; only the test makes any
}

var errRefused = errors.New("connection refused")

// dial is Options.Dial.
func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dials++
	if n.accept == nil {
		return nil, errRefused
	}
	here, there := net.Pipe()
	n.conns[here] = true
	n.accept <- there
	return here, nil
}

// dialled returns how often dial was called.
func (n *network) dialled() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials
}

// cut breaks all connections.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		c.Close()
	}
	clear(n.conns)
}

// serve has h listen until stop is called.
func (n *network) serve(h http.Handler) (stop func()) {
	accept := make(chan net.Conn, 1000)
	n.mu.Lock()
	n.accept = accept
	n.conns = make(map[net.Conn]bool)
	n.mu.Unlock()
	srv := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = srv.Serve(&listener{accept: accept, closed: make(chan struct{})}) }()
	return func() {
		n.mu.Lock()
		n.accept = nil
		n.mu.Unlock()
		srv.Close()
		n.cut()
	}
}

type listener struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *listener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// world is a network with an Everwire server.
type world struct {
	*network
	t    *testing.T
	srv  *everwire.Server
	stop func() // crashes the server
}

// bubble runs f in a bubble of synctest with a server that setup has prepared.
func bubble(t *testing.T, cfg everwire.Config, setup func(*everwire.Server), f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{network: &network{}, t: t}
		w.start(cfg, setup)
		t.Cleanup(func() {
			w.stop()
			time.Sleep(5 * time.Minute) // of the bubble: until all is over
		})
		f(t, w)
	})
}

func (w *world) start(cfg everwire.Config, setup func(*everwire.Server)) {
	cfg.Logger = quiet()
	srv, err := everwire.New(cfg)
	require.NoError(w.t, err)
	if setup != nil {
		setup(srv)
	}
	stop := w.serve(srv)
	w.srv = srv
	w.stop = func() {
		stop()
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_ = srv.Shutdown(ctx)
	}
}

// client makes a client that is closed at the end.
func (n *network) client(t *testing.T, o client.Options) *client.Client {
	if o.Dial == nil {
		o.Dial = n.dial
	}
	o.Logger = quiet()
	n.clients++
	o.Rand = rand.NewChaCha8([32]byte{n.clients})
	c, err := client.New("http://server.test", o)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, c.Close(ctx))
	})
	return c
}

func connect(t *testing.T, c interface{ Connect(context.Context) error }) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, c.Connect(ctx))
}

// transports are what each test of the wire runs over.
var transports = []string{client.WebSocket, client.SSE, client.Polling}

func each(t *testing.T, f func(t *testing.T, o client.Options)) {
	for _, tr := range transports {
		for name, stock := range map[string]bool{"": false, " stock": true} {
			t.Run(tr+name, func(t *testing.T) { f(t, client.Options{Transports: []string{tr}, NoResume: stock}) })
		}
	}
}

var everwireConfig = everwire.Config{}
