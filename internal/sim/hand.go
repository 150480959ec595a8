// hand.go: what a test does to a node by hand, not drawn from the seed.

package sim

import "syscall"

// Cut resets all connections of a node, at both ends and at once. What is under way on them is lost.
func (n *Net) Cut(node string) {
	for _, l := range n.linksOf(node) {
		l.cut()
	}
}

// Hold has nothing arrive at a node until Release and, if both is true, nothing that it sends either. It looks like a
// network that swallows, but nothing is lost: it waits, and when a window is full so does who writes.
func (n *Net) Hold(node string, both bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.held[node] = both
}

// Release ends what Hold began: all that waits arrives.
func (n *Net) Release(node string) {
	n.mu.Lock()
	delete(n.held, node)
	n.mu.Unlock()
	for _, l := range n.linksOf(node) {
		for _, w := range l.ways {
			w.deliver()
		}
	}
}

// Shut refuses all dials of a node, or no longer.
func (n *Net) Shut(node string, shut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.shut[node] = shut
}

// isHeld tells whether what is under way to the reader of w is held.
func (n *Net) isHeld(w *way) bool {
	at, by := w.link.from, w.link.to
	if w.reader == server {
		at, by = by, at
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	_, deaf := n.held[at]
	return deaf || n.held[by]
}

func (n *Net) linksOf(node string) (list []*link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.links {
		if l.from == node || l.to == node {
			list = append(list, l)
		}
	}
	return list
}

// forget drops a link both ends of which are closed.
func (n *Net) forget(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.links, l)
}

// cut ends both ways at once, held or not.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	for _, w := range l.ways {
		w.queue, w.held = nil, nil
		w.injected, w.closed = syscall.ECONNRESET, true
		w.endLocked(syscall.ECONNRESET)
	}
}
