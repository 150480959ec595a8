// compress_test.go: the official client against a server that compresses.

package clients

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
)

func TestCompression(t *testing.T) {
	interop.NeedsNode(t, folders["4.8.4"])
	server, err := everwire.New(everwire.Config{
		Compression: everwire.Compression{Polling: true, WebSocket: true},
		Logger:      slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	server.On("echo", func(c *everwire.Ctx) error {
		var what any
		if err := c.Bind(&what); err != nil {
			return err
		}
		return c.Ack(what)
	})
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = server.Shutdown(now)
		web.Close()
	})
	type result struct {
		Transport  string
		Whole      int
		Compressed bool
	}
	var results []result
	err = interop.Node("compress.mjs", web.URL).Lines(t.Context(), func(line []byte) {
		var r result
		require.NoError(t, json.Unmarshal(line, &r))
		results = append(results, r)
	})
	require.NoError(t, err)
	require.Equal(t, []result{{"polling", 19, true}, {"websocket", 19, true}}, results)
}
