// registry.go: the namespaces of a server, by name.

package namespace

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// Config sets up a [Registry]. A zero field means its default.
type Config struct {
	Codec       sio.Codec       // default sio.JSON{}
	CallTimeout time.Duration   // of a Call whose context has no deadline; default 30 s
	Adapter     adapter.Opener  // links to other nodes; default none
	Recovery    Recovery        // for clients that lose their connection; default off
	Once        Once            // for events that name a key; default off
	KeepEmpty   bool            // children of dynamic namespaces stay when the last client has left
	Observer    engine.Observer // is told of handled events; default none
	Logger      *slog.Logger    // default slog.Default()
}

// Registry holds the namespaces of a server and opens clients in them. It is an
// [engine.Handler].
type Registry struct {
	codec       sio.Codec
	callTimeout time.Duration
	opener      adapter.Opener
	observer    engine.Observer
	log         *slog.Logger
	main        *Namespace
	keepEmpty   bool
	recovery    *recovery // nil if nobody can come back
	memory      *memory   // nil if no event names a key

	mu          sync.RWMutex // guards what follows, and the visitors and children of all namespaces
	namespaces  map[string]*Namespace
	parents     []*Namespace // of dynamic namespaces, in the order of registration
	onNamespace []func(*Namespace)
	closing     map[string]chan struct{} // adapters of namespaces that were removed, until they are closed
}

// NewRegistry returns a registry with the namespace "/". Its error is that of the
// adapter.
func NewRegistry(c Config) (*Registry, error) {
	if c.Codec == nil {
		c.Codec = sio.JSON{}
	}
	if c.CallTimeout < 0 {
		return nil, fmt.Errorf("namespace: Config.CallTimeout is negative: %v", c.CallTimeout)
	}
	if c.CallTimeout == 0 {
		c.CallTimeout = 30 * time.Second
	}
	if err := errors.Join(c.Recovery.setDefaults(), c.Once.setDefaults()); err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	g := &Registry{
		codec:       c.Codec,
		callTimeout: c.CallTimeout,
		opener:      c.Adapter,
		observer:    c.Observer,
		log:         c.Logger,
		keepEmpty:   c.KeepEmpty,
		namespaces:  make(map[string]*Namespace),
		closing:     make(map[string]chan struct{}),
	}
	if c.Once.Key != nil {
		g.memory = newMemory(c.Once, c.Codec)
	}
	if c.Recovery.Window > 0 {
		g.recovery = newRecovery(c.Recovery)
	}
	var err error
	g.main, err = g.open("/")
	return g, err
}

// Main returns the namespace "/".
func (g *Registry) Main() *Namespace { return g.main }

// Of returns the namespace of that name, which is made if there is none yet; if a
// pattern of [Registry.OfPattern] matches, as a child of that parent. It panics if
// name does not start with "/" or is longer than 256 bytes, and if the adapter fails:
// namespaces are made while a program is set up.
func (g *Registry) Of(name string) *Namespace {
	if name == "" {
		name = "/"
	}
	if !sio.ValidNamespace(name) {
		panic(fmt.Sprintf("namespace: %q is no name for a namespace: it starts with a slash, has no comma or question mark, and at most 256 bytes", name))
	}
	n, err := g.open(name)
	if err != nil {
		panic(fmt.Sprintf("namespace: the adapter did not open %q: %v", name, err))
	}
	return n
}

func (g *Registry) open(name string) (*Namespace, error) {
	g.mu.Lock()
	n := g.namespaces[name]
	if n == nil {
		if parent := g.parentOfLocked(name); parent != nil {
			n = g.adoptLocked(parent, name)
		} else {
			n = newNamespace(g, name)
			g.namespaces[name] = n
		}
	}
	n.named = true
	g.mu.Unlock()
	return n, n.open()
}

// OnNamespace has f called for each namespace that is made from now on, before anybody
// is in it.
func (g *Registry) OnNamespace(f func(*Namespace)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.onNamespace = append(slices.Clip(g.onNamespace), f)
}

// Open implements [engine.Handler].
func (g *Registry) Open(s *engine.Session) (engine.Receiver, error) {
	return &client{registry: g, session: s, decoder: g.codec.NewDecoder()}, nil
}

// encode makes the message of a packet.
func (g *Registry) encode(h sio.Header, args ...any) (*engine.Message, error) {
	return engine.BuildMessage(func(dst []eio.Packet) ([]eio.Packet, error) {
		return g.codec.Encode(dst, h, args...)
	})
}

// Close closes the adapters of all namespaces, and returns the first error. Clients
// that are away cannot come back any more.
func (g *Registry) Close() (err error) {
	if g.recovery != nil {
		g.recovery.close()
	}
	g.mu.RLock()
	all := slices.Collect(maps.Values(g.namespaces))
	g.mu.RUnlock()
	for _, n := range all {
		if !n.wasOpened() || n.adapter == nil {
			continue
		}
		if e := n.adapter.Close(); err == nil {
			err = e
		}
	}
	return err
}
