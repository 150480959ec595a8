// origin_test.go: the origin check behind proxies that pass Host on, and that do not.

package proxies

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// An originRow is a page that connects through a proxy.
type originRow struct {
	name, proxy string
	config      func(t *testing.T, kind string) string
	origins     []string // Config.Origins
	host        string   // that the page names; "" for the proxy's address
	origin      string   // of the page; "" for "http://" and the host
	site        string   // Sec-Fetch-Site, which browsers send where they trust the connection
	want        int
}

func bareConfig(_ *testing.T, kind string) string { return bare[kind] }

// withoutPort is a common mistake.
func withoutPort(t *testing.T, kind string) string {
	t.Helper()
	return replace(t, recommended(t, kind), "Host $http_host;", "Host $host;")
}

var originRows = []originRow{
	{name: "page of the server", proxy: "nginx", config: recommended, want: 200},
	{name: "page of the server", proxy: "haproxy", config: recommended, want: 200},
	{name: "page of the server", proxy: "haproxy", config: bareConfig, want: 200},
	{name: "by name", proxy: "nginx", config: recommended, host: "app.example", want: 200},
	{name: "by name", proxy: "haproxy", config: recommended, host: "app.example", want: 200},
	{name: "TLS ends at the proxy", proxy: "nginx", config: recommended,
		host: "app.example", origin: "https://app.example", want: 200},
	{name: "TLS ends at the proxy", proxy: "haproxy", config: recommended,
		host: "app.example", origin: "https://app.example", want: 200},
	{name: "foreign page", proxy: "nginx", config: recommended, origin: "https://evil.example", site: "cross-site", want: 403},
	{name: "foreign page", proxy: "haproxy", config: recommended, origin: "https://evil.example", want: 403},
	{name: "foreign page", proxy: "nginx", config: bareConfig, origin: "https://evil.example", want: 403},
	{name: "foreign page", proxy: "haproxy", config: bareConfig, origin: "https://evil.example", site: "cross-site", want: 403},
	{name: "Host rewritten", proxy: "nginx", config: bareConfig, want: 403},
	{name: "Host rewritten, Sec-Fetch-Site", proxy: "nginx", config: bareConfig, site: "same-origin", want: 200},
	{name: "Host rewritten, origin listed", proxy: "nginx", config: bareConfig, host: "app.example",
		origins: []string{"http://app.example"}, want: 200},
	{name: "Host without its port", proxy: "nginx", config: withoutPort, want: 403},
}

// TestOrigins asks for a session as pages do, by long-polling and, where the proxy passes it on, by WebSocket.
func TestOrigins(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	for _, row := range originRows {
		t.Run(row.proxy+": "+row.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{Origins: row.origins}, nil)
			config := row.config(t, row.proxy)
			p := startProxy(t, row.proxy, config, b.Addr)
			header := http.Header{"Host": {p.addr}}
			if row.host != "" {
				header.Set("Host", row.host)
			}
			header.Set("Origin", "http://"+header.Get("Host"))
			if row.origin != "" {
				header.Set("Origin", row.origin)
			}
			if row.site != "" {
				header.Set("Sec-Fetch-Site", row.site)
			}
			c := p.poller(t, "127.0.0.1")
			request := c.request(t, "GET", "transport=polling", "")
			request.Host, request.Header = header.Get("Host"), header
			a := c.do(t, request)
			require.Equal(t, row.want, a.status, "polling: %s", a.body)
			if config != bare["nginx"] {
				assert.Equal(t, map[int]int{200: 101, 403: 403}[row.want], dialStatus(t, "ws://"+p.addr, nil, header), "WebSocket")
			}
			if row.want == 403 {
				require.JSONEq(t, `{"code":4,"message":"Forbidden"}`, a.body)
				require.Contains(t, b.Log.String(), "origin="+header.Get("Origin"), "the log does not name the value to add")
			} else {
				require.Empty(t, b.Log.String())
			}
		})
	}
}

// TestSecurePage talks TLS with the proxy, long-polling over HTTP/2 and a WebSocket over HTTP/1.1, as a browser does.
func TestSecurePage(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{}, nil)
			p := startProxy(t, kind, recommended(t, kind), b.Addr)
			c := p.securePoller(t)
			require.Equal(t, "HTTP/2.0", c.get(t, "transport=polling").proto)
			c.open(t, "Origin", p.SecureURL())
			require.Equal(t, "ok", c.post(t, `420["say","safe"]`, "Origin", p.SecureURL()).body)
			require.Equal(t, `430["safe"]`, c.get(t, "transport=polling", "Origin", p.SecureURL()).body)
			assert.Equal(t, 403, c.get(t, "transport=polling", "Origin", "https://evil.example").status)

			d := &websocket.Dialer{TLSClientConfig: p.trust()}
			assert.Equal(t, 101, dialStatus(t, "wss://"+p.secureAddr, d, http.Header{"Origin": {p.SecureURL()}}))
			assert.Equal(t, 403, dialStatus(t, "wss://"+p.secureAddr, d, http.Header{"Origin": {"https://evil.example"}}))
		})
	}
}

// dialStatus asks for a new WebSocket and returns the status of the answer.
func dialStatus(t *testing.T, url string, d *websocket.Dialer, header http.Header) int {
	t.Helper()
	if d == nil {
		d = &websocket.Dialer{}
	}
	d.HandshakeTimeout = 5 * time.Second
	ws, res, err := d.Dial(url+"/socket.io/?EIO=4&transport=websocket", header)
	if err == nil {
		require.NoError(t, ws.Close())
	}
	require.NotNil(t, res, err)
	return res.StatusCode
}
