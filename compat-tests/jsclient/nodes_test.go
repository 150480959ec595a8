// nodes_test.go: the nodes of a cluster are asked in turns, and every connection is cut again and again.

package jsclient

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/faultproxy"
	"github.com/everwire/everwire/compat-tests/interop"
)

const nodes = 3

func TestCutsOverNodes(t *testing.T) {
	interop.NeedsNode(t, "ws", "socket.io-client")
	for _, transports := range []string{"websocket", "sse", "polling", "websocket,sse,polling"} {
		t.Run(transports, func(t *testing.T) {
			t.Parallel()
			t.Log(cut(t, startServer(t, nodes), transports, 400*time.Millisecond))
		})
	}
	for _, transport := range []string{"polling", "websocket", "upgrade"} {
		t.Run("official client over "+transport, func(t *testing.T) {
			t.Parallel()
			officialOverNodes(t, transport)
		})
	}
}

// officialOverNodes has the official client ask question after question: each that is answered is answered right, and a
// client that was cut off is back soon. What was under way is lost, as always with it.
func officialOverNodes(t *testing.T, transport string) {
	proxy, err := faultproxy.Listen(faultproxy.Config{Target: startServer(t, nodes).Listener.Addr().String()})
	require.NoError(t, err)
	defer proxy.Close()
	stop := proxy.CutEvery(400 * time.Millisecond)
	defer stop()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	var r struct{ Answered, Wrong, Lost, Connects int }
	p := interop.Node("official.mjs", "http://"+proxy.Addr(), transport, strconv.Itoa(lasting))
	require.NoError(t, p.Lines(ctx, func(line []byte) { assert.NoError(t, json.Unmarshal(line, &r), string(line)) }))
	assert.Zero(t, r.Wrong)
	assert.Greater(t, r.Answered, 20*lasting)
	t.Logf("%d answered, %d lost, %d times connected", r.Answered, r.Lost, r.Connects)
}
