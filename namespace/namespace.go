// namespace.go: a namespace: what is registered in it, and its sockets.

package namespace

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// Handler handles an event or a connection. What its error means is said where it
// is registered.
type Handler func(c *Ctx) error

// Middleware wraps handlers.
type Middleware func(next Handler) Handler

// Namespace is a set of sockets under one name, with handlers and rooms of its
// own. Its methods may be called concurrently. What is registered holds for what
// comes later; register before the server serves.
type Namespace struct {
	registry *Registry
	name     string
	parent   *Namespace                        // that it was made for; else nil
	children *children                         // of a parent, else nil
	adapter  adapter.Adapter                   // nil without other nodes; set by open
	carrying atomic.Pointer[adapter.Recoverer] // the adapter, if clients come back by way of it
	follower atomic.Pointer[adapter.Follower]  // the adapter, if it is told of rooms
	after    chan struct{}                     // closed when the adapter of the one before of this name is; nil if there is none
	opening  opening
	gaps     atomic.Uint64 // how often something of other nodes has not come
	opened   atomic.Bool   // adapter may be read
	ackIDs   atomic.Uint64
	index    index
	served   serverEvents

	// Guarded by Registry.mu.
	visitors int  // clients that are in it, or try to get in
	named    bool // the application has named it: it stays when it is empty

	mu    sync.Mutex            // serializes changes of hooks
	hooks atomic.Pointer[hooks] // replaced, never changed
}

// hooks is what an application has registered in a namespace.
type hooks struct {
	auth         AuthFunc
	connect      []Middleware
	events       []Middleware
	onConnect    Handler
	onDisconnect func(c *Ctx, why Reason)
	onSuspend    func(c *Ctx)
	onResume     func(c *Ctx)
	handlers     map[string]Handler
	outgoing     []func(s *Socket, e sio.Emission)
	servers      map[string]Handler
	onRoom       []func(RoomEvent)
}

// AuthFunc decides who a client is that wants to connect. An error refuses it: a
// [*sio.Error] is told to the client, of any other only that the connection was
// refused.
type AuthFunc func(ctx context.Context, h *Handshake) (*Identity, error)

var (
	_ sio.Caller    = (*Namespace)(nil)
	_ adapter.Local = (*Namespace)(nil)
	_ adapter.Rooms = (*Namespace)(nil)

	_ adapter.Yielder = (*Namespace)(nil)
)

func newNamespace(g *Registry, name string) *Namespace {
	n := &Namespace{registry: g, name: name}
	n.index.init(n)
	n.hooks.Store(&hooks{})
	return n
}

// isNamed reports whether the application has named the namespace.
func (n *Namespace) isNamed() bool {
	n.registry.mu.RLock()
	defer n.registry.mu.RUnlock()
	return n.named
}

// Name returns the name, which starts with a slash.
func (n *Namespace) Name() string { return n.name }

// register replaces the hooks by a copy that change has been at.
func (n *Namespace) register(change func(h *hooks)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := *n.hooks.Load()
	h.connect, h.events = slices.Clip(h.connect), slices.Clip(h.events)
	h.outgoing, h.onRoom = slices.Clip(h.outgoing), slices.Clip(h.onRoom)
	change(&h)
	n.hooks.Store(&h)
}

func (n *Namespace) once(what string, is bool) {
	if is {
		panic(fmt.Sprintf("namespace: %s of %q is set twice", what, n.name))
	}
}

// Auth sets who may connect. It is asked for each client of this namespace, and,
// if set on the main namespace, for those of all namespaces that have no Auth of
// their own. It panics if it is set twice.
func (n *Namespace) Auth(f AuthFunc) {
	n.register(func(h *hooks) { n.once("Auth", h.auth != nil); h.auth = f })
}

// UseConnect adds a middleware around the entry of clients, after Auth and in the
// order of registration. The middleware decides by calling next, which lets the
// client in, or returning an error, which refuses it as in [AuthFunc].
func (n *Namespace) UseConnect(m Middleware) {
	n.register(func(h *hooks) { h.connect = append(h.connect, m) })
}

// UseEvents adds a middleware around the handlers of events, in the order of
// registration. It also sees events that have no handler.
func (n *Namespace) UseEvents(m Middleware) {
	n.register(func(h *hooks) { h.events = append(h.events, m) })
}

// OnConnect sets what is called when a client has connected, before its first
// event is handled. An error disconnects the socket. It panics if it is set twice.
func (n *Namespace) OnConnect(f Handler) {
	n.register(func(h *hooks) { n.once("OnConnect", h.onConnect != nil); h.onConnect = f })
}

// OnDisconnect sets what is called when a client that had connected is gone, after
// its last event was handled. Emitting to the socket fails then; its rooms are
// still known. It panics if it is set twice.
func (n *Namespace) OnDisconnect(f func(c *Ctx, why Reason)) {
	n.register(func(h *hooks) { n.once("OnDisconnect", h.onDisconnect != nil); h.onDisconnect = f })
}

