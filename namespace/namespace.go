// namespace.go: a namespace: what is registered in it, and its sockets.

package namespace

import (
	"context"
	"fmt"
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
	adapter  adapter.Adapter // nil without other nodes; set by open
	open     func() error    // opens the adapter, once
	ackIDs   atomic.Uint64
	index    index

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
}

// AuthFunc decides who a client is that wants to connect. An error refuses it: a
// [*sio.Error] is told to the client, of any other only that the connection was
// refused.
type AuthFunc func(ctx context.Context, h *Handshake) (*Identity, error)

var (
	_ sio.Target    = (*Namespace)(nil)
	_ adapter.Local = (*Namespace)(nil)
)

func newNamespace(g *Registry, name string) *Namespace {
	n := &Namespace{registry: g, name: name}
	n.open = sync.OnceValue(n.openAdapter)
	n.index.init()
	n.hooks.Store(&hooks{})
	return n
}

func (n *Namespace) openAdapter() (err error) {
	if n.registry.opener != nil {
		n.adapter, err = n.registry.opener.Open(n.name, n)
	}
	return err
}

// Name returns the name, which starts with a slash.
func (n *Namespace) Name() string { return n.name }

// register replaces the hooks by a copy that change has been at.
func (n *Namespace) register(change func(h *hooks)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := *n.hooks.Load()
	h.connect, h.events = slices.Clip(h.connect), slices.Clip(h.events)
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

// On sets the handler of an event. It panics if the event has one, or if its name
// is reserved. An error of the handler answers an acknowledgement that the client
// asked for, see [Ctx.Ack]; an event without a handler is ignored.
func (n *Namespace) On(event string, h Handler) {
	checkHandler(event, h)
	n.register(func(k *hooks) {
		n.once(fmt.Sprintf("handler of event %q", event), k.handlers[event] != nil)
		k.handlers = maps.Clone(k.handlers)
		if k.handlers == nil {
			k.handlers = make(map[string]Handler)
		}
		k.handlers[event] = h
	})
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

func (n *Namespace) target() Target { return Target{namespace: n} }

// To returns a target that selects the sockets in any of the rooms, or all if none
// is named.
func (n *Namespace) To(rooms ...string) Target { return n.target().To(rooms...) }

// Except returns a target that selects all sockets but those in the rooms.
func (n *Namespace) Except(rooms ...string) Target { return n.target().Except(rooms...) }

// EmitEvent sends an event to all sockets of the namespace, see [Target.EmitEvent].
func (n *Namespace) EmitEvent(e sio.Emission) error { return n.target().EmitEvent(e) }

// Emit sends an untyped event to all sockets of the namespace.
func (n *Namespace) Emit(event string, args ...any) error { return n.target().Emit(event, args...) }

// DisconnectSockets disconnects all sockets, see [Target.Disconnect].
func (n *Namespace) DisconnectSockets(close bool) error { return n.target().Disconnect(close) }

// Sockets returns the sockets that are connected to this node.
func (n *Namespace) Sockets() []*Socket { return n.index.selected(nil, nil, nil) }

// Socket returns the socket of that ID, if it is connected to this node.
func (n *Namespace) Socket(id string) (*Socket, bool) { return n.index.get(id) }
