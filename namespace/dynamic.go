// dynamic.go: namespaces that are made when a client asks for one.

package namespace

import (
	"fmt"
	"regexp"

	"github.com/everwire/everwire/namespace/sio"
)

// children makes a namespace the parent of others: it has no sockets of its own.
type children struct {
	match   func(name string, h *Handshake) bool
	pattern *regexp.Regexp // nil if match is the application's

	list []*Namespace // guarded by Registry.mu
}

// OfPattern returns a namespace that is the parent of all those whose name matches the
// pattern (anchor it with ^ and $): one of them is made when the first client connects
// to it, or when [Registry.Of] names it. See [Registry.OfFunc].
func (g *Registry) OfPattern(pattern *regexp.Regexp) *Namespace {
	return g.parent(&children{
		match:   func(name string, _ *Handshake) bool { return pattern.MatchString(name) },
		pattern: pattern,
	})
}

// OfFunc returns a namespace that is the parent of all those that match accepts when a
// client connects to them. If several parents match, the first decides. The name and
// all of the handshake come from the client. match must not block: who a client is, is
// for Auth to find out.
//
// A child has what is registered on the parent when it is made. What is sent to the
// parent, or to a room of it, goes to its children on this node and their twins on
// others. A child that nobody is in any more is removed, unless
// Config.KeepEmptyNamespaces is set.
func (g *Registry) OfFunc(match func(name string, h *Handshake) bool) *Namespace {
	return g.parent(&children{match: match})
}

func (g *Registry) parent(c *children) *Namespace {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := newNamespace(g, fmt.Sprintf("/_%d", len(g.parents)))
	n.children = c
	g.parents = append(g.parents, n)
	return n
}

// family returns the namespaces that n stands for.
func (n *Namespace) family() []*Namespace {
	if n.children == nil {
		return []*Namespace{n}
	}
	n.registry.mu.RLock()
	defer n.registry.mu.RUnlock()
	open := make([]*Namespace, 0, len(n.children.list))
	for _, child := range n.children.list {
		if child.opened.Load() { // else nobody is in it yet
			open = append(open, child)
		}
	}
	return open
}

// accepts asks the application; it is in the client's hands what it is asked for.
func (n *Namespace) accepts(name string, h Handshake) (ok bool) {
	err := guard(func() error {
		ok = n.children.match(name, &h)
		return nil
	})
	if err != nil {
		origin{namespace: n}.logFailure("match", err)
	}
	return ok && err == nil
}

// visit returns the namespace that a client wants to connect to; nil if there is
// none. It may have to be opened. The namespace stays until the client has left it.
func (g *Registry) visit(name string, h Handshake) *Namespace {
	g.mu.Lock()
	n := g.namespaces[name]
	if n != nil {
		n.visitors++
	}
	parents := g.parents
	g.mu.Unlock()
	for i := 0; n == nil && i < len(parents); i++ {
		if sio.ValidNamespace(name) && parents[i].accepts(name, h) {
			n = g.child(parents[i], name)
		}
	}
	return n
}

// child returns the child of that name, which another client may have been faster to
// ask for, and counts a visitor.
func (g *Registry) child(parent *Namespace, name string) *Namespace {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.namespaces[name]
	if n == nil {
		n = g.adoptLocked(parent, name)
	}
	n.visitors++
	return n
}

func (g *Registry) adoptLocked(parent *Namespace, name string) *Namespace {
	n := newNamespace(g, name)
	n.parent = parent
	n.hooks.Store(parent.hooks.Load())
	n.after = g.closing[name]
	parent.children.list = append(parent.children.list, n)
	g.namespaces[name] = n
	return n
}

// stay counts one more visitor of n.
func (g *Registry) stay(n *Namespace) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n.visitors++
}

// leave is called when a visitor has left, and removes an empty child.
func (g *Registry) leave(n *Namespace) {
	g.mu.Lock()
	n.visitors--
	empty := n.visitors == 0 && n.parent != nil && !n.named && !g.keepEmpty && g.namespaces[n.name] == n
	var closed chan struct{}
	if empty {
		if n.adapter != nil {
			closed = make(chan struct{})
			g.closing[n.name] = closed
		}
		delete(g.namespaces, n.name)
		siblings := &n.parent.children.list
		for i, other := range *siblings {
			if other == n {
				*siblings = append((*siblings)[:i:i], (*siblings)[i+1:]...)
				break
			}
		}
	}
	g.mu.Unlock()
	if closed != nil {
		// Owned by the registry; ends with Close, which may wait for the operation that
		// has emptied the namespace.
		go g.closeAdapter(n, closed)
	}
}

// closeAdapter closes the adapter of a namespace that was removed. The next of its name
// opens its own behind that: adapters know namespaces by their names.
func (g *Registry) closeAdapter(n *Namespace, closed chan struct{}) {
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.closing[n.name] == closed {
			delete(g.closing, n.name)
		}
		close(closed)
	}()
	if err := n.adapter.Close(); err != nil {
		g.log.Error("everwire: closing the adapter of an empty namespace failed", "namespace", n.name, "error", err)
	}
}

// parentOfLocked returns the parent whose pattern matches the name.
func (g *Registry) parentOfLocked(name string) *Namespace {
	for _, p := range g.parents {
		if p.children.pattern != nil && p.children.pattern.MatchString(name) {
			return p
		}
	}
	return nil
}
