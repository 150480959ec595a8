// sse_test.go: the SSE transport as a class in the official client, unmodified, in Node and in a page.

package jsclient

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
)

func TestSSEClass(t *testing.T) {
	interop.NeedsNode(t, "socket.io-client")
	for _, way := range []string{"fetch", "EventSource"} {
		t.Run(way, func(t *testing.T) {
			web, gones := startClosing(t)
			assert.Equal(t, 1, exchanges(t, gones, interop.Node("sse.mjs", web.URL, way)))
		})
	}
}

func TestSSEClassInPage(t *testing.T) {
	interop.NeedsNode(t, "socket.io-client", "playwright-core")
	web, gones := startClosing(t)
	assert.Equal(t, 2, exchanges(t, gones, interop.Node("ssepage.mjs", web.URL)))
}

// exchanges runs a program, and counts its cases. It closes its sockets, each in four ways.
func exchanges(t *testing.T, gones <-chan gone, p interop.Program) (cases int) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	require.NoError(t, p.Lines(ctx, func(line []byte) {
		var c struct {
			Name, Last      string
			Wrong, Problems []string
		}
		require.NoError(t, json.Unmarshal(line, &c), string(line))
		assert.Empty(t, c.Wrong, c.Name)
		assert.Empty(t, c.Problems, c.Name)
		var reasons []everwire.Reason
		for last := false; !last; {
			select {
			case g := <-gones:
				reasons, last = append(reasons, g.reason), g.id == c.Last
			case <-ctx.Done():
				t.Fatal("the server has not heard of the last socket's end: ", reasons)
			}
		}
		assert.Equal(t, []everwire.Reason{
			everwire.TransportClose, everwire.ServerDisconnect, everwire.TransportClose, everwire.ClientDisconnect,
		}, reasons, c.Name)
		cases++
	}))
	return cases
}

// startClosing starts a server that ends sockets and connections when it is asked to, with a page and the official client.
func startClosing(t *testing.T) (*httptest.Server, <-chan gone) {
	server, err := everwire.New(everwire.Config{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	gones := make(chan gone, 100)
	server.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) { gones <- gone{c.Socket().ID(), why} })
	same(server)
	number(server)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	mux.Handle("/official/", http.StripPrefix("/official/", http.FileServer(http.Dir("../node_modules/socket.io-client/dist"))))
	mux.Handle("/ssecase.mjs", http.FileServer(http.Dir(".")))
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'")
		fmt.Fprint(w, "<!doctype html><title>page</title>")
	})
	web := httptest.NewUnstartedServer(mux)
	var conns sync.Map // of streams too, which the web server does not know of
	web.Config.ConnState = func(nc net.Conn, _ http.ConnState) { conns.Store(nc, nil) }
	web.Start()
	server.On("drop", func(c *everwire.Ctx) error { return c.Socket().Disconnect(false) })
	server.On("cut", func(*everwire.Ctx) error {
		for nc := range conns.Range {
			_ = nc.(net.Conn).Close() // again, some of them
		}
		return nil
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		web.Close()
	})
	return web, gones
}
