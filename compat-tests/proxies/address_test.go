// address_test.go: the client's address behind a proxy.

package proxies

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// clientIP is what the proxy says, if the request comes through it: it runs on this machine. Anybody else could write what
// they like into the header.
func clientIP(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return peer.Addr()
	}
	client, err := netip.ParseAddr(r.Header.Get("X-Forwarded-For"))
	if err != nil {
		return peer.Addr()
	}
	return client
}

// TestDocumentedClientIP holds the function above and docs/proxies.md together.
func TestDocumentedClientIP(t *testing.T) {
	const line = "// clientIP is what the proxy says, if the request comes through it: it runs on this machine. Anybody else could write what"
	block := documented(t, "go", line)
	source, err := os.ReadFile("address_test.go")
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(source), "\n"+block), "docs/proxies.md has another clientIP")
}

// A handshaker opens sessions that join no namespace, through the proxy.
type handshaker struct {
	t *testing.T
	p *proxy
}

// handshake returns the status of the answer to a client of that address.
func (h handshaker) handshake(from string, header ...string) int {
	h.t.Helper()
	return h.p.poller(h.t, from).get(h.t, "transport=polling", header...).status
}

// TestClientAddress counts the unfinished sessions of clients behind a proxy, of which two are allowed.
func TestClientAddress(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	for _, kind := range kinds {
		start := func(t *testing.T, config everwire.Config) handshaker {
			t.Parallel()
			config.MaxUnjoined = 2
			b := newBackend(t, config, nil)
			return handshaker{t, startProxy(t, kind, recommended(t, kind), b.Addr)}
		}
		t.Run(kind+" not told", func(t *testing.T) {
			h := start(t, everwire.Config{})
			require.Equal(t, 200, h.handshake("127.0.0.2"))
			require.Equal(t, 200, h.handshake("127.0.0.3"))
			require.Equal(t, 429, h.handshake("127.0.0.4"), "all clients have the address of the proxy")
		})
		t.Run(kind+" TrustedProxies", func(t *testing.T) {
			h := start(t, everwire.Config{TrustedProxies: proxies})
			for range 5 {
				require.Equal(t, 200, h.handshake("127.0.0.2"))
			}
		})
		t.Run(kind+" ClientIP", func(t *testing.T) {
			h := start(t, everwire.Config{ClientIP: clientIP, TrustedProxies: proxies})
			require.Equal(t, 200, h.handshake("127.0.0.2"))
			require.Equal(t, 200, h.handshake("127.0.0.2"))
			require.Equal(t, 429, h.handshake("127.0.0.2"))
			require.Equal(t, 429, h.handshake("127.0.0.2", "X-Forwarded-For", "10.9.8.7"), "the client's own claim counts")
			require.Equal(t, 200, h.handshake("127.0.0.3"))
		})
	}
}

// TestForwardedFor shows what becomes of a client's own X-Forwarded-For: the documented configurations replace it, those that
// append leave it in front.
func TestForwardedFor(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	for _, row := range []struct {
		name, kind, old, with string
		want                  []string
	}{
		{"replace", "nginx", "$remote_addr", "$remote_addr", []string{"127.0.0.2"}},
		{"replace", "haproxy", "%[src]", "%[src]", []string{"127.0.0.2"}},
		{"replace", "caddy", "reverse_proxy", "reverse_proxy", []string{"127.0.0.2"}},
		{"append", "nginx", "$remote_addr", "$proxy_add_x_forwarded_for", []string{"10.9.8.7, 127.0.0.2"}},
		{"append", "haproxy", "http-request set-header X-Forwarded-For %[src]", "option forwardfor", []string{"10.9.8.7", "127.0.0.2"}},
	} {
		t.Run(row.kind+" "+row.name, func(t *testing.T) {
			t.Parallel()
			echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = json.NewEncoder(w).Encode(r.Header["X-Forwarded-For"])
			}))
			t.Cleanup(echo.Close)
			config := replace(t, recommended(t, row.kind), row.old, row.with)
			p := startProxy(t, row.kind, config, echo.Listener.Addr().String())
			a := p.poller(t, "127.0.0.2").get(t, "", "X-Forwarded-For", "10.9.8.7")
			var got []string
			require.NoError(t, json.Unmarshal([]byte(a.body), &got), a.body)
			require.Equal(t, row.want, got)
		})
	}
}
