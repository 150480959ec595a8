// Package site is what the examples share, and nothing that they show: it runs
// one of them as a program, or several below each other's paths, serves their
// pages under a strict policy, and breaks connections for visitors who want to see
// what becomes of them.
//
// Who copies an example leaves this package out: an [App] is an http.Handler, and
// New of each example shows how it is put together.
package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// An App is a whole example, to be mounted at any path: its pages name their parts
// relative to themselves.
type App interface {
	http.Handler
	// Shutdown ends the sessions in an orderly way and then closes what the app keeps.
	Shutdown(ctx context.Context) error
}

// Run opens an app and serves it at HOST and PORT (by default all addresses, and 3000)
// until the program is told to stop. It is all that an example's main does.
func Run(name string, open func() (App, error)) {
	if err := run(name, open); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func run(name string, open func() (App, error)) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app, err := open()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(os.Getenv("HOST"), cmp.Or(os.Getenv("PORT"), "3000")))
	if err != nil {
		return errors.Join(err, app.Shutdown(ctx))
	}
	fmt.Printf("%s: http://localhost:%d/\n", name, ln.Addr().(*net.TCPAddr).Port)
	return serve(ctx, ln, app)
}

// serve serves until ctx ends, and then ends in the order that matters: the sessions
// first, since http.Server.Shutdown would wait for their open requests.
func serve(ctx context.Context, ln net.Listener, app App) error {
	web := &http.Server{Handler: app, ConnContext: withLine, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(lines{ln}) }() // serve's own: it ends with web.Shutdown, or by itself
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(err, app.Shutdown(ctx), web.Shutdown(ctx))
}
