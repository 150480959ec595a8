// peer_test.go: a client over WebSocket or polling that reads on demand.

package slow

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// A peer is a client that reads when the test says so, and only then. A WebSocket answers pings while it reads.
type peer struct {
	t    *testing.T
	id   string          // of its socket
	ws   *websocket.Conn // nil: it polls
	http *http.Client
	url  string
}

// dial opens a session in the main namespace, over a connection with a small buffer.
func (s *testServer) dial(t *testing.T, query string) *peer {
	t.Helper()
	d := net.Dialer{Timeout: 20 * time.Second}
	small := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(buffers)
		}
		return c, err
	}
	p := &peer{t: t, url: s.addr + "/socket.io/?EIO=4&transport=" + query}
	if !strings.HasPrefix(query, "websocket") {
		p.http = &http.Client{Transport: &http.Transport{DialContext: small}, Timeout: 20 * time.Second}
		t.Cleanup(p.http.CloseIdleConnections)
		p.url = "http://" + p.url
	} else {
		ws, _, err := (&websocket.Dialer{NetDialContext: small, ReadBufferSize: 4096, WriteBufferSize: 512}).Dial("ws://"+p.url, nil)
		require.NoError(t, err)
		t.Cleanup(func() { ws.Close() })
		p.ws = ws
	}
	p.join()
	return p
}

// join enters the main namespace.
func (p *peer) join() {
	var open struct{ SID string }
	text := p.read()[0]
	require.NoError(p.t, json.Unmarshal([]byte(strings.TrimPrefix(text, "0")), &open), text)
	if p.ws == nil {
		p.url += "&sid=" + open.SID
	}
	p.send("40")
	text = p.read()[0]
	require.NoError(p.t, json.Unmarshal([]byte(strings.TrimPrefix(text, "40")), &open), text)
	p.id = open.SID
}

func (p *peer) send(packet string) {
	if p.ws != nil {
		require.NoError(p.t, p.ws.WriteMessage(websocket.TextMessage, []byte(packet)))
		return
	}
	resp, err := p.http.Post(p.url, "text/plain", strings.NewReader(packet))
	require.NoError(p.t, err)
	require.NoError(p.t, resp.Body.Close())
}

// read waits for packets: one of a WebSocket, or those of one poll.
func (p *peer) read() []string {
	p.t.Helper()
	list, err := p.tryRead()
	require.NoError(p.t, err)
	return list
}

func (p *peer) tryRead() ([]string, error) {
	if p.ws != nil {
		_, b, err := p.ws.ReadMessage()
		return []string{string(b)}, err
	}
	resp, err := p.http.Get(p.url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, b)
	}
	return strings.Split(string(b), "\x1e"), err
}

// socket returns the server's side of the peer.
func (s *testServer) socket(p *peer) *everwire.Socket {
	p.t.Helper()
	socket, ok := s.Socket(p.id)
	require.True(p.t, ok)
	return socket
}
