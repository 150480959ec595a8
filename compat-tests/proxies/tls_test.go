// tls_test.go: Go's own TLS: wss, and HTTP/2 beside it.

package proxies

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// A certificate for 127.0.0.1 and app.example that signs itself, also as files, the way the proxies read them.
type certificate struct {
	tls.Certificate
	Pool            *x509.CertPool
	Cert, Key, Both string // names of files
}

func newCertificate(t *testing.T) *certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "app.example"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		DNSNames:              []string{"app.example"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})

	c := &certificate{Pool: x509.NewCertPool()}
	c.Certificate, err = tls.X509KeyPair(certPEM, keyPEM)
	require.NoError(t, err)
	require.True(t, c.Pool.AppendCertsFromPEM(certPEM))
	folder := t.TempDir()
	both := bytes.Join([][]byte{certPEM, keyPEM}, nil)
	for file, content := range map[*string][]byte{&c.Cert: certPEM, &c.Key: keyPEM, &c.Both: both} {
		f, err := os.CreateTemp(folder, "*.pem")
		require.NoError(t, err)
		_, err = f.Write(content)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		*file = filepath.Clean(f.Name())
	}
	return c
}

// A webServer is Go's own web server with a server of ours in it.
type webServer struct {
	*httptest.Server
	server *everwire.Server
	hints  *buffer // what the server logs
	log    *buffer // of net/http
	Cert   *certificate
}

// protocols is which of HTTP/1.1, HTTP/2 and HTTP/2 without TLS a web server speaks.
func protocols(h1, h2, h2c bool) *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(h1)
	p.SetHTTP2(h2)
	p.SetUnencryptedHTTP2(h2c)
	return p
}

// startWeb starts a web server with TLS that offers HTTP/2 and HTTP/1.1, or without TLS that knows both.
func startWeb(t *testing.T, mount func(*everwire.Server) http.Handler, secure bool) *webServer {
	t.Helper()
	hints := new(buffer)
	server, err := everwire.New(everwire.Config{Logger: slog.New(slog.NewTextHandler(hints, nil))})
	require.NoError(t, err)
	handle(server)
	w := &webServer{Server: httptest.NewUnstartedServer(mount(server)), server: server, hints: hints, log: new(buffer)}
	w.Config.ErrorLog = w.log.logger()
	w.Config.Protocols = protocols(true, secure, !secure)
	if secure {
		w.Cert = newCertificate(t)
		w.EnableHTTP2 = true
		w.TLS = &tls.Config{Certificates: []tls.Certificate{w.Cert.Certificate}}
		w.StartTLS()
	} else {
		w.Start()
	}
	t.Cleanup(func() {
		require.NoError(t, shutdown(server, 10*time.Millisecond))
		w.Close()
		assert.Empty(t, w.log.String(), "what net/http logged")
	})
	return w
}

// dialer is gorilla's WebSocket client, which trusts the server.
func (w *webServer) dialer() *websocket.Dialer {
	d := &websocket.Dialer{HandshakeTimeout: 5 * time.Second}
	if w.Cert != nil {
		d.TLSClientConfig = &tls.Config{RootCAs: w.Cert.Pool}
	}
	return d
}

// webSocketURL is the address of the WebSocket of a session, or of a new one.
func (w *webServer) webSocketURL(sid string) string {
	return "ws" + strings.TrimPrefix(w.URL, "http") + "/socket.io/?EIO=4&transport=websocket" + sid
}

// TestSecureWebSocket opens a WebSocket over TLS on the port that serves HTTP/2 too, and talks.
func TestSecureWebSocket(t *testing.T) {
	for name, mount := range mounts {
		t.Run(name, func(t *testing.T) {
			w := startWeb(t, mount, true)
			h2 := w.client(t)
			require.Equal(t, "HTTP/2.0", h2.get(t, "transport=polling").proto)

			ws, answer, err := w.dialer().Dial(w.webSocketURL(""), nil)
			require.NoError(t, err)
			defer ws.Close()
			require.Equal(t, "HTTP/1.1", answer.Proto)
			require.Equal(t, "0{", wsRead(t, ws)[:2])
			wsWrite(t, ws, "40")
			require.Equal(t, `40{"sid"`, wsRead(t, ws)[:8])
			wsWrite(t, ws, `451-7["echo","over TLS",{"_placeholder":true,"num":0}]`)
			require.NoError(t, ws.WriteMessage(websocket.BinaryMessage, []byte{0, 1, 255}))
			require.Equal(t, `461-7["over TLS",{"_placeholder":true,"num":0}]`, wsRead(t, ws))
			require.Equal(t, "\x00\x01\xff", wsRead(t, ws))
		})
	}
}

// TestUntrusted shows that the official client of the other tests checks certificates.
func TestUntrusted(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	b := newBackend(t, everwire.Config{}, newCertificate(t))
	c := b.client("websocket", "echo")
	c.ca = ""
	require.Equal(t, "websocket error: self-signed certificate", c.run(t).Refused)
}

func wsRead(t *testing.T, ws *websocket.Conn) string {
	t.Helper()
	require.NoError(t, ws.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, message, err := ws.ReadMessage()
	require.NoError(t, err)
	return string(message)
}

func wsWrite(t *testing.T, ws *websocket.Conn, packet string) {
	t.Helper()
	require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(packet)))
}