// OnAny adds a listener that sees each event before its handler, also one that has no
// handler. It cannot keep the event from its handler: that is for [Namespace.UseEvents].
func (n *Namespace) OnAny(f func(c *Ctx)) {
	n.UseEvents(func(next Handler) Handler {
		return func(c *Ctx) error {
			f(c)
			return next(c)
		}
	})
}

// OnAnyOutgoing adds a listener that sees each event that is sent to a socket, once for
// each socket; acknowledgements are none. It is called by who sends, before it is
// sent, and must not block; e.Args must not be changed.
func (n *Namespace) OnAnyOutgoing(f func(s *Socket, e sio.Emission)) {
	n.register(func(h *hooks) { h.outgoing = append(h.outgoing, f) })
}

// On sets the handler of an event. It panics if the event has one, or if its name
// is reserved. An error of the handler answers an acknowledgement that the client
// asked for, see [Ctx.Ack]; an event without a handler is ignored.
func (n *Namespace) On(event string, h Handler) {
	checkHandler(event, h)
	n.register(func(k *hooks) {
		n.once(fmt.Sprintf("handler of event %q", event), k.handlers[event] != nil)
		k.handlers = withHandler(k.handlers, event, h)
	})
}

// withHandler returns a copy of handlers with one more.
func withHandler(handlers map[string]Handler, event string, h Handler) map[string]Handler {
	more := make(map[string]Handler, len(handlers)+1)
	maps.Copy(more, handlers)
	more[event] = h
	return more
}

func checkHandler(event string, h Handler) {
	if h == nil {
		panic(fmt.Sprintf("namespace: nil handler of event %q", event))
	}
	if sio.Reserved(event) || len(event) > sio.MaxName {
		panic(fmt.Sprintf("namespace: %q cannot be the name of an event: it is reserved or longer than 256 bytes", event))
	}
}

// authFor returns who decides about clients of n.
func (n *Namespace) authFor() AuthFunc {
	if f := n.hooks.Load().auth; f != nil {
		return f
	}
	return n.registry.main.hooks.Load().auth
}

// target returns everybody.
func (n *Namespace) target() Target { return Target{namespace: n} }

// To returns a target that selects the sockets in any of the rooms, or all if none
// is named.
func (n *Namespace) To(rooms ...string) Target { return n.target().To(rooms...) }

// Except returns a target that selects all sockets but those in the rooms.
func (n *Namespace) Except(rooms ...string) Target { return n.target().Except(rooms...) }

// Local returns a target that selects all sockets of this node.
func (n *Namespace) Local() Target { return n.target().Local() }

// Volatile returns a target that selects all sockets, see [Target.Volatile].
func (n *Namespace) Volatile() Target { return n.target().Volatile() }

// Latest returns a target that selects all sockets, see [Target.Latest].
func (n *Namespace) Latest(key string) Target { return n.target().Latest(key) }

// Compress returns a target that selects all sockets, see [Target.Compress].
func (n *Namespace) Compress(on bool) Target { return n.target().Compress(on) }

// EmitEvent sends an event to all sockets of the namespace, see [Target.EmitEvent].
func (n *Namespace) EmitEvent(e sio.Emission) error { return n.target().EmitEvent(e) }

// Emit sends an untyped event to all sockets of the namespace.
func (n *Namespace) Emit(event string, args ...any) error { return n.target().Emit(event, args...) }

// Ask sends an event to all sockets and yields their answers, see [Target.Ask].
func (n *Namespace) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return n.target().Ask(ctx, e)
}

// Call sends an untyped event to all sockets and yields their answers, see
// [Target.Ask].
func (n *Namespace) Call(ctx context.Context, event string, args ...any) iter.Seq2[sio.Body, error] {
	return n.target().Call(ctx, event, args...)
}

// JoinAll has all sockets join rooms.
func (n *Namespace) JoinAll(rooms ...string) error { return n.target().Join(rooms...) }

// LeaveAll has all sockets leave rooms.
func (n *Namespace) LeaveAll(rooms ...string) error { return n.target().Leave(rooms...) }

// DisconnectSockets disconnects all sockets, see [Target.Disconnect].
func (n *Namespace) DisconnectSockets(close bool) error { return n.target().Disconnect(close) }

// FetchSockets returns what all nodes know of their sockets, see [Target.FetchSockets].
func (n *Namespace) FetchSockets(ctx context.Context) ([]RemoteSocket, error) {
	return n.target().FetchSockets(ctx)
}

// CountSockets returns the number of sockets on all nodes, see [Target.CountSockets].
func (n *Namespace) CountSockets(ctx context.Context) (int, error) {
	return n.target().CountSockets(ctx)
}

// Sockets returns the sockets that are connected to this node.
func (n *Namespace) Sockets() []*Socket { return n.target().Sockets() }

// HasRoom implements [adapter.Rooms].
func (n *Namespace) HasRoom(name string) bool { return n.index.exists(name) }

// Socket returns the socket of that ID, if it is connected to this node.
func (n *Namespace) Socket(id string) (*Socket, bool) { return n.index.get(id) }
