// http2_test.go: long-polling over HTTP/2, with and without TLS.

package proxies

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (b *buffer) logger() *log.Logger { return log.New(b, "", 0) }

// A polling client over one version of HTTP.
type poller struct {
	url  string // up to the parameters
	http *http.Client
	sid  string // "&sid=…" once there is a session
}

// An answer is what a request came to.
type answer struct {
	proto  string
	status int
	body   string
}

// client polls over HTTP/2.
func (w *webServer) client(t *testing.T) *poller {
	transport := &http.Transport{Protocols: protocols(false, w.Cert != nil, w.Cert == nil)}
	if w.Cert != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: w.Cert.Pool}
	}
	return newPoller(t, w.URL, transport)
}

func newPoller(t *testing.T, url string, transport *http.Transport) *poller {
	t.Cleanup(transport.CloseIdleConnections)
	return &poller{url: url + "/socket.io/?EIO=4&", http: &http.Client{Transport: transport, Timeout: 10 * time.Second}}
}

func (p *poller) do(t *testing.T, r *http.Request) answer {
	t.Helper()
	res, err := p.http.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.Proto, res.StatusCode, string(body)}
}

// request is a request with these parameters, headers and body, of the session if there is one.
func (p *poller) request(t *testing.T, method, parameters, body string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.url+parameters+p.sid, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (p *poller) get(t *testing.T, parameters string, header ...string) answer {
	t.Helper()
	return p.do(t, p.request(t, "GET", parameters, "", header...))
}

func (p *poller) post(t *testing.T, body string, header ...string) answer {
	t.Helper()
	return p.do(t, p.request(t, "POST", "transport=polling", body, header...))
}

// open opens a session, joins the main namespace, and returns the handshake.
func (p *poller) open(t *testing.T, header ...string) (handshake struct {
	SID      string
	Upgrades []string
}) {
	t.Helper()
	a := p.get(t, "transport=polling", header...)
	require.Equal(t, 200, a.status, a.body)
	require.NoError(t, json.Unmarshal([]byte(a.body[1:]), &handshake))
	p.sid = "&sid=" + handshake.SID
	require.Equal(t, "ok", p.post(t, "40", header...).body)
	require.Equal(t, `40{"sid"`, p.get(t, "transport=polling", header...).body[:8])
	return handshake
}

// TestPollingOverHTTP2 does what a browser does: it opens a session, exchanges messages, tries to upgrade on the same
// connection and, refused there, on one of HTTP/1.1 beside it.
func TestPollingOverHTTP2(t *testing.T) {
	for _, secure := range []bool{true, false} {
		for name, mount := range mounts {
			t.Run(map[bool]string{true: "TLS", false: "unencrypted"}[secure]+" "+name, func(t *testing.T) {
				w := startWeb(t, mount, secure)
				p := w.client(t)
				browser := []string{"Origin", w.URL, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"}
				handshake := p.open(t, browser...)
				require.Equal(t, []string{"websocket"}, handshake.Upgrades)

				pending := make(chan answer, 1)
				go func() { pending <- p.get(t, "transport=polling", browser...) }() // ends with the echo
				require.Equal(t, "ok", p.post(t, `420["say","over HTTP/2"]`, browser...).body)
				a := <-pending
				require.Equal(t, answer{"HTTP/2.0", 200, `430["over HTTP/2"]`}, answer{a.proto, a.status, a.body})

				a = p.get(t, "transport=websocket", browser...)
				require.Equal(t, answer{"HTTP/2.0", 400, `{"code":3,"message":"Bad request"}`}, a)

				ws, _, err := w.dialer().Dial(w.webSocketURL(p.sid), http.Header{"Origin": {w.URL}})
				require.NoError(t, err)
				defer ws.Close()
				wsWrite(t, ws, "2probe")
				require.Equal(t, "3probe", wsRead(t, ws))
				wsWrite(t, ws, "5")
				wsWrite(t, ws, `421["say","over the WebSocket"]`)
				require.Equal(t, `431["over the WebSocket"]`, wsRead(t, ws))
			})
		}
	}
}
