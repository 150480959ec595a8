// restore.go: one socket that its client may come back to.

package namespace

import (
	"container/list"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/engine"
)

// restore is what a socket keeps for the return of its client. It is guarded by
// Socket.mu where nothing else is said.
type restore struct {
	pid  string        // private ID, which lets a client come back; guarded by recovery.mu
	turn atomic.Uint64 // of Session.Begin

	// Of the socket's goroutine.
	offset string  // that the client came back with
	old    *Socket // that it comes back to, until this one has taken its place

	state  restoreState
	latest *engine.Message   // the last one that is not kept: the client has it, or it was too much
	list   []*engine.Message // what the client may lack, in order
	bytes  int               // of them all
	keyed  map[string]int    // places of the newest of each key, among those that came later
	heir   *Socket           // that the client came back to
	seen   string            // the adapter's mark when the session ended
	timer  *time.Timer
	until  time.Time

	place *list.Element // among those that are away; guarded by recovery.mu
	ended chan struct{} // closed when the application has been told of the socket's end

	carried *carried // nil unless clients come back, or may come back, by way of the adapter
}

type restoreState uint8

const (
	outside restoreState = iota // the client has not been let in yet
	here                        // it has a connection, as far as we know
	away                        // it may come back
	over                        // it cannot
)

func newRestore() *restore { return &restore{ended: make(chan struct{})} }

// mayReturn reports whether a client that was lost for this reason comes back.
func mayReturn(why Reason) bool {
	switch why {
	case engine.TransportError, engine.TransportClose, engine.PingTimeout, engine.ForcedClose:
		return true
	}
	return false
}

// lose is called when the session has ended, before the socket is.
func (s *Socket) lose() {
	if s.restore == nil {
		return
	}
	seen := s.position()
	latest, rest := s.client.session.Unconfirmed(s.namespace)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.restore
	r.latest, r.seen = latest, seen
	for place, m := range r.list { // it came after the session's end
		rest = append(rest, m)
		if key := m.Traits().Key; key != "" {
			r.keyed[key] += len(rest) - 1 - place
		}
	}
	r.list = rest
	r.bytes = 0
	for _, m := range rest {
		r.bytes += m.Size()
	}
}

// stay keeps a socket that has ended for the return of its client; false if it cannot.
func (s *Socket) stay(why Reason) bool {
	if s.restore == nil {
		return false
	}
	if s.namespace.carrier() != nil {
		s.carry(why)
		return false
	}
	g := s.namespace.registry
	g.stay(s.namespace) // before anybody can end the waiting
	if !s.waits(why) {
		g.leave(s.namespace)
		s.forgo()
		return false
	}
	g.recovery.settle()
	return true
}

// waits begins the waiting for the client; false if it cannot come back.
func (s *Socket) waits(why Reason) bool {
	g := s.namespace.registry.recovery
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.restore
	if r.state == outside {
		r.state = over // at once: it may just be let in, and must not take the place of another
	}
	if r.state != here || !mayReturn(why) || r.bytes > 2*g.Buffer {
		return false
	}
	r.state = away
	r.until = time.Now().Add(g.Window)
	r.timer = time.AfterFunc(g.Window, s.expire)
	g.hold(s, r.list...)
	return true
}

// keep keeps a message for a client that has no connection any more.
func (s *Socket) keep(m *engine.Message) error {
	traits := m.Traits()
	s.mu.Lock()
	r := s.restore
	heir := r.heir
	kept := heir == nil && r.state != over && traits != nil && traits.Owner != nil
	full := kept && !traits.Volatile && !s.keepLocked(m)
	s.mu.Unlock()
	switch {
	case heir != nil:
		return heir.deliver(m)
	case !kept:
		return engine.ErrClosed
	case full:
		s.forgo()
		return engine.ErrSlow
	}
	s.namespace.registry.recovery.settle()
	return nil
}

// keepLocked keeps a message; false if it is too much.
func (s *Socket) keepLocked(m *engine.Message) (ok bool) {
	r, g := s.restore, s.namespace.registry.recovery
	if key := m.Traits().Key; key != "" {
		if at, ok := r.keyed[key]; ok {
			r.bytes += m.Size() - r.list[at].Size()
			if r.state == away {
				g.drop(r.list[at])
				g.hold(s, m)
			}
			r.list[at] = m
			return r.bytes <= 2*g.Buffer
		}
		if r.keyed == nil {
			r.keyed = make(map[string]int)
		}
		r.keyed[key] = len(r.list)
	}
	r.list = append(r.list, m)
	r.bytes += m.Size()
	if r.state == away {
		g.hold(s, m)
	}
	return r.bytes <= 2*g.Buffer
}

// expire ends the waiting for a client, unless that is just coming back.
func (s *Socket) expire() {
	if s.namespace.registry.recovery.owns(s) {
		s.forgo()
	}
}

// forgo lets go of what is kept for the client's return.
func (s *Socket) forgo() {
	list, waited := s.clear(nil)
	s.namespace.registry.recovery.owns(s) // after that nobody puts it back
	if waited {
		s.namespace.registry.recovery.release(s, list)
		s.namespace.index.remove(s)
		s.namespace.registry.leave(s.namespace)
	}
}

// clear ends the state away, or whatever it is, and returns what was kept. What comes
// from now on goes to the heir.
func (s *Socket) clear(heir *Socket) (list []*engine.Message, waited bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.restore
	if r.state == over {
		return nil, false
	}
	list, waited = r.list, r.state == away
	r.state, r.list, r.keyed, r.bytes, r.heir = over, nil, nil, 0, heir
	if r.timer != nil {
		r.timer.Stop()
	}
	return list, waited
}

// begins lets the client of a socket come back that is about to be let in; false if it
// is gone already.
func (s *Socket) begins() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restore.state == outside {
		s.restore.state = here
	}
	return s.restore.state == here
}

// publish has the client find the socket again.
func (s *Socket) publish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restore.state != over {
		s.namespace.registry.recovery.put(s)
	}
}

// awaited reports whether the client may come back.
func (s *Socket) awaited() bool {
	if s.restore == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restore.state == away
}

// missed returns what a client lacks that has everything up to the event of that
// offset; false if nobody knows.
func (r *restore) missed(list []*engine.Message, offset string) ([]*engine.Message, bool) {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Traits().Mark == offset {
			return list[i+1:], true
		}
	}
	if r.latest == nil {
		return list, true // it has got nothing of this socket: its offset is older
	}
	return list, r.latest.Traits().Mark == offset
}
