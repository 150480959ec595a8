// limits_test.go: what is too large, or too long silent, for a proxy.

package proxies

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// TestTooLarge posts more than the server wants, and more than nginx lets through. The session survives both.
func TestTooLarge(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	for _, kind := range kinds {
		for name, config := range map[string]string{"bare": bare[kind], "recommended": recommended(t, kind)} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				b := newBackend(t, everwire.Config{}, nil)
				p := startProxy(t, kind, config, b.Addr)
				c := p.poller(t, "127.0.0.1")
				c.open(t)
				require.Equal(t, answer{"HTTP/1.1", 413, ""}, c.post(t, event(1_010_000)), "refused by the server")
				a := c.post(t, event(1_100_000))
				require.Equal(t, 413, a.status)
				if kind == "nginx" {
					require.Contains(t, a.body, "<center>nginx", "refused by nginx")
				}
				require.Equal(t, "ok", c.post(t, `420["say","still here"]`).body)
				require.Equal(t, `430["still here"]`, c.get(t, "transport=polling").body)
			})
		}
	}
}

// event is an event of n bytes and the few around them.
func event(n int) string { return `420["say","` + strings.Repeat("x", n) + `"]` }

// TestLargeMessage sends 1,500,000 bytes with the official client to a server that takes 2,000,000.
func TestLargeMessage(t *testing.T) {
	needs(t, "node", "nginx")
	t.Parallel()
	const size = 1_500_000
	raised := func(t *testing.T) string {
		return replace(t, recommended(t, "nginx"), "client_max_body_size 1m;", "client_max_body_size 2m;")
	}
	for _, row := range []struct {
		name, mode, config string
		maxPayload         int64
		cut                string // how the client ends, if it does
	}{
		{"nginx refuses", "polling", recommended(t, "nginx"), 2_000_000, "transport error: xhr post error: HTTP 413"},
		{"nginx refuses no WebSocket message", "websocket", recommended(t, "nginx"), 2_000_000, ""},
		{"both raised", "polling", raised(t), 2_000_000, ""},
		{"server refuses", "polling", raised(t), 0, "transport error: xhr post error: HTTP 413"},
		{"server refuses", "websocket", raised(t), 0, "transport close"},
	} {
		t.Run(row.name+" "+row.mode, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{MaxPayload: row.maxPayload}, nil)
			c := b.client(row.mode, "large")
			c.url = startProxy(t, "nginx", row.config, b.Addr).URL()
			r := c.run(t)
			require.Empty(t, r.Error)
			if row.cut == "" {
				require.Equal(t, size, r.Large, r.Cut)
			} else {
				require.Contains(t, r.Cut, row.cut)
			}
		})
	}
}

// impatient is the documented configuration with this limit for silence.
func impatient(t *testing.T, kind string, limit time.Duration) string {
	t.Helper()
	config := recommended(t, kind)
	for _, name := range map[string][]string{
		"nginx":   {"proxy_read_timeout", "proxy_send_timeout"},
		"haproxy": {"timeout client", "timeout server"},
	}[kind] {
		config = replace(t, config, name+" 60s", fmt.Sprintf("%s %.0fs", name, limit.Seconds()))
	}
	return config
}

// TestSilence lowers the documented timeouts below the silence. Heartbeats that are more frequent keep the client connected.
func TestSilence(t *testing.T) {
	needs(t, append(strict, "node")...)
	t.Parallel()
	cuts := map[string]string{
		"polling":   "transport error: xhr poll error: HTTP 504",
		"websocket": "transport close",
	}
	for _, kind := range strict {
		config := impatient(t, kind, 2*time.Second)
		for mode, cut := range cuts {
			for name, interval := range map[string]time.Duration{"default": 0, "frequent": 400 * time.Millisecond} {
				t.Run(strings.Join([]string{kind, mode, name}, " "), func(t *testing.T) {
					t.Parallel()
					b := newBackend(t, everwire.Config{PingInterval: interval}, nil)
					c := b.client(mode, "silence")
					c.url = startProxy(t, kind, config, b.Addr).URL()
					r := c.run(t)
					require.Empty(t, r.Error)
					if interval == 0 {
						require.Contains(t, r.Cut, cut)
					} else {
						require.Empty(t, r.Cut)
						require.Positive(t, r.Silence)
					}
				})
			}
		}
	}
}

// TestKeptConnections counts the connections that nginx opens to the server for many requests of one client.
func TestKeptConnections(t *testing.T) {
	needs(t, "nginx")
	t.Parallel()
	for name, row := range map[string]struct {
		config      string
		connections int
	}{
		"bare":        {bare["nginx"], 10},
		"recommended": {recommended(t, "nginx"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int64
			s := httptest.NewUnstartedServer(http.NotFoundHandler())
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			s.Start()
			t.Cleanup(s.Close)
			c := startProxy(t, "nginx", row.config, s.Listener.Addr().String()).poller(t, "127.0.0.1")
			for range 10 {
				require.Equal(t, 404, c.get(t, "transport=polling").status)
			}
			require.EqualValues(t, row.connections, opened.Load())
		})
	}
}
