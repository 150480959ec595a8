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
}

// Open implements [adapter.Opener].
func (h *Hub) Open(namespace string, l adapter.Local) (adapter.Adapter, error) {
	n := &node{h, namespace, l}
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
	n.hub.mu.RLock()
	twins := n.hub.nodes[n.namespace]
	n.hub.mu.RUnlock()
	var errs []error
	for _, t := range twins {
		if t != n {
			errs = append(errs, t.local.Apply(op))
		}
	}
	return errors.Join(errs...)
}

// Close implements [adapter.Adapter].
func (n *node) Close() error {
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	rest := slices.Clone(n.hub.nodes[n.namespace])
	rest = slices.DeleteFunc(rest, func(t *node) bool { return t == n })
	n.hub.nodes[n.namespace] = rest
	return nil
}
