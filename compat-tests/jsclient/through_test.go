// through_test.go: networks that let some transports through and not others.

package jsclient

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/faultproxy"
	"github.com/everwire/everwire/compat-tests/interop"
)

const forbidden = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// networks are what happens to connections by their transport, and what the client must make of it. The times are a
// multiple of what is needed: the machine may be busy.
var networks = []struct {
	name           string
	websocket, sse faultproxy.Faults
	transport      string
	within         time.Duration // until the first answer
}{
	{name: "good", transport: "websocket", within: 4 * time.Second},
	{name: "WebSocket 403", websocket: faultproxy.Faults{Answer: forbidden}, transport: "sse", within: 4 * time.Second},
	{name: "WebSocket reset", websocket: faultproxy.Faults{Refuse: true}, transport: "sse", within: 4 * time.Second},
	{name: "WebSocket hangs", websocket: faultproxy.Faults{Hang: true}, transport: "sse", within: 4 * time.Second},
	{name: "WebSocket swallowed behind the 101", websocket: swallow(0), transport: "sse", within: 4 * time.Second},
	{name: "WebSocket swallowed behind OPEN", websocket: swallow(265), transport: "sse", within: 8 * time.Second},
	{
		name: "WebSocket hangs, SSE buffered", websocket: faultproxy.Faults{Hang: true},
		sse: faultproxy.Faults{Down: faultproxy.Link{Buffer: true}}, transport: "polling", within: 5 * time.Second,
	},
}

func swallow(k int64) faultproxy.Faults {
	return faultproxy.Faults{Down: faultproxy.Link{Swallow: faultproxy.AfterHead(k)}}
}

func TestThrough(t *testing.T) {
	interop.NeedsNode(t, "ws")
	for _, n := range networks {
		t.Run(n.name, func(t *testing.T) {
			s := startServer(t, 1)
			proxy, err := faultproxy.Listen(faultproxy.Config{Target: s.Listener.Addr().String(), Plan: func(c *faultproxy.Conn) faultproxy.Faults {
				switch line := c.RequestLine(); {
				case strings.Contains(line, "transport=websocket"):
					return n.websocket
				case strings.HasPrefix(line, "GET") && strings.Contains(line, "transport=sse"):
					return n.sse
				}
				return faultproxy.Faults{}
			}})
			require.NoError(t, err)
			defer proxy.Close()
			proxy.SetRoundTrip(100 * time.Millisecond)
			var r struct {
				Connect, Answer int // milliseconds
				Right           bool
				Transport       string
				Disconnects     []string
				Log             []string
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			p := interop.Node("through.mjs", "http://"+proxy.Addr())
			require.NoError(t, p.Lines(ctx, func(line []byte) { assert.NoError(t, json.Unmarshal(line, &r), string(line)) }))
			t.Logf("connected after %d ms, answer after %d ms over %s", r.Connect, r.Answer, r.Transport)
			assert.True(t, r.Right)
			assert.Equal(t, n.transport, r.Transport)
			assert.Empty(t, r.Disconnects)
			assert.Less(t, r.Answer, int(n.within.Milliseconds()))
			if t.Failed() {
				t.Log(strings.Join(r.Log, "\n"))
			}
		})
	}
}

func echo(server *everwire.Server) {
	server.On("echo", func(c *everwire.Ctx) error {
		var text string
		var bytes []byte
		if err := c.Bind(&text, &bytes); err != nil {
			return err
		}
		return c.Ack(text, bytes)
	})
}
