//go:build linux

package leak

import (
	"errors"
	"fmt"

	"github.com/gorilla/websocket"
)

// A cycle is one client's life, from connect to disconnect. The connection is closed, or reset, afterwards.
type cycle struct {
	name string
	live func(p *peer) error
}

// orderly cycles end as the protocol says.
var orderly = []cycle{
	{"polling, leaves the namespace and closes", func(p *peer) error {
		return inOrder(p.openPolling, p.joinPolling, p.pollJoined, func() error {
			_, err := p.request("POST", "41\x1e1", "")
			return err
		})
	}},
	{"websocket, closes", func(p *peer) error { return inOrder(p.openWS, p.joinWS, p.closeWS) }},
	{"upgrade, leaves the namespace and closes", func(p *peer) error {
		return inOrder(p.upgrade, func() error { return p.sendWS("41") }, p.closeWS)
	}},
}

// aborted cycles stop somewhere, and the connection is reset.
var aborted = []cycle{
	{"half a request", func(p *peer) error {
		_, err := fmt.Fprintf(p.tcp, "GET %s HTTP/1.1\r\nHost: ", p.url("polling"))
		return err
	}},
	{"polling, after OPEN", (*peer).openPolling},
	{"polling, after CONNECT", func(p *peer) error { return inOrder(p.openPolling, p.joinPolling) }},
	{"polling, half a POST", func(p *peer) error {
		return inOrder(p.openPolling, p.joinPolling, func() error { return p.write("POST", "42[", 100, "") })
	}},
	{"polling, with a pending poll", func(p *peer) error {
		return inOrder(p.openPolling, p.joinPolling, p.pollJoined, func() error { return p.write("GET", "", 0, "") })
	}},
	{"websocket, handshake not read", func(p *peer) error {
		_, err := fmt.Fprintf(p.tcp, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", p.url("websocket"), p.addr)
		return err
	}},
	{"websocket, after OPEN", (*peer).openWS},
	{"websocket, after CONNECT", func(p *peer) error { return inOrder(p.openWS, p.joinWS) }},
	{"websocket, half a frame", func(p *peer) error {
		return inOrder(p.openWS, func() error {
			_, err := p.tcp.Write([]byte{0x81, 0x80 | 20, 1, 2, 3, 4, 5})
			return err
		})
	}},
	{"upgrade, after the probe", (*peer).probe},
	{"upgrade, after the upgrade packet", (*peer).upgrade},
}

// inOrder takes the steps up to the first that fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// closeWS closes as a browser does and waits for the server's close frame.
func (p *peer) closeWS() error {
	frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := p.ws.WriteMessage(websocket.CloseMessage, frame); err != nil {
		return err
	}
	for {
		_, err := p.readWS()
		if c := (*websocket.CloseError)(nil); errors.As(err, &c) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// probe opens a session by long-polling, joins, and probes it with a WebSocket; the polls go over a connection of their own.
func (p *peer) probe() error {
	polls, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer polls.close()
	if err := inOrder(polls.openPolling, polls.joinPolling, polls.pollJoined); err != nil {
		return err
	}
	p.sid = polls.sid
	if err := p.handshakeWS(); err != nil {
		return err
	}
	if err := p.sendWS("2probe"); err != nil {
		return err
	}
	packet, err := p.readWS()
	return expect(packet, "3probe", err)
}

func (p *peer) upgrade() error {
	if err := p.probe(); err != nil {
		return err
	}
	return p.sendWS("5")
}

// nth picks the cycle for a number: each third is aborted, and all kinds come in turn.
func nth(i int) (c cycle, abort bool) {
	if i%3 == 2 {
		return aborted[i/3%len(aborted)], true
	}
	return orderly[(i-i/3)%len(orderly)], false
}

func run(addr string, i int) error {
	c, abort := nth(i)
	p, err := dial(addr)
	if err != nil {
		return err
	}
	if abort {
		defer p.reset()
	} else {
		defer p.close()
	}
	if err := c.live(p); err != nil {
		return fmt.Errorf("cycle %d (%s): %w", i, c.name, err)
	}
	return nil
}
