// options_test.go: options that are for Node alone.

package jsclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

// options runs options.mjs until it ends, and returns the event that it has heard. Node 20 has the global class behind a flag.
func options(t *testing.T, url, what, from string) string {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var r struct{ Event string }
	p := interop.Program{Command: []string{"node", "--experimental-websocket", "options.mjs", url, what, from}}
	require.NoError(t, p.Lines(ctx, func(line []byte) { assert.NoError(t, json.Unmarshal(line, &r), string(line)) }))
	return r.Event
}

// TestExtraHeaders: classes of WebSockets take headers in different places.
func TestExtraHeaders(t *testing.T) {
	interop.NeedsNode(t, "ws")
	for _, from := range []string{"ws", "global"} {
		t.Run(from, func(t *testing.T) {
			tokens := make(chan string, 9)
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				tokens <- r.Header.Get("X-Token")
				w.WriteHeader(http.StatusForbidden)
			}))
			defer web.Close()
			assert.Equal(t, "connect_error", options(t, web.URL, "headers", from))
			require.NotEmpty(t, tokens)
			assert.Equal(t, "secret", <-tokens)
		})
	}
}

// TestAutoUnref: the process ends though the client is connected.
func TestAutoUnref(t *testing.T) {
	interop.NeedsNode(t, "ws")
	assert.Equal(t, "connect", options(t, startServer(t, 1).URL, "unref", "ws"))
}
