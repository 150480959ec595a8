// wire.go: the two transports of stock clients.

package everwiretest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/engine/eio"
)

func query(transport string) string { return "?EIO=4&transport=" + transport }

// socket is a WebSocket.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex // serializes writes
}

// dialSocket opens a WebSocket; session is the parameter that names one, if there is
// one already.
func dialSocket(ctx context.Context, l *Line, o client.Options, session string) (*socket, error) {
	d := websocket.Dialer{NetDialContext: l.dial}
	url := "ws" + strings.TrimPrefix(origin, "http") + o.Path + query(client.WebSocket) + session
	conn, resp, err := d.DialContext(ctx, url, o.Header)
	if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
		body, _ := io.ReadAll(resp.Body)
		return nil, answered(resp.Status, body)
	}
	if err != nil {
		return nil, err
	}
	return &socket{conn: conn}, nil
}

func answered(status string, body []byte) error {
	return fmt.Errorf("the server answers %s: %s", status, body)
}

func (s *socket) send(ctx context.Context, packets ...eio.Packet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, _ := ctx.Deadline()
	if err := s.conn.SetWriteDeadline(until); err != nil {
		return err
	}
	for _, p := range packets {
		kind, data := websocket.TextMessage, eio.Append(nil, p)
		if p.Binary {
			kind, data = websocket.BinaryMessage, p.Data
		}
		if err := s.conn.WriteMessage(kind, data); err != nil {
			return err
		}
	}
	return nil
}

func (s *socket) next(context.Context) ([]eio.Packet, error) {
	kind, data, err := s.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	if kind == websocket.BinaryMessage {
		return []eio.Packet{eio.Binary(data)}, nil
	}
	p, err := eio.Parse(data)
	return []eio.Packet{p}, err
}

func (s *socket) close() { s.conn.Close() }

// polls is HTTP long-polling.
type polls struct {
	http   http.Client
	header http.Header
	url    string
}

func newPolls(l *Line, o client.Options) *polls {
	return &polls{
		// A connection for each request: then none is left, and none that was cut is asked again on another.
		http:   http.Client{Transport: &http.Transport{DialContext: l.dial, DisableKeepAlives: true}},
		header: o.Header,
		url:    origin + o.Path + query(client.Polling),
	}
}

func (p *polls) send(ctx context.Context, packets ...eio.Packet) error {
	var body []byte
	for _, packet := range packets {
		body = eio.AppendPayload(body, 0, packet)
	}
	_, err := p.request(ctx, http.MethodPost, body)
	return err
}

func (p *polls) next(ctx context.Context) (list []eio.Packet, err error) {
	body, err := p.request(ctx, http.MethodGet, nil)
	if err != nil {
		return nil, err
	}
	for packet, err := range eio.Packets(body) {
		if err != nil {
			return nil, err
		}
		list = append(list, packet)
	}
	return list, nil
}

func (p *polls) request(ctx context.Context, method string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range p.header {
		r.Header[name] = values
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = answered(resp.Status, text)
	}
	return text, err
}

func (p *polls) close() {}
