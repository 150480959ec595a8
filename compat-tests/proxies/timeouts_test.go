// timeouts_test.go: timeouts of Go's own server that are shorter than the silence.

package proxies

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// TestSixConnections has a browser's limit for one host. Over HTTP/1.1 six streams use it up, and nothing can be posted; over
// HTTP/2 they share one connection.
func TestSixConnections(t *testing.T) {
	for _, row := range []struct {
		v       version
		streams int
		posts   bool
	}{{versions[0], 5, true}, {versions[0], 6, false}, {versions[2], 20, true}} {
		t.Run(fmt.Sprintf("%s, %d streams", row.v.name, row.streams), func(t *testing.T) {
			transport := &http.Transport{MaxConnsPerHost: 6, Protocols: protocols(!row.v.h2, row.v.h2, false)}
			w := startWeb(t, plain, row.v.secure)
			if row.v.secure {
				transport.TLSClientConfig = &tls.Config{RootCAs: w.Cert.Pool}
			}
			var c *eventSource
			for range row.streams {
				c = newEventSource(t, w.URL, transport, true)
				require.NoError(t, c.stream("", patience))
				c.opened()
			}
			if row.posts {
				c.join()
				return
			}
			_, err := c.tryPost(200*time.Millisecond, "40")
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

const timeout, interval = 50 * time.Millisecond, 150 * time.Millisecond

// TestServerTimeouts is silent for longer than http.Server allows for a request and its answer.
func TestServerTimeouts(t *testing.T) {
	for name, limit := range map[string]time.Duration{"no timeouts": 0, "all timeouts": timeout} {
		for how, wait := range map[string]func(*testing.T, string) string{
			"poll over HTTP/1.1":   func(t *testing.T, url string) string { return heldPoll(t, url, protocols(true, false, false)) },
			"poll over HTTP/2":     func(t *testing.T, url string) string { return heldPoll(t, url, protocols(false, false, true)) },
			"stream over HTTP/1.1": func(t *testing.T, url string) string { return silentStreamed(t, url, protocols(true, false, false)) },
			"stream over HTTP/2":   func(t *testing.T, url string) string { return silentStreamed(t, url, protocols(false, false, true)) },
			"WebSocket":            silentWebSocket,
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				server, err := everwire.New(everwire.Config{PingInterval: interval})
				require.NoError(t, err)
				web := httptest.NewUnstartedServer(server)
				web.Config.Protocols = protocols(true, false, true)
				web.Config.ReadHeaderTimeout, web.Config.ReadTimeout = limit, limit
				web.Config.WriteTimeout, web.Config.IdleTimeout = limit, limit
				web.Start()
				t.Cleanup(func() {
					require.NoError(t, shutdown(server, 10*time.Millisecond))
					web.Close()
				})
				start := time.Now()
				require.Equal(t, "2", wait(t, web.URL), "after %v", time.Since(start))
				require.Greater(t, time.Since(start), timeout, "there was no silence: this proves nothing")
			})
		}
	}
}

// heldPoll returns the answer to a poll that is held until the server pings.
func heldPoll(t *testing.T, url string, versions *http.Protocols) string {
	t.Helper()
	p := newPoller(t, url, &http.Transport{Protocols: versions})
	p.http.Timeout = 5 * time.Second
	p.open(t)
	return p.get(t, "transport=polling").body
}

// silentStreamed returns the event that ends the silence of a stream.
func silentStreamed(t *testing.T, url string, versions *http.Protocols) string {
	t.Helper()
	c := newEventSource(t, url, &http.Transport{Protocols: versions}, false)
	require.NoError(t, c.stream("", patience))
	c.opened()
	data, err := c.event()
	require.NoError(t, err)
	return data
}

// silentWebSocket returns the packet that ends the silence.
func silentWebSocket(t *testing.T, url string) string {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/socket.io/?EIO=4&transport=websocket", nil)
	require.NoError(t, err)
	defer ws.Close()
	wsRead(t, ws)
	wsWrite(t, ws, "40")
	wsRead(t, ws)
	return wsRead(t, ws)
}
