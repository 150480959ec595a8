// client.go: one session's packets, sorted to its sockets.

package namespace

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

const (
	maxNamespaces = 100      // of one session
	maxAuth       = 16 << 10 // bytes of a CONNECT packet
)

// The ways in which a client breaks the protocol at this level. Each ends the
// session.
var (
	errConnectedTwice = errors.New("namespace: CONNECT for a namespace that the client is in")
	errNotConnected   = errors.New("namespace: packet for a namespace that the client is not in")
	errAuthTooLarge   = errors.New("namespace: CONNECT packet is larger than 16 KiB")
	errUnexpectedType = errors.New("namespace: packet that only a server sends")
)

// client is one session with its sockets. It is an [engine.Receiver], an
// [engine.Suspender] and an [engine.Joiner].
type client struct {
	registry *Registry
	session  *engine.Session
	decoder  sio.Decoder
	torn     bool // the latest packet still lacks attachments
	size     int  // in bytes, of the latest packet with what has come of its attachments

	queued atomic.Int64           // bytes that wait for the handlers of all sockets
	waiter atomic.Pointer[Socket] // the last for whose queue the reader has waited

	mu      sync.Mutex // guards what follows
	sockets []*Socket  // connecting or connected
	alive   int32      // sockets whose handlers have not come to their end yet
	absent  bool       // the session has no connection
	away    []string   // namespaces that the server sent the client away from, the latest last
}

// Receive implements [engine.Receiver].
func (c *client) Receive(p eio.Packet) error {
	pkt, done, err := c.decoder.Decode(p)
	if err != nil {
		return err
	}
	if c.torn {
		c.size += len(p.Data)
	} else {
		c.size = len(p.Data)
	}
	if torn := !done; torn || c.torn {
		c.torn = torn
		held := 0
		if torn {
			held = c.size
		}
		c.session.Torn(held)
	}
	if pkt.Type == sio.Connect {
		return c.connect(pkt, c.size)
	}
	if pkt.Type == sio.ConnectError {
		return errUnexpectedType
	}
	s, away := c.socket(pkt.Namespace)
	if s == nil && !away && (pkt.Type == sio.Event || !done) {
		return errNotConnected
	}
	if s == nil || !done {
		return nil // it crossed the end of the socket
	}
	switch pkt.Type {
	case sio.Event:
		s.enqueue(pkt, c.size)
	case sio.Ack:
		s.acks.complete(pkt.ID, pkt.Body)
	case sio.Disconnect:
		s.end(ClientDisconnect)
	}
	return nil
}

// Join implements [engine.Joiner].
func (c *client) Join() {
	h := sio.Header{Type: sio.Connect, Namespace: c.registry.main.name}
	_ = c.connect(sio.Packet{Header: h}, 0) // it cannot be there twice
}

// connect starts the entry into a namespace; the socket's goroutine goes on.
func (c *client) connect(pkt sio.Packet, size int) error {
	if size > maxAuth {
		return errAuthTooLarge
	}
	if c.isFull() { // before a namespace is made for it
		return c.refuse(pkt.Namespace, errFull)
	}
	n := c.registry.visit(pkt.Namespace, Handshake{request: c.session.Request(), auth: pkt.Body})
	if n == nil {
		return c.refuse(pkt.Namespace, errNoNamespace)
	}
	s := newSocket(c, n, pkt.Body, size)
	c.mu.Lock()
	twice := slices.ContainsFunc(c.sockets, func(s *Socket) bool { return s.namespace == n })
	full := c.fullLocked()
	if !twice && !full {
		c.alive++
		c.sockets = append(c.sockets, s)
		c.away = slices.DeleteFunc(c.away, func(name string) bool { return name == n.name })
	}
	c.mu.Unlock()
	if twice || full {
		c.registry.leave(n)
	}
	switch {
	case twice:
		return errConnectedTwice
	case full:
		return c.refuse(pkt.Namespace, errFull)
	}
	s.enqueue(pkt, size)
	c.mu.Lock()
	absent := c.absent
	c.mu.Unlock()
	if absent { // the CONNECT came by a POST that outlived its connection
		s.setPresence(true)
	}
	return nil
}

var (
	errFull        = &sio.Error{Message: "Too many namespaces"}
	errNoNamespace = &sio.Error{Message: "Invalid namespace"}
)

// fullLocked reports whether the client may enter no more namespaces. A socket that has
// left may still be in Auth: a client that comes and goes must not start any number of
// those.
func (c *client) fullLocked() bool {
	return len(c.sockets) >= maxNamespaces || c.alive >= 2*maxNamespaces
}

func (c *client) isFull() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fullLocked()
}

// refuse answers a CONNECT with the error. The official clients show a message and
// data, so a code without data travels as that.
func (c *client) refuse(namespace string, e *sio.Error) error {
	data := e.Data
	if data == nil && e.Code != "" {
		data = map[string]string{"code": e.Code}
	}
	return c.send(sio.Header{Type: sio.ConnectError, Namespace: namespace}, struct {
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}{e.Message, data})
}

// send encodes a packet and queues it.
func (c *client) send(h sio.Header, args ...any) error {
	m, err := c.registry.encode(h, args...)
	if err != nil {
		return err
	}
	return c.session.Send(m)
}

// socket returns the client's socket in a namespace. If it has none, away tells
// whether that is the server's doing: the client may not know it yet.
func (c *client) socket(namespace string) (s *Socket, away bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sockets {
		if s.namespace.name == namespace {
			return s, false
		}
	}
	return nil, slices.Contains(c.away, namespace)
}

// kicked notes that the server sends a socket away, before anybody can see that
// it is gone: what the client sent before it heard of it is no offence.
func (c *client) kicked(s *Socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sockets = slices.DeleteFunc(c.sockets, func(other *Socket) bool { return other == s })
	if !slices.Contains(c.away, s.namespace.name) {
		c.away = append(c.away, s.namespace.name)
	}
	if len(c.away) > maxNamespaces {
		c.away = slices.Delete(c.away, 0, 1)
	}
}

// ended is called when the last handler of a socket has returned.
func (c *client) ended(s *Socket) {
	c.mu.Lock()
	c.alive--
	c.mu.Unlock()
	if s.restore != nil {
		close(s.restore.ended)
	}
	c.registry.leave(s.namespace)
}

// remove forgets a socket that left or was refused.
func (c *client) remove(s *Socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.sockets, s); i >= 0 {
		c.sockets = slices.Delete(c.sockets, i, i+1)
	}
}

func (c *client) list() []*Socket {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sockets)
}

// Closed implements [engine.Receiver].
func (c *client) Closed(reason engine.CloseReason) {
	for _, s := range c.list() {
		s.lose()
		s.end(reason)
	}
}
