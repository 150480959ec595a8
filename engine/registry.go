// registry.go: the open sessions by their ID, and who has how many unjoined ones.

package engine

import (
	"net/netip"
	"sync"
)

type registry struct {
	mu       sync.Mutex // guards what follows
	sessions map[string]*Session
	unjoined map[netip.Addr]int // sessions without a namespace, per counted address
	conns    int                // attached connections that have not been released
	closing  bool
	idle     chan struct{} // closed when closing and nothing is left
}

func newRegistry() *registry {
	return &registry{
		sessions: make(map[string]*Session),
		unjoined: make(map[netip.Addr]int),
		idle:     make(chan struct{}),
	}
}

func (g *registry) get(id string) *Session {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sessions[id]
}

func (g *registry) len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.sessions)
}

// reserve counts one more unjoined session for addr, or refuses it.
func (g *registry) reserve(addr netip.Addr, limit int) *Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closing {
		return errShuttingDown
	}
	if !addr.IsValid() {
		return nil
	}
	if g.unjoined[addr] >= limit {
		return errCrowded
	}
	g.unjoined[addr]++
	return nil
}

// unreserve takes back what reserve counted.
func (g *registry) unreserve(addr netip.Addr) {
	if !addr.IsValid() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.unjoined[addr]--; g.unjoined[addr] <= 0 {
		delete(g.unjoined, addr)
	}
}

// add registers an opened session, unless the server shuts down, or Config.NewID has
// made an ID a second time.
func (g *registry) add(s *Session) *Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closing {
		return errShuttingDown
	}
	if g.sessions[s.id] != nil {
		return ErrBadRequest
	}
	g.sessions[s.id] = s
	return nil
}

// reason returns how a session ends that add refused.
func (e *Error) reason() CloseReason {
	if e == errShuttingDown {
		return ShuttingDown
	}
	return ForcedClose
}

func (g *registry) remove(s *Session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sessions[s.id] == s {
		delete(g.sessions, s.id)
	}
	g.checkIdleLocked()
}

// attached counts connections, so that Shutdown can wait for their goroutines.
func (g *registry) attached(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns += n
	g.checkIdleLocked()
}

func (g *registry) checkIdleLocked() {
	if g.closing && len(g.sessions) == 0 && g.conns == 0 {
		select {
		case <-g.idle:
		default:
			close(g.idle)
		}
	}
}

// close refuses new sessions from now on and returns those that are open.
func (g *registry) close() []*Session {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closing = true
	g.checkIdleLocked()
	return g.listLocked()
}

func (g *registry) list() []*Session {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.listLocked()
}

func (g *registry) listLocked() []*Session {
	list := make([]*Session, 0, len(g.sessions))
	for _, s := range g.sessions {
		list = append(list, s)
	}
	return list
}
