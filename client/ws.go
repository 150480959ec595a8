// ws.go: the WebSocket transport.

package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/engine/eio"
)

const (
	writeWait = 10 * time.Second // for one message
	batchSize = 64 << 10         // bytes that are taken from the session at a time
)

// Close codes of the extension.
const (
	closeUnknown    = 4001
	closeSuperseded = 4002
)

func (a *attachment) runWebSocket() error {
	conn, err := a.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetReadLimit(maxIncoming)
	c := a.s.c
	c.mu.Lock()
	if !a.leg && !a.dead {
		// A leg must wait for OPEN: a server without the extension takes a probe there for an offence.
		a.proveEarly()
	}
	c.spawn(&c.network, func() { a.writeWebSocket(conn) })
	c.mu.Unlock()
	for {
		kind, data, err := conn.ReadMessage()
		if err != nil {
			return websocketEnd(err)
		}
		p := eio.Binary(data)
		if kind == websocket.TextMessage {
			if p, err = parsePacket(data); err != nil {
				return &lost{why: ParseError, err: err}
			}
		}
		if !a.received(0, p) {
			return transportError(errEnded)
		}
	}
}

// proveEarly has a probe written before OPEN came. OPEN has its own limit, the
// probe gets one when OPEN is there.
func (a *attachment) proveEarly() {
	a.due.probe, a.probing = true, true
	a.notify()
}

// dial opens the WebSocket. Its TCP connection is closed with the attachment,
// which also ends a handshake or a read that hangs.
func (a *attachment) dial() (*websocket.Conn, error) {
	c := a.s.c
	dial := c.opts.Dial
	d := websocket.Dialer{
		TLSClientConfig: c.opts.TLS,
		Jar:             c.opts.Jar,
	}
	if dial == nil {
		dial = new(net.Dialer).DialContext
		d.Proxy = http.ProxyFromEnvironment
	}
	d.NetDialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err == nil {
			context.AfterFunc(a.ctx, func() { conn.Close() })
		}
		return conn, err
	}
	address := "ws" + strings.TrimPrefix(c.url(a.attachQuery()), "http")
	conn, resp, err := d.DialContext(a.ctx, address, c.opts.Header)
	if err == nil {
		return conn, nil
	}
	if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
		body, _ := io.ReadAll(resp.Body)
		return nil, refused(resp.StatusCode, body)
	}
	return nil, transportError(err)
}

// websocketEnd makes an end of a read error.
func websocketEnd(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return transportError(err)
	}
	switch closed.Code {
	case closeUnknown:
		return errUnknown
	case closeSuperseded:
		return errSuperseded
	case websocket.CloseMessageTooBig: // a numbered message cannot be left out
		return &refusal{TransportError, err}
	}
	return &lost{why: TransportClose, err: err}
}

// writeWebSocket is the attachment's second goroutine: it writes what waits. It
// ends with the attachment, and may block on the network and on having nothing to
// write.
func (a *attachment) writeWebSocket(conn *websocket.Conn) {
	for {
		packets, last := a.pull()
		for _, p := range packets {
			if err := writePacket(conn, p); err != nil {
				conn.Close() // the reader finds out
				return
			}
		}
		if last {
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeWait))
			return
		}
		if len(packets) > 0 {
			continue
		}
		select {
		case <-a.wake:
		case <-a.ctx.Done():
			return
		}
	}
}

func writePacket(conn *websocket.Conn, p eio.Packet) error {
	if err := conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	if p.Binary {
		return conn.WriteMessage(websocket.BinaryMessage, p.Data)
	}
	w, err := conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	_, err = w.Write([]byte{byte(p.Type)})
	if err == nil {
		_, err = w.Write(p.Data)
	}
	return errors.Join(err, w.Close())
}

// pull takes the packets that are to be written now. last says that they are the
// last ones.
func (a *attachment) pull() (packets []eio.Packet, last bool) {
	c, s := a.s.c, a.s
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.dead && !a.leaving {
		return nil, false
	}
	packets = a.control()
	if a.writable() {
		packets = append(packets, s.messages(a)...)
	}
	if a.leaving && s.nothingLeft() {
		return append(packets, eio.Packet{Type: eio.Close}), true
	}
	return packets, false
}

// messages takes those that are to be written on a WebSocket next.
func (s *session) messages(a *attachment) (packets []eio.Packet) {
	if s.stock {
		return s.unnumbered(batchSize)
	}
	a.sent = max(a.sent, s.out.base)
	if a.sent == s.out.last {
		s.number(batchSize)
	}
	packets = s.out.from(a.sent)
	for i, size := 0, 0; i < len(packets); i++ {
		if size += packets[i].Len(); size >= batchSize {
			packets = packets[:i+1]
		}
	}
	a.sent += int64(len(packets))
	s.watchSent()
	return packets
}
