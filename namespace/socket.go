// socket.go: one client in one namespace.

package namespace

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
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
	entered     bool     // is in the index: what is sent to its rooms reaches it
	left        bool

	welcomed bool                               // OnConnect was called; only the socket's goroutine knows
	gone     atomic.Bool                        // set once, by who ends the socket
	why      Reason                             // of the end; written before the farewell is queued
	handlers atomic.Pointer[map[string]Handler] // those that replace the namespace's; replaced, never changed

	mu       sync.Mutex // guards what follows
	inbox    inbox
	identity *Identity
	values   map[string]any
	expiry   *time.Timer
	life     life
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
func (s *Socket) Context() context.Context { return (*socketContext)(s) }

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
	if s.gone.Load() {
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

// To returns a target that selects the other sockets in any of the rooms, or all
// others if none is named.
func (s *Socket) To(rooms ...string) Target { return s.Broadcast().To(rooms...) }

// Broadcast returns a target that selects all other sockets of the namespace.
func (s *Socket) Broadcast() Target { return s.namespace.Except(s.id) }

// On sets the socket's own handler of an event, which replaces the namespace's for
// this socket. Call it in OnConnect, before the first event is handled. It panics
// as [Namespace.On] does.
func (s *Socket) On(event string, h Handler) {
	checkHandler(event, h)
	s.mu.Lock()
	defer s.mu.Unlock()
	own := make(map[string]Handler)
	if old := s.handlers.Load(); old != nil {
		maps.Copy(own, *old)
	}
	s.namespace.once("socket's handler of event "+event, own[event] != nil)
	own[event] = h
	s.handlers.Store(&own)
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
	if s.gone.Swap(true) {
		return ErrDisconnected
	}
	s.client.kicked(s)
	err := s.client.send(sio.Header{Type: sio.Disconnect, Namespace: s.namespace.name})
	s.finish(ServerDisconnect)
	if errors.Is(err, engine.ErrClosed) {
		return ErrDisconnected
	}
	return err
}

// accept lets the client in: the answer to its CONNECT goes out before anything
// that is sent to the rooms it is in.
func (s *Socket) accept(identity *Identity) error {
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
	if !s.life.ended {
		s.expiry = time.AfterFunc(time.Until(identity.Expires), func() { _ = s.kick() })
	}
}

// end is the socket's one end: nothing more reaches it, what it waits for fails,
// and OnDisconnect is queued behind the events that came before.
func (s *Socket) end(why Reason) {
	if !s.gone.Swap(true) {
		s.finish(why)
	}
}

// finish ends what hangs on the socket.
func (s *Socket) finish(why Reason) {
	s.mu.Lock()
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.why = why
	s.life.endLocked()
	s.inbox.wakeLocked()
	start := s.inbox.pushLocked(&Ctx{
		Context: (*socketContext)(s),
		socket:  s,
		pkt:     sio.Packet{Header: sio.Header{Type: sio.Disconnect}},
	})
	s.mu.Unlock()
	s.client.remove(s)
	s.namespace.index.remove(s)
	s.acks.fail()
	if start {
		s.run()
	}
}
