// export_test.go: what tests from outside look at.

package namespace

import (
	"maps"
	"slices"
)

// The limits, under names of their own.
const (
	InboxItems    = inboxItems
	InboxBytes    = inboxBytes
	MaxNamespaces = maxNamespaces
	MaxAuth       = maxAuth
)

// RoomCount returns how many rooms there are.
func (n *Namespace) RoomCount() int {
	n.index.mu.RLock()
	defer n.index.mu.RUnlock()
	return len(n.index.rooms)
}

// PendingCalls returns how many calls wait for the socket.
func (s *Socket) PendingCalls() int {
	s.acks.mu.Lock()
	defer s.acks.mu.Unlock()
	return len(s.acks.calls)
}

// Names returns the names of all namespaces, sorted.
func (g *Registry) Names() []string {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return slices.Sorted(maps.Keys(g.namespaces))
}

// Away returns how many sockets wait for their clients to come back.
func (g *Registry) Away() int {
	g.recovery.mu.Lock()
	defer g.recovery.mu.Unlock()
	return g.recovery.away.Len()
}

// Held returns the bytes that are kept for them.
func (g *Registry) Held() int {
	g.recovery.mu.Lock()
	defer g.recovery.mu.Unlock()
	return g.recovery.bytes
}

// Remembered returns the bytes of the events that are handled once.
func (g *Registry) Remembered() int {
	g.memory.mu.Lock()
	defer g.memory.mu.Unlock()
	return g.memory.bytes
}

// Returnable returns how many sockets the registry knows by their private IDs.
func (g *Registry) Returnable() int {
	g.recovery.mu.Lock()
	defer g.recovery.mu.Unlock()
	return len(g.recovery.sockets)
}
