// harness_test.go: a real server and a client in one bubble, with a network of pipes.

package client_test

import (
	"context"
	"log/slog"
	"math"
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
	"github.com/everwire/everwire/internal/sim"
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

// network is where a server may listen. It is all in memory, and takes no time.
type network struct {
	sim *sim.Net

	mu    sync.Mutex // guards dials
	dials int

	clients byte // made so far; only the test makes any
}

func newNetwork() *network { return &network{sim: sim.New(sim.Config{Until: math.MaxInt64})} }

// dial is Options.Dial. It is refused while nobody serves.
func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	n.dials++
	n.mu.Unlock()
	return n.sim.Dial(ctx, "client", "server")
}

// dialled returns how often dial was called.
func (n *network) dialled() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials
}

// cut breaks all connections.
func (n *network) cut() { n.sim.Cut("client") }

// serve has h listen until stop is called.
func (n *network) serve(h http.Handler) (stop func()) {
	srv := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	l := n.sim.Listen("server")
	go func() { _ = srv.Serve(l) }()
	return func() {
		srv.Close()
		n.cut()
	}
}

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
		w := &world{network: newNetwork(), t: t}
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
