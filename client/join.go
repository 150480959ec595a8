// join.go: how sockets enter their namespaces, and what the server sends them.

package client

import (
	"context"

	"github.com/everwire/everwire/namespace/sio"
)

// join has a socket connect as soon as there is a session.
func (c *Client) join(s *Socket) {
	switch ses := c.session; {
	case ses == nil && !c.retry.pending():
		c.open()
	case ses != nil && ses.sid != "":
		ses.join(s)
	}
}

// joinAll has the sockets connect that want to, now that the session is open.
// mainToo says that the server connects the main one by itself.
func (c *Client) joinAll(ses *session, mainToo bool) {
	if mainToo {
		c.Socket.asked = true
	}
	for _, s := range c.sockets {
		if s.state != away {
			ses.join(s)
		}
	}
}

// join sends the socket's CONNECT.
func (ses *session) join(s *Socket) {
	if s.asked {
		return
	}
	s.asked = true
	if s.hello != nil {
		ses.c.command(ses, s, s.hello)
		return
	}
	s.push(job{run: func() { ses.authenticate(s) }})
}

// authenticate asks the application for what to connect with. It runs as a handler
// of the socket.
func (ses *session) authenticate(s *Socket) {
	ctx, cancel := ses.context()
	defer cancel()
	auth, err := s.auth.(func(context.Context) (any, error))(ctx)
	packets, encodeErr := s.encodeConnect(auth)
	if err == nil {
		err = encodeErr
	}
	c := ses.c
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.session != ses || ses.over || !s.asked || s.state != joining:
		if c.session == ses {
			s.asked = false
		}
	case err != nil:
		s.refuse(err)
	default:
		c.command(ses, s, packets)
	}
}

// context returns a context that ends with the session.
func (ses *session) context() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithValue(ses.c.root, handlerKey{}, ses.c))
	stop := context.AfterFunc(ses.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// route hands a packet to its socket.
func (c *Client) route(ses *session, pkt sio.Packet, size int) {
	s := c.socketOf(pkt.Namespace)
	if s == nil || c.session != ses {
		return
	}
	switch pkt.Type {
	case sio.Connect:
		s.welcomed(pkt)
	case sio.ConnectError:
		if s.asked && s.state == joining {
			s.refuse(connectError(pkt))
		}
		s.asked = false
	case sio.Disconnect:
		if s.state == connected {
			s.asked = false
			s.end(ServerDisconnect, ErrDisconnected, false)
			c.leaveIfIdle()
		}
	case sio.Event:
		if s.state == connected {
			s.push(job{pkt: pkt, size: size, ctx: s.ctx})
		}
	case sio.Ack:
		if call := s.calls[pkt.ID]; call != nil {
			call.answered(pkt.Body)
		}
	}
}

func (c *Client) socketOf(namespace string) *Socket {
	for _, s := range c.sockets {
		if s.name == namespace {
			return s
		}
	}
	return nil
}

// welcomed takes the server's answer to CONNECT.
func (s *Socket) welcomed(pkt sio.Packet) {
	if s.state == away && s.asked { // Connect was given up meanwhile
		s.c.control(s, sio.Disconnect)
		s.asked = false
		return
	}
	if s.state != joining {
		return
	}
	var answer struct {
		SID string `json:"sid"`
	}
	if pkt.Body == nil || pkt.Body.Bind(0, &answer) != nil {
		s.refuse(errNoObject)
		return
	}
	c := s.c
	c.attempts = 0
	s.state, s.id = connected, answer.SID
	s.ctx, s.cancel = context.WithCancel(context.WithValue(c.root, handlerKey{}, c))
	if f := s.hooks.onConnect; f != nil {
		ctx := s.ctx
		s.push(job{run: func() { f(ctx) }})
	}
	if s != c.Socket || !c.session.early { // else it may not be decided yet which connection it has
		s.answer(nil)
	}
	for _, u := range s.held {
		c.session.send(u)
	}
	s.held = nil
}

// connectError reads a refusal. A code travels in its data, if it has no other.
func connectError(pkt sio.Packet) error {
	var told struct {
		Message string `json:"message"`
		Data    any    `json:"data"`
	}
	e := &ConnectError{Namespace: pkt.Namespace, Refusal: &sio.Error{Message: "connection refused"}}
	if pkt.Body == nil {
		return e
	}
	if pkt.Body.Bind(0, &told) != nil {
		_ = pkt.Body.Bind(0, &told.Message) // older servers send a string
	}
	e.Refusal = &sio.Error{Message: told.Message, Data: told.Data}
	if data, ok := told.Data.(map[string]any); ok {
		if code, ok := data["code"].(string); ok {
			e.Refusal.Code = code
			if len(data) == 1 {
				e.Refusal.Data = nil
			}
		}
	}
	return e
}
