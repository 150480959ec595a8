// server.go: a handler that is served in memory.

package everwiretest

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/internal/sim"
)

// What waits in this package fails the test after this time. That of a bubble is
// longer than anything that the defaults of servers and clients wait for.
const (
	patience         = 10 * time.Second
	patienceInBubble = 10 * time.Minute
)

func wait() time.Duration {
	if inBubble() {
		return patienceInBubble
	}
	return patience
}

// inBubble: the time of a bubble of testing/synctest begins with the year 2000.
func inBubble() bool { return time.Now().Year() < 2020 }

// origin is where clients look for the one server of their network.
const origin = "http://everwire.test"

// node is the server's name in its network.
const node = "server"

// Server is a handler that is served in memory. Its methods may be called
// concurrently.
type Server struct {
	net     *sim.Net
	options []Option
	log     *slog.Logger

	mu      sync.Mutex // guards clients
	clients int        // made so far
}

// Option changes what a client is made with; any function of this type will do.
// Those of [Start] come first and hold for all its clients.
type Option func(*client.Options)

// Over has the client use these transports, in their order of preference.
func Over(transports ...string) Option {
	return func(o *client.Options) { o.Transports = transports }
}

// Path is where the server is mounted in the handler; default "/socket.io/".
func Path(path string) Option { return func(o *client.Options) { o.Path = path } }

// Auth is what the server's Auth is given, see [client.Options].
func Auth(v any) Option { return func(o *client.Options) { o.Auth = v } }

// NoResume has the client behave as the official clients do: a session ends with
// its connection.
func NoResume() Option { return func(o *client.Options) { o.NoResume = true } }

// Start serves h until the end of the test, as the host everwire.test of a network
// that is its own. If h has a method
// Shutdown(context.Context) error, as an [everwire.Server] has, it is called then;
// for a router, call that of the server in it with t.Cleanup after Start.
func Start(t testing.TB, h http.Handler, o ...Option) *Server {
	t.Helper()
	s := &Server{net: sim.New(sim.Config{Until: math.MaxInt64}), options: o, log: newJournal(t).logger()}
	web := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	listener := s.net.Listen(node)
	served := make(chan struct{})
	mark := newMark(t)
	mark.do(func() {
		// Owned by the server; ends when web is closed, and blocks on connections to accept.
		go func() {
			defer close(served)
			_ = web.Serve(listener)
		}()
	})
	t.Cleanup(func() {
		t.Helper()
		shutdown(t, h)
		_ = web.Close() // nothing can be wrong with closing what is in memory
		<-served
		mark.check(t)
	})
	return s
}

// shutdown has an Everwire server end its sessions.
func shutdown(t testing.TB, h http.Handler) {
	t.Helper()
	s, ok := h.(interface{ Shutdown(context.Context) error })
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait())
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("everwiretest: Shutdown: %v", err)
	}
}

// NewClient makes a client of the server and does not connect it, so that its
// handlers and inboxes can be set up before the first event. It is closed at the end
// of the test t.
func (s *Server) NewClient(t testing.TB, options ...Option) *Client {
	t.Helper()
	line := s.newLine()
	o := client.Options{Dial: line.dial, Logger: s.log.With("client", line.name)}
	inner, err := client.New(origin, s.with(o, options))
	if err != nil {
		t.Fatalf("everwiretest: %s: %v", line.name, err)
	}
	c := &Client{Client: inner, Line: line}
	t.Cleanup(func() { t.Helper(); c.end(t) })
	return c
}

// Connect makes a client and connects it. The test fails if the server refuses it.
func (s *Server) Connect(t testing.TB, options ...Option) *Client {
	t.Helper()
	c := s.NewClient(t, options...)
	ctx, cancel := context.WithTimeout(context.Background(), wait())
	defer cancel()
	if err := c.Connect(ctx); err != nil {
		t.Fatalf("everwiretest: %s cannot connect: %v", c.name, err)
	}
	return c
}

// with returns o as the options of the server, and then those of a client, make it.
func (s *Server) with(o client.Options, options []Option) client.Options {
	for _, list := range [][]Option{s.options, options} {
		for _, set := range list {
			set(&o)
		}
	}
	return o
}

func (s *Server) newLine() *Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients++
	return &Line{net: s.net, name: fmt.Sprintf("client%d", s.clients)}
}
