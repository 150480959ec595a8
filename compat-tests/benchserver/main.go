// Benchserver is Everwire's server for the bench: the events of bench/FIXTURE.md as an application would write them,
// mounted in Gin. With POLLER=1 in the environment its idle WebSockets have no goroutines.
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/bench/fixture"
	"github.com/everwire/everwire/ginmount"
	"github.com/gin-gonic/gin"
)

// reading is what the load generator sends to be echoed.
type reading struct {
	Active bool     `json:"active"`
	ID     int64    `json:"id"`
	Name   string   `json:"name"`
	Tags   []string `json:"tags"`
	Value  float64  `json:"value"`
}

// note is what it broadcasts.
type note struct {
	Text     string `json:"p"`
	Sequence uint64 `json:"s"`
}

const (
	echo       = everwire.RPC[reading, reading]("echo")
	echoBinary = everwire.RPC[[]byte, []byte]("echobin")
	join       = everwire.RPC[string, string]("join")
	message    = everwire.Event[note]("msg")
)

// register adds the handlers of the fixture's events.
func register(srv *everwire.Server) {
	everwire.Handle(srv, echo, func(_ *everwire.Ctx, r reading) (reading, error) { return r, nil })
	everwire.Handle(srv, echoBinary, func(_ *everwire.Ctx, b []byte) ([]byte, error) { return b, nil })
	everwire.Handle(srv, join, func(c *everwire.Ctx, room string) (string, error) {
		return "ok", c.Socket().Join(room)
	})
	// An Event has one argument and bcast has two, hence the untyped handler.
	srv.On("bcast", func(c *everwire.Ctx) error {
		var room string
		var n note
		if err := c.Bind(&room, &n); err != nil {
			return err
		}
		return message.Emit(srv.To(room), n)
	})
}

// router mounts the server, and the fixture's debug pages beside it.
func router(srv *everwire.Server) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	ginmount.Mount(r, "/socket.io", srv)
	r.Any("/debug/*page", gin.WrapH(fixture.Debug()))
	return r
}

// run serves until ctx ends.
func run(ctx context.Context, l net.Listener) error {
	srv, err := everwire.New(everwire.Config{
		PingInterval: fixture.PingInterval(),
		PingTimeout:  fixture.PingTimeout(),
		Poller:       os.Getenv("POLLER") != "",
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	register(srv)
	h := &http.Server{Handler: router(srv)}
	served := make(chan error, 1)
	// Owned by run, which takes its one result; ends with h.
	go func() { served <- h.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	err = srv.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // polling clients that do not come for their end are cut off
	}
	err = errors.Join(err, h.Close())
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	l, err := net.Listen("tcp", fixture.Addr())
	if err == nil {
		err = run(ctx, l)
	}
	if err != nil {
		log.Fatal(err)
	}
}
