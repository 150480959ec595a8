// gone.go: nodes that are gone before they have answered.

package node

import (
	"context"
	"slices"
	"time"
)

// Left ends the waiting for a node that is gone. It is for links that know names.
func (n *Node) Left(name string) {
	n.askMu.Lock()
	defer n.askMu.Unlock()
	for _, r := range n.requests {
		r.left(name)
	}
}

func (r *request) left(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !slices.Contains(r.names, name), r.from[name] && r.owed[name] <= 0:
		return
	case r.from[name]:
		r.clients -= r.owed[name]
		delete(r.owed, name)
	default:
		r.from[name] = true
		r.expected--
	}
	r.missingLocked(1, []string{name})
	r.wake()
}

// Census may be implemented by a [Link] that does not notice when a node leaves, but can
// look who is there.
type Census interface {
	// Count tells how many other nodes there are, and which of names are not.
	Count(ctx context.Context, names []string) (others int, gone []string, err error)
}

// census is how often a link is asked while answers are awaited.
const census = time.Second

// count ends the waiting for nodes that are gone. An error tells nothing of them.
func (n *Node) count(ctx context.Context, r *request) {
	c, ok := n.link.(Census)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, census)
	defer cancel()
	if others, gone, err := c.Count(ctx, r.known()); err == nil {
		r.counted(others, gone)
	}
}

// known are the nodes that have answered, by name.
func (r *request) known() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, 0, len(r.from))
	for name := range r.from {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// counted believes that nodes are gone when they are missed twice in a row: each may have
// lost its connection for a moment. A node that has answered without its name may be
// the one that is gone.
func (r *request) counted(others int, gone []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	owing := slices.DeleteFunc(slices.Clone(gone), func(name string) bool { return r.owed[name] <= 0 })
	silent := min(r.expected-others-len(gone)-r.nameless, r.expected-r.nodes)
	before := r.suspects
	if r.suspects = max(silent, 0) + len(owing); r.suspects == 0 || before < r.suspects {
		return
	}
	for _, name := range owing {
		r.clients -= r.owed[name]
		delete(r.owed, name)
	}
	if silent > 0 {
		r.expected -= silent
	}
	r.missingLocked(r.suspects, owing)
	r.suspects = 0
	r.wake()
}
