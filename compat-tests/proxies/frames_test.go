// frames_test.go: WebSocket over HTTP/2, as frames that no HTTP library sends.

package proxies

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/everwire/everwire"
)

// h2conn is a connection of HTTP/2, of which only the frames are ready-made.
type h2conn struct {
	*http2.Framer
	connect bool   // the server offers extended CONNECT
	stream  uint32 // the next
}

// dialHTTP2 opens a connection, with TLS if there is a certificate.
func dialHTTP2(t *testing.T, addr string, cert *certificate) *h2conn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(10*time.Second)))
	if cert != nil {
		nc = tls.Client(nc, &tls.Config{RootCAs: cert.Pool, ServerName: "127.0.0.1", NextProtos: []string{"h2"}})
	}
	_, err = nc.Write([]byte(http2.ClientPreface))
	require.NoError(t, err)
	c := &h2conn{Framer: http2.NewFramer(nc, nc), stream: 1}
	c.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	require.NoError(t, c.WriteSettings())
	frame, err := c.ReadFrame()
	require.NoError(t, err)
	settings, ok := frame.(*http2.SettingsFrame)
	require.True(t, ok, frame)
	offered, _ := settings.Value(http2.SettingEnableConnectProtocol)
	c.connect = offered == 1
	require.NoError(t, c.WriteSettingsAck())
	return c
}

// ask sends a request without a body and returns the status, or the error code that its stream was reset with.
func (c *h2conn) ask(t *testing.T, method, parameters string, fields ...string) string {
	t.Helper()
	id := c.stream
	c.stream += 2
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	fields = append([]string{":method", method, ":scheme", "https", ":authority", "app.example",
		":path", "/socket.io/?EIO=4&" + parameters}, fields...)
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	require.NoError(t, c.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: block.Bytes(), EndHeaders: true,
		EndStream: method != http.MethodConnect, // an accepted CONNECT would go on
	}))
	for {
		frame, err := c.ReadFrame()
		require.NoError(t, err, "%s %s %v: neither answered nor reset", method, parameters, fields)
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if f.StreamID == id {
				return f.PseudoValue("status")
			}
		case *http2.RSTStreamFrame:
			if f.StreamID == id {
				return "reset " + f.ErrCode.String()
			}
		}
	}
}

var handshake = []string{"sec-websocket-version", "13", "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}

// withHandshake adds the headers of a WebSocket handshake to the fields.
func withHandshake(fields ...string) []string { return append(fields, handshake...) }

// TestWebSocketOverHTTP2 asks for a WebSocket in each way that HTTP/2 has. It is refused, and the connection lives on.
func TestWebSocketOverHTTP2(t *testing.T) {
	const connectOffered = "GODEBUG of the child"
	offers := os.Getenv(connectOffered) != ""
	connect := "reset PROTOCOL_ERROR" // by net/http, unless it offers extended CONNECT
	if offers {
		connect = "400"
	}
	for _, secure := range []bool{true, false} {
		for name, mount := range mounts {
			t.Run(map[bool]string{true: "TLS", false: "unencrypted"}[secure]+" "+name, func(t *testing.T) {
				w := startWeb(t, mount, secure)
				p := w.client(t)
				p.open(t)
				c := dialHTTP2(t, w.Listener.Addr().String(), w.Cert)
				require.Equal(t, offers, c.connect, "extended CONNECT is offered")
				for _, row := range []struct {
					name, method string
					fields       []string
					want         string
				}{
					{"plain", "GET", nil, "400"},
					{"headers of a WebSocket", "GET", withHandshake(), "400"},
					{"forbidden headers", "GET", withHandshake("connection", "Upgrade", "upgrade", "websocket"), "400"},
					{"extended CONNECT", "CONNECT", withHandshake(":protocol", "websocket"), connect},
				} {
					for _, sid := range []string{"", p.sid, "&sid=unknown"} {
						assert.Equal(t, row.want, c.ask(t, row.method, "transport=websocket"+sid, row.fields...), row.name+sid)
					}
				}
				assert.Equal(t, "200", c.ask(t, "GET", "transport=polling"), "the connection serves no more")
				require.Equal(t, "ok", p.post(t, `420["say","alive"]`).body)
				require.Equal(t, `430["alive"]`, p.get(t, "transport=polling").body, "the session that was asked for")
			})
		}
	}
	if !offers && !t.Failed() {
		// Go offers extended CONNECT only to a process that was started with this.
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWebSocketOverHTTP2$")
		child.Env = append(os.Environ(), "GODEBUG=http2xconnect=1", connectOffered+"=1")
		out, err := child.CombinedOutput()
		require.NoError(t, err, "with extended CONNECT offered: %s", out)
	}
}

// TestExtendedConnect asks the proxies for a WebSocket over HTTP/2. haproxy offers it, and speaks HTTP/1.1 to the server; nginx
// refuses, and browsers use HTTP/1.1 with it.
func TestExtendedConnect(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	ask := func(t *testing.T, kind string) (*h2conn, string) {
		b := newBackend(t, everwire.Config{}, nil)
		p := startProxy(t, kind, recommended(t, kind), b.Addr)
		c := dialHTTP2(t, p.secureAddr, p.cert)
		return c, c.ask(t, "CONNECT", "transport=websocket", ":protocol", "websocket", "sec-websocket-version", "13")
	}
	t.Run("nginx", func(t *testing.T) {
		t.Parallel()
		c, status := ask(t, "nginx")
		require.False(t, c.connect, "nginx offers it: docs/proxies.md should say so")
		require.NotEqual(t, "200", status)
	})
	t.Run("haproxy", func(t *testing.T) {
		t.Parallel()
		c, status := ask(t, "haproxy")
		require.True(t, c.connect)
		require.Equal(t, "200", status)
		for {
			frame, err := c.ReadFrame()
			require.NoError(t, err)
			if data, ok := frame.(*http2.DataFrame); ok {
				require.Contains(t, string(data.Data()), `0{"sid":"`)
				return
			}
		}
	})
}
