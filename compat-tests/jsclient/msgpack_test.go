// msgpack_test.go: the bundle with the MessagePack codec.

package jsclient

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

func TestMessagePack(t *testing.T) {
	interop.NeedsNode(t, "ws")
	server, err := everwire.New(everwire.Config{Codec: msgpack.Codec{}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	same(server)
	web := httptest.NewServer(server)
	defer web.Close()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	lines := 0
	require.NoError(t, interop.Node("msgpack.mjs", web.URL).Lines(ctx, func(line []byte) {
		lines++
		assert.JSONEq(t, `{"values":13}`, string(line))
	}))
	assert.Equal(t, 1, lines)
}
