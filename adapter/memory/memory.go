// Package memory links servers within one process into a cluster: for tests, and
// for programs that run several servers side by side.
package memory

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/everwire/everwire/adapter"
)

// Hub is a cluster in memory. The zero Hub is ready; servers that are given the
// same Hub form a cluster. Operations are applied before Publish returns.
type Hub struct {
	mu    sync.RWMutex // guards nodes and the slices in it, which are replaced, never changed
	nodes map[string][]*node
}

var _ adapter.Opener = (*Hub)(nil)

// node is one namespace of one server.
type node struct {
	hub       *Hub
	namespace string
	local     adapter.Local

	mu     sync.RWMutex // guards closed, and is held while something is applied
	closed bool
}

// errClosed is returned for an adapter that was closed.
var errClosed = errors.New("memory: adapter is closed")

// Open implements [adapter.Opener].
func (h *Hub) Open(namespace string, l adapter.Local) (adapter.Adapter, error) {
	n := &node{hub: h, namespace: namespace, local: l}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.nodes == nil {
		h.nodes = make(map[string][]*node)
	}
	h.nodes[namespace] = append(slices.Clip(h.nodes[namespace]), n)
	return n, nil
}

// Publish implements [adapter.Adapter]. Its error joins those of all nodes.
func (n *node) Publish(_ context.Context, op *adapter.Op) error {
	n.mu.RLock()
	closed := n.closed
	n.mu.RUnlock()
	if closed {
		return errClosed
	}
	n.hub.mu.RLock()
	twins := n.hub.nodes[n.namespace]
	n.hub.mu.RUnlock()
	var errs []error
	for _, t := range twins {
		if t != n {
			errs = append(errs, t.apply(op))
		}
	}
	return errors.Join(errs...)
}

// apply does op unless the node was closed. Apply does not block, so that holding
// the lock is harmless; it keeps Close from returning too early.
func (n *node) apply(op *adapter.Op) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.closed {
		return nil
	}
	return n.local.Apply(op)
}

// Close implements [adapter.Adapter].
func (n *node) Close() error {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	rest := slices.Clone(n.hub.nodes[n.namespace])
	rest = slices.DeleteFunc(rest, func(t *node) bool { return t == n })
	n.hub.nodes[n.namespace] = rest
	return nil
}
