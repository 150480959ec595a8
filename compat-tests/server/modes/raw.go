// raw.go: what the modes without Socket.IO share: an engine whose sessions are handled by two functions.

package modes

import (
	"bytes"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/websocket"
)

// A Watch is told of the sessions of a mode without Socket.IO. Functions that are nil are not called.
type Watch struct {
	Opened   func(s *engine.Session)
	Received func(s *engine.Session, p eio.Packet) // p.Data must not be changed
	Closed   func(s *engine.Session, why engine.CloseReason)
}

// raw is an engine's handler.
type raw struct {
	opened  func(s *engine.Session)
	message func(s *engine.Session, p eio.Packet) // p.Data is its own
	closed  func(s *engine.Session)
	watch   *Watch
}

// startRaw returns the server of a mode: an engine with both transports.
func startRaw(c engine.Config, h raw) (*Server, error) {
	c.Logger = quiet()
	server := &Server{}
	h.watch = &server.Watch
	eng, err := engine.New(c, h, polling.New(c.MaxPayload), websocket.New(c.MaxPayload))
	if err != nil {
		return nil, err
	}
	server.Handler, server.shutdown = mount("/engine.io/", eng), eng.Shutdown
	return server, nil
}

// Open implements engine.Handler. There is no namespace to join.
func (h raw) Open(s *engine.Session) (engine.Receiver, error) {
	s.Joined()
	if h.opened != nil {
		h.opened(s)
	}
	if h.watch.Opened != nil {
		h.watch.Opened(s)
	}
	return receiver{h, s}, nil
}

type receiver struct {
	raw
	session *engine.Session
}

// Receive implements engine.Receiver.
func (r receiver) Receive(p eio.Packet) error {
	p.Data = bytes.Clone(p.Data)
	if r.watch.Received != nil {
		r.watch.Received(r.session, p)
	}
	r.message(r.session, p)
	return nil
}

// Closed implements engine.Receiver.
func (r receiver) Closed(why engine.CloseReason) {
	if r.closed != nil {
		r.closed(r.session)
	}
	if r.watch.Closed != nil {
		r.watch.Closed(r.session, why)
	}
}

// send sends a packet. A session that is ending gets no answer.
func send(s *engine.Session, p eio.Packet) { _ = s.Send(engine.NewMessage(p)) }
