// emit.go: what the application sends.

package client

import (
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// EmitEvent sends an event. It never blocks: while there is no connection the event
// waits in a buffer, whose overflow is [ErrBufferFull].
func (s *Socket) EmitEvent(e sio.Emission) error {
	return s.send(sio.Header{Type: sio.Event, Event: e.Event}, e.Args, nil)
}

// Emit sends an untyped event.
func (s *Socket) Emit(event string, args ...any) error {
	return s.EmitEvent(sio.Emission{Event: event, Args: args})
}

func (s *Socket) send(h sio.Header, args []any, waits *call) error {
	h.Namespace = s.name
	packets, err := s.c.opts.Codec.Encode(nil, h, args...)
	if err != nil {
		return err
	}
	u := newUnit(s, packets)
	u.event = h.Type == sio.Event
	u.call = waits
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.admit(u); err != nil {
		return err
	}
	if waits != nil {
		s.calls[h.ID] = waits
	}
	c.queued += u.size
	if s.state == connected && c.session != nil {
		c.session.send(u)
	} else {
		s.held = append(s.held, u)
	}
	return nil
}

// admit refuses what cannot be sent.
func (c *Client) admit(u *unit) error {
	switch {
	case c.closed:
		return ErrClosed
	case u.socket.state == away, !u.event && u.socket.state != connected:
		return ErrDisconnected
	case u.event && c.queued+u.size > c.opts.Buffer:
		// Answers find room: there are no more of them than the server has asked for.
		return ErrBufferFull
	}
	for _, p := range u.packets {
		if c.maxPayload > 0 && int64(p.Len()) > c.maxPayload {
			return ErrTooLarge
		}
	}
	return nil
}

// send queues a unit.
func (s *session) send(u *unit) {
	s.waiting = append(s.waiting, u)
	if s.cur != nil {
		s.cur.notify()
	}
}

// drop gives a unit up that was not sent.
func (c *Client) drop(u *unit) {
	c.queued -= u.size
	if u.call != nil {
		u.call.fail()
	}
}

// control queues a packet without payload.
func (c *Client) control(s *Socket, t sio.Type) {
	packets, err := c.opts.Codec.Encode(nil, sio.Header{Type: t, Namespace: s.name})
	if err == nil && c.session != nil {
		c.command(c.session, s, packets)
	}
}

// command queues a packet of the client itself. It counts for the buffer, but finds
// room in it.
func (c *Client) command(ses *session, s *Socket, packets []eio.Packet) {
	u := newUnit(s, packets)
	c.queued += u.size
	ses.send(u)
}
