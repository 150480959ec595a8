// slow_test.go: messages that need longer than a connection may usually be silent.

package jsclient

import (
	"context"
	"encoding/json"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/interop"
)

const (
	slowRate  = 60_000  // bytes a second
	slowBytes = 300_000 // which need twice as long as an answer may take that nothing is before
	longBytes = 540_000 // which need longer than it takes until a fresh connection is asked, and that answer may take
)

func TestSlow(t *testing.T) {
	interop.NeedsNode(t, "ws")
	for _, transport := range []string{"websocket", "sse", "polling"} {
		t.Run(transport+" up", func(t *testing.T) {
			t.Parallel()
			slow(t, transport, slowBytes, 1)
		})
	}
	// In SSE what comes shows that the connection is alive while the answer is still under way. A WebSocket shows nothing.
	t.Run("sse down", func(t *testing.T) {
		t.Parallel()
		slow(t, "sse", 1, longBytes)
	})
}

func slow(t *testing.T, transport string, up, down int) {
	web := startServer(t, 1)
	var r struct {
		Answer, Took, Suspends int
		Disconnects, Log       []string
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	p := interop.Node("slow.mjs", "http://"+throttle(t, web), transport, strconv.Itoa(up), strconv.Itoa(down))
	require.NoError(t, p.Lines(ctx, func(line []byte) { assert.NoError(t, json.Unmarshal(line, &r), string(line)) }))
	t.Logf("answer after %d ms", r.Took)
	assert.Equal(t, down, r.Answer)
	assert.Greater(t, r.Took, 1000*slowBytes/slowRate/2, "the network is slow")
	assert.Empty(t, r.Disconnects)
	assert.Zero(t, r.Suspends)
	if t.Failed() {
		t.Log(strings.Join(r.Log, "\n"))
	}
}

// large answers with text of the length that is asked for.
func large(server *everwire.Server) {
	server.On("large", func(c *everwire.Ctx) error {
		var text string
		var n int
		if err := c.Bind(&text, &n); err != nil {
			return err
		}
		return c.Ack(strings.Repeat("y", n))
	})
	server.On("nothing", func(*everwire.Ctx) error { return nil })
}

// throttle returns the address of a network to the server that has slowRate in each direction of each connection. Its
// goroutines end with the connections, and those with the test.
func throttle(t *testing.T, web *httptest.Server) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", web.Listener.Addr().String())
			if err != nil {
				c.Close()
				return
			}
			t.Cleanup(func() { c.Close(); s.Close() })
			go trickle(s, c)
			go trickle(c, s)
		}
	}()
	return l.Addr().String()
}

// trickle copies until either side ends, a twentieth of a second's bytes at a time.
func trickle(to, from net.Conn) {
	defer to.Close()
	tick := time.NewTicker(time.Second / 20)
	defer tick.Stop()
	buf := make([]byte, slowRate/20)
	for {
		n, err := from.Read(buf)
		if _, failed := to.Write(buf[:n]); failed != nil || err != nil {
			return
		}
		<-tick.C
	}
}
