// page_test.go: the file for script elements in a browser, over each transport, and with less than that browser has.

package jsclient

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
)

const chromium = "/usr/bin/chromium"

// A gone is how a page's socket ended.
type gone struct {
	id     string
	reason everwire.Reason
}

func TestPage(t *testing.T) {
	interop.NeedsNode(t, "playwright-core")
	if _, err := os.Stat(chromium); err != nil {
		t.Fatal("Chromium is not installed: ", err)
	}
	gones := make(chan gone, 100)
	web := startPages(t, gones)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
	defer cancel()
	left, names := map[string]bool{}, map[string]string{}
	p := interop.Node("page.mjs", web.URL)
	require.NoError(t, p.Lines(ctx, func(line []byte) {
		var c struct {
			Name, Want, ID, Transport, Error string
			Wrong, Problems                  []string
		}
		require.NoError(t, json.Unmarshal(line, &c), string(line))
		t.Logf("%-36s %s", c.Name, c.Transport)
		assert.Empty(t, c.Error, c.Name)
		assert.Empty(t, c.Wrong, c.Name)
		assert.Empty(t, c.Problems, c.Name)
		assert.Equal(t, c.Want, c.Transport, c.Name)
		left[c.ID] = true
		names[c.ID] = c.Name
	}))
	assert.Len(t, left, 8)
	for range left { // each page has said goodbye: the window of its session is a minute
		select {
		case g := <-gones:
			assert.True(t, left[g.id])
			delete(names, g.id)
			assert.Contains(t, []everwire.Reason{everwire.TransportClose, everwire.ClientDisconnect}, g.reason)
		case <-time.After(10 * time.Second):
			t.Fatal("pages that were closed have not ended their sessions: ", names)
		}
	}
}

func startPages(t *testing.T, gones chan<- gone) *httptest.Server {
	server, err := everwire.New(everwire.Config{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	server.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) { gones <- gone{c.Socket().ID(), why} })
	same(server)
	number(server)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy",
			fmt.Sprintf("default-src 'none'; script-src 'self'; connect-src 'self' ws://%s", r.Host))
		fmt.Fprint(w, "<!doctype html><title>page</title>")
	})
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		web.Close()
	})
	return web
}

// number sends back the numbers that come.
func number(server *everwire.Server) {
	server.On("number", func(c *everwire.Ctx) error {
		var n int
		if err := c.Bind(&n); err != nil {
			return err
		}
		return c.Socket().Emit("number", n)
	})
}

// same answers with what it was asked.
func same(server *everwire.Server) {
	server.On("same", func(c *everwire.Ctx) error {
		args, into := make([]any, c.Len()), make([]any, c.Len())
		for i := range args {
			into[i] = &args[i]
		}
		if err := c.Bind(into...); err != nil {
			return err
		}
		return c.Ack(args...)
	})
}
