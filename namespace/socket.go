// socket.go: one client in one namespace.

package namespace

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/adapter"
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
var ErrDisconnected = adapter.ErrDisconnected

// Socket is one client in one namespace. Its methods may be called concurrently.
type Socket struct {
	id        string
	client    *client
	namespace *Namespace
	handshake Handshake
	acks      pending

	// Guarded by index.mu of the namespace.
	memberships []membership
	lastRooms   *[]string // when it has left; nil before
	entered     bool      // is in the index: what is sent to its rooms reaches it
	left        bool

	// Of the socket's goroutine.
	accepted bool // Auth and the middlewares have let it in
	welcomed bool // OnConnect was called
	serving  bool // OnConnect has let it pass: events are handled

	sentAway atomic.Bool                        // the server has disconnected it: what waits is dropped
	gone     atomic.Bool                        // set once, by who ends the socket
	why      Reason                             // of the end; written before the farewell is queued
	handlers atomic.Pointer[map[string]Handler] // those that replace the namespace's; replaced, never changed

	holding   atomic.Bool // deliver keeps messages in held
	recovered atomic.Bool // its client came back to it
	restore   *restore    // nil unless the client may come back; set once

	mu       sync.Mutex         // guards what follows
	held     *[]*engine.Message // nil while there is nothing
	inbox    inbox
	identity *Identity
	values   map[string]any
	expiry   *time.Timer
	life     life
	presence presence
}

var _ sio.Caller = (*Socket)(nil)

func newSocket(c *client, n *Namespace, auth sio.Body, size int) *Socket {
	s := &Socket{
		id:        secret(),
		client:    c,
		namespace: n,
		handshake: Handshake{request: c.session.Request(), auth: auth, size: size},
	}
	if n.registry.recovery != nil && !c.session.Resumes() {
		s.restore = newRestore()
		if n.mayCarry() {
			s.restore.carried = newCarried()
		}
	}
	return s
}

// ID returns the public ID: 20 characters that others may see.
func (s *Socket) ID() string { return s.id }

// Recovered reports whether the client has come back to this socket, see
// [Recovery]: its rooms and values are those of before, and it gets what it has
// missed.
func (s *Socket) Recovered() bool { return s.recovered.Load() }

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
// returns [ErrDisconnected], unless the event is kept for a client that may come back.
func (s *Socket) EmitEvent(e sio.Emission) error {
	return s.emit(e, sio.Header{Type: sio.Event, Event: e.Event})
}

// Emit sends an untyped event.
func (s *Socket) Emit(event string, args ...any) error {
	return s.EmitEvent(sio.Emission{Event: event, Args: args})
}

// emit sends an event under the header.
func (s *Socket) emit(e sio.Emission, h sio.Header) error {
	if s.gone.Load() && !s.awaited() {
		return ErrDisconnected
	}
	if s.relays(e, h) {
		return s.namespace.relay(&adapter.Op{Kind: adapter.Broadcast, Rooms: []string{s.id}, Event: e})
	}
	m, err := s.namespace.message(e, h, "")
	if err != nil {
		return err
	}
	return disconnected(s.notify(e, m))
}

// disconnected gives the end of a session its name in this package.
func disconnected(err error) error {
	if errors.Is(err, engine.ErrClosed) {
		return ErrDisconnected
	}
	return err
}

// Buffered returns the bytes that wait for the client to take them, in all namespaces
// that it is in.
func (s *Socket) Buffered() int { return s.client.session.Buffered() }

// deliver sends m, or keeps it for as long as the answer to the CONNECT is not out.
func (s *Socket) deliver(m *engine.Message) error {
	if s.holding.Load() {
		s.mu.Lock()
		if s.holding.Load() {
			if s.held == nil {
				s.held = new([]*engine.Message)
			}
			*s.held = append(*s.held, m)
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
	}
	return s.deliverNow(m)
}

// deliverNow sends m, or keeps it for a client that may come back.
func (s *Socket) deliverNow(m *engine.Message) error {
	if s.restore != nil && s.restore.carried.has(m) {
		return nil
	}
	err := s.client.session.Send(m)
	if s.restore != nil && errors.Is(err, engine.ErrClosed) {
		return s.keep(m)
	}
	return err
}

// releaseHeld sends what was held back, and what comes meanwhile.
func (s *Socket) releaseHeld() {
	for {
		s.mu.Lock()
		held := s.held
		s.held = nil
		s.holding.Store(held != nil)
		s.mu.Unlock()
		if held == nil {
			return
		}
		for _, m := range *held {
			_ = s.deliverNow(m)
		}
	}
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
// sockets. What the client was sent before is delivered; what it sent and what
// still waits for a handler is dropped.
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
		if s.awaited() {
			s.forgo()
		}
		return ErrDisconnected
	}
	s.sentAway.Store(true)
	if s.restore != nil {
		s.namespace.registry.recovery.owns(s) // the client cannot be faster than its end
	}
	s.client.kicked(s)
	s.hurry()
	err := s.client.send(sio.Header{Type: sio.Disconnect, Namespace: s.namespace.name})
	s.finish(ServerDisconnect)
	return disconnected(err)
}

// accept lets the client in: whoever is told that it is in misses nothing that is
// sent to its rooms from then on, and gets nothing of that before.
func (s *Socket) accept(identity *Identity) error {
	s.holding.Store(true)
	missed, ok := s.enterIndex()
	if !ok {
		return ErrDisconnected
	}
	if err := s.welcome(missed); err != nil {
		return err
	}
	s.client.session.Joined()
	s.expireAt(identity)
	return nil
}

// connectAnswer is the payload of the answer to a CONNECT.
type connectAnswer struct {
	SID string `json:"sid"`
	PID string `json:"pid,omitempty"`
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

// finish ends what hangs on the socket. The application hears of it after that.
func (s *Socket) finish(why Reason) {
	s.mu.Lock()
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.why = why
	s.life.endLocked()
	s.inbox.wakeLocked()
	s.mu.Unlock()
	s.client.remove(s)
	if s.restore != nil {
		s.client.session.Forget(s.restore.turn.Load())
	}
	if !s.stay(why) {
		s.namespace.index.remove(s)
	}
	s.acks.fail()
	s.mu.Lock()
	start := s.inbox.pushLocked(&Ctx{
		Context: (*socketContext)(s),
		socket:  s,
		pkt:     sio.Packet{Header: sio.Header{Type: sio.Disconnect}},
	})
	s.mu.Unlock()
	if start {
		s.run()
	}
}
