// Server is what conformance suites are run against, from outside: a mode for each suite.
//
//	server <mode> [port]   serves on 127.0.0.1, by default on the port that the suite connects to; 0 is any free port
//	server -pending        prints what the modes still lack, a line each
//
// It prints its address when it listens. A mode of which nothing can run yet exits with code 2.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/everwire/everwire/compat-tests/server/modes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "server:", err)
	if errors.Is(err, errUsage) || errors.Is(err, modes.ErrUnknown) {
		os.Exit(2)
	}
	os.Exit(1)
}

var errUsage = errors.New("usage: server <mode> [port] | server -pending")

// run does what the arguments say, until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "-pending":
		printPending(out)
		return nil
	case len(args) == 0 || len(args) > 2:
		return errUsage
	}
	mode, err := modes.Named(args[0])
	if err != nil {
		return err
	}
	port := mode.Port
	if len(args) == 2 {
		if port, err = strconv.Atoi(args[1]); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	return serve(ctx, mode, port, out)
}

func printPending(out io.Writer) {
	for _, mode := range modes.All {
		for _, line := range mode.Lines() {
			fmt.Fprintln(out, line)
		}
	}
}

// serve serves the mode until ctx ends.
func serve(ctx context.Context, mode modes.Mode, port int, out io.Writer) error {
	server, err := modes.Start(mode.Name)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return errors.Join(err, server.Close())
	}
	fmt.Fprintf(out, "%s: http://%s\n", mode.Name, l.Addr())
	web := &http.Server{Handler: server}
	served := make(chan error, 1)
	// Owned by serve, which takes its one result; ends with web.
	go func() { served <- web.Serve(l) }()
	select {
	case err = <-served:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	err = errors.Join(server.Close(), web.Close())
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
