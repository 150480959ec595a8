// Package memory links servers within one process into a cluster: for tests, and
// for programs that run several servers side by side.
package memory

import (
	"context"
	"errors"
	"iter"
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
	ctx       context.Context // ends with the node
	leave     context.CancelFunc

	mu     sync.RWMutex // guards closed, and is held while something that was published is applied
	closed bool
}

// errClosed is returned for an adapter that was closed.
var errClosed = errors.New("memory: adapter is closed")

// Open implements [adapter.Opener].
func (h *Hub) Open(namespace string, l adapter.Local) (adapter.Adapter, error) {
	n := &node{hub: h, namespace: namespace, local: l}
	n.ctx, n.leave = context.WithCancel(context.Background())
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.nodes == nil {
		h.nodes = make(map[string][]*node)
	}
	h.nodes[namespace] = append(slices.Clip(h.nodes[namespace]), n)
	return n, nil
}

// twins returns the other nodes.
func (n *node) twins() ([]*node, error) {
	n.mu.RLock()
	closed := n.closed
	n.mu.RUnlock()
	if closed {
		return nil, errClosed
	}
	n.hub.mu.RLock()
	defer n.hub.mu.RUnlock()
	all := slices.Clone(n.hub.nodes[n.namespace])
	return slices.DeleteFunc(all, func(t *node) bool { return t == n }), nil
}

// Publish implements [adapter.Adapter]. Its error joins those of all nodes.
func (n *node) Publish(ctx context.Context, op *adapter.Op) error {
	twins, err := n.twins()
	errs := []error{err}
	for _, t := range twins {
		errs = append(errs, t.apply(ctx, op))
	}
	return errors.Join(errs...)
}

// apply does op unless the node was closed. Apply does not block, so that holding
// the lock is harmless; it keeps Close from returning too early.
func (n *node) apply(ctx context.Context, op *adapter.Op) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.closed {
		return nil
	}
	return n.local.Apply(ctx, op, nil)
}

// Ask implements [adapter.Adapter]. Its error joins those of all nodes.
func (n *node) Ask(ctx context.Context, op *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(yield func(adapter.Answer, error) bool) {
		twins, err := n.twins()
		if err != nil {
			yield(adapter.Answer{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(n.ctx, cancel)()
		answers, failures := make(chan adapter.Answer), make(chan error, len(twins))
		for _, t := range twins {
			// Owned by the loop; ends with ctx at the latest.
			go func() { failures <- t.answer(ctx, op, answers) }()
		}
		var errs []error
		for len(errs) < len(twins) {
			select {
			case a := <-answers:
				if !yield(a, nil) {
					return
				}
			case err := <-failures:
				errs = append(errs, err)
			}
		}
		if err := errors.Join(errs...); err != nil {
			yield(adapter.Answer{}, err)
		}
	}
}

// answer applies op and passes the answers on.
func (n *node) answer(ctx context.Context, op *adapter.Op, to chan<- adapter.Answer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.ctx, cancel)()
	n.mu.RLock()
	closed := n.closed
	n.mu.RUnlock()
	if closed {
		return nil
	}
	return n.local.Apply(ctx, op, func(a adapter.Answer) error {
		select {
		case to <- a:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// Close implements [adapter.Adapter].
func (n *node) Close() error {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.leave()
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	rest := slices.Clone(n.hub.nodes[n.namespace])
	rest = slices.DeleteFunc(rest, func(t *node) bool { return t == n })
	n.hub.nodes[n.namespace] = rest
	return nil
}
