// client_test.go: a WebSocket client, and the suite that every transport passes.

package websocket_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/transporttest"
	"github.com/everwire/everwire/transport/websocket"
)

func TestConformance(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		New:       func(maxPayload int64) engine.Transport { return inMode(websocket.New(maxPayload)) },
		Dial:      func(t testing.TB, url string) (transporttest.Client, error) { return dial(url) },
		Request:   request,
		OverLimit: engine.TransportError,
		Lost:      engine.TransportClose, // as in the official server
	})
}

func TestConformanceCompressed(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		New:       func(maxPayload int64) engine.Transport { return inMode(websocket.NewCompressing(maxPayload, 1)) },
		Dial:      func(t testing.TB, url string) (transporttest.Client, error) { return dialBy(&deflating, url) },
		Request:   request,
		OverLimit: engine.TransportError,
		Lost:      engine.TransportClose,
	})
}

// deflating offers permessage-deflate.
var deflating = gorilla.Dialer{EnableCompression: true}

// request is a handshake.
func request(url, query string) *http.Request {
	r, err := http.NewRequest(http.MethodGet, url+"/?"+query, nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	return r
}

// client is the client of one session.
type client struct {
	ws   *gorilla.Conn
	open eio.Packet
}

func dial(url string) (*client, error) { return dialBy(gorilla.DefaultDialer, url) }

func dialBy(d *gorilla.Dialer, url string) (*client, error) {
	ws, resp, err := d.Dial(strings.Replace(url, "http", "ws", 1)+"/?EIO=4&transport=websocket", nil)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	c := &client{ws: ws}
	if c.open, err = c.Next(); err != nil {
		ws.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) Send(packets ...eio.Packet) error {
	for _, p := range packets {
		kind, data := gorilla.TextMessage, eio.Append(nil, p)
		if p.Binary {
			kind, data = gorilla.BinaryMessage, p.Data
		}
		if err := c.ws.WriteMessage(kind, data); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) Next() (eio.Packet, error) {
	kind, data, err := c.ws.ReadMessage()
	if err != nil {
		return eio.Packet{}, err
	}
	if kind == gorilla.BinaryMessage {
		return eio.Binary(data), nil
	}
	return eio.Parse(data)
}

func (c *client) Close() error {
	return c.ws.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(gorilla.CloseNoStatusReceived, ""))
}

func (c *client) Cut() { c.ws.NetConn().(*net.TCPConn).Close() }

// mustDial is dial for tests of their own.
func mustDial(t *testing.T, url string) *client {
	t.Helper()
	c, err := dial(url)
	require.NoError(t, err)
	t.Cleanup(c.Cut)
	return c
}
