// socket.go: one client in one namespace.

package namespace

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// Reason says why a socket was disconnected: one of the engine's reasons, with
// which its whole session ended, or one of these.
type Reason = engine.CloseReason

// The reasons for which one socket of a session is disconnected.
const (
	ClientDisconnect Reason = "client namespace disconnect" // the client left
	ServerDisconnect Reason = "server namespace disconnect" // Socket.Disconnect
)

// ErrDisconnected is returned for a socket that is not connected any more.
var ErrDisconnected = errors.New("namespace: socket is disconnected")

// Socket is one client in one namespace. Its methods may be called concurrently.
type Socket struct {
	id        string
	client    *client
	namespace *Namespace
	handshake Handshake
	acks      pending

	// Guarded by index.mu of the namespace.
	memberships []membership
	lastRooms   []string // when it has left
	left        bool

	mu        sync.Mutex // guards what follows
	inbox     inbox
	connected bool // was let in
	gone      bool
	identity  *Identity
	values    map[string]any
	handlers  map[string]Handler // those that replace the namespace's
	expiry    *time.Timer
	done      chan struct{} // made by Context().Done
}

var _ sio.Caller = (*Socket)(nil)

func newSocket(c *client, n *Namespace, auth sio.Body) *Socket {
	var id [15]byte
	rand.Read(id[:])
	return &Socket{
		id:        base64.RawURLEncoding.EncodeToString(id[:]),
		client:    c,
		namespace: n,
		handshake: Handshake{request: c.session.Request(), auth: auth},
	}
}

// ID returns the public ID: 20 characters that others may see.
func (s *Socket) ID() string { return s.id }

// Namespace returns the namespace that the client is in.
func (s *Socket) Namespace() *Namespace { return s.namespace }

// Handshake returns what the client connected with.
func (s *Socket) Handshake() *Handshake { return &s.handshake }

// Transport returns the name of the transport that the session uses now.
func (s *Socket) Transport() string { return s.client.session.Transport() }

// Context returns a context that ends with the socket and has the values of
// Config.Context.
func (s *Socket) Context() context.Context { return (*life)(s) }

// EmitEvent sends an event. It never blocks. After the end of the socket it
// returns [ErrDisconnected].
func (s *Socket) EmitEvent(e sio.Emission) error {
	return s.send(sio.Header{Type: sio.Event, Event: e.Event}, e.Args...)
}

// Emit sends an untyped event.
func (s *Socket) Emit(event string, args ...any) error {
	return s.EmitEvent(sio.Emission{Event: event, Args: args})
}

func (s *Socket) send(h sio.Header, args ...any) error {
	if s.isGone() {
		return ErrDisconnected
	}
	h.Namespace = s.namespace.name
	err := s.client.send(h, args...)
	if errors.Is(err, engine.ErrClosed) {
		return ErrDisconnected
	}
	return err
}

// Join joins rooms; those that the socket is in already are left as they are.
func (s *Socket) Join(rooms ...string) error { return s.namespace.index.join(s, rooms) }

// Leave leaves rooms.
func (s *Socket) Leave(rooms ...string) error { return s.namespace.index.leave(s, rooms) }

// In reports whether the socket is in a room. It is always in that of its own ID.
func (s *Socket) In(room string) bool { return s.namespace.index.in(s, room) }

// Rooms returns the rooms that the socket is in, without that of its own ID. After
// its end they are those that it was in.
func (s *Socket) Rooms() []string { return s.namespace.index.roomsOf(s) }

// To returns a target that selects the other sockets in any of the rooms.
func (s *Socket) To(rooms ...string) Target { return s.Broadcast().To(rooms...) }

// Broadcast returns a target that selects all other sockets of the namespace.
func (s *Socket) Broadcast() Target { return s.namespace.Except(s.id) }

// On sets the socket's own handler of an event, which replaces the namespace's for
// this socket. Call it in OnConnect, before the first event is handled. It panics
// as [Namespace.On] does.
func (s *Socket) On(event string, h Handler) {
	checkEvent(event)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.namespace.once("socket's handler of event "+event, s.handlers[event] != nil)
	if s.handlers == nil {
		s.handlers = make(map[string]Handler)
	}
	s.handlers[event] = h
}

// Disconnect ends the socket; if close is true it ends the session, with all its
// sockets, after what was sent has been delivered.
func (s *Socket) Disconnect(close bool) error {
	if !close {
		return s.kick()
	}
	for _, other := range s.client.list() {
		_ = other.kick()
	}
	s.client.session.Close(engine.ForcedClose)
	return nil
}

// kick ends the socket and tells the client.
func (s *Socket) kick() error {
	err := s.send(sio.Header{Type: sio.Disconnect})
	s.end(ServerDisconnect)
	return err
}

func (s *Socket) isGone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// accept lets the client in: the answer to its CONNECT goes out before anything
// that is sent to the rooms it is in.
func (s *Socket) accept(identity *Identity) error {
	s.mu.Lock()
	if s.gone {
		s.mu.Unlock()
		return ErrDisconnected
	}
	s.connected = true
	s.mu.Unlock()
	if err := s.send(sio.Header{Type: sio.Connect}, connectAnswer{s.id}); err != nil {
		return err
	}
	if !s.namespace.index.add(s) {
		return ErrDisconnected
	}
	s.client.session.Joined()
	s.expireAt(identity)
	return nil
}

// connectAnswer is the payload of the answer to a CONNECT.
type connectAnswer struct {
	SID string `json:"sid"`
}

// expireAt disconnects the socket when its identity expires.
func (s *Socket) expireAt(identity *Identity) {
	if identity == nil || identity.Expires.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		s.expiry = time.AfterFunc(time.Until(identity.Expires), func() { _ = s.kick() })
	}
}

// end is the socket's one end: nothing more reaches it, what it waits for fails,
// and OnDisconnect is queued behind the events that came before.
func (s *Socket) end(why Reason) {
	s.mu.Lock()
	if s.gone {
		s.mu.Unlock()
		return
	}
	s.gone = true
	if s.done != nil {
		close(s.done)
	}
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.inbox.wakeLocked()
	start := s.inbox.pushLocked(item{pkt: sio.Packet{Header: sio.Header{Type: sio.Disconnect}}, why: why})
	s.mu.Unlock()
	s.client.remove(s)
	s.namespace.index.remove(s)
	s.acks.fail()
	if start {
		s.run()
	}
}

// life is a socket as a context.
type life Socket

func (l *life) Deadline() (time.Time, bool) { return time.Time{}, false }

func (l *life) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done == nil {
		l.done = make(chan struct{})
		if l.gone {
			close(l.done)
		}
	}
	return l.done
}

func (l *life) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return context.Canceled
	}
	return nil
}

func (l *life) Value(key any) any { return l.handshake.request.Context.Value(key) }
