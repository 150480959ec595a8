// detach.go: sessions without a connection, and the memory that they may hold
// together (PROTOCOL.md section 5).

package engine

import (
	"container/list"
	"sync"
)

// Suspender may be implemented by a [Receiver] that wants to know when its session
// has lost its connection, and when it has one again. Its calls do not overlap, and
// must not block; the last may come at the same time as [Receiver].Closed.
type Suspender interface {
	Suspended()
	Resumed()
}

// detachLocked leaves the session without a connection for as long as the window
// is open.
func (s *Session) detachLocked(reason CloseReason, fx *effects) {
	r := s.resume
	if r.detached || s.state == closed {
		return
	}
	r.detached, r.lost = true, reason
	s.tellLocked(Event{Kind: Detached, Transport: s.cur.transport, Reason: reason}, fx)
	r.until = s.srv.now() + s.srv.cfg.Resume.Window
	s.pinged, s.stale = false, 0
	if !s.cur.over {
		s.cur.retireLocked(codeRetired, fx)
	}
	fx.lookAt(r.until)
	s.holdLocked(fx)
}

// reviveLocked is called when the session has a connection again.
func (s *Session) reviveLocked() {
	if s.resume.detached && s.torn > 0 {
		s.torn = s.srv.now() + s.tornTime() // its rest could not come
	}
	s.resume.detached = false
	s.unholdLocked()
}

// lose is called by a connection that ends. It does nothing if that does not count
// any more.
func (c *Conn) lose(reason CloseReason) {
	c.s.change(func(fx *effects) {
		s := c.s
		c.waiting, c.armed = false, false
		switch {
		case c == s.trial:
			s.trial, c.over = nil, true
		case s.resume.racing:
			c.lost = c.transport != Polling
		case c == s.cur && !c.over:
			s.detachLocked(reason, fx)
			s.lostAtShutdownLocked(fx)
		}
	})
}

// lostAtShutdownLocked has a server that shuts down not wait long for a client that has
// lost its connection; nor at all if it has heard of the end: there is nothing to come
// back for.
func (s *Session) lostAtShutdownLocked(fx *effects) {
	if s.state != closing || s.reason != ShuttingDown {
		return
	}
	if s.resume.final {
		fx.end = ShuttingDown
	}
	s.until = min(s.until, s.srv.now()+shutdownTime)
	fx.lookAt(s.until)
}

// tellReceiver tells the receiver whether the session is detached, if that has
// changed.
func (s *Session) tellReceiver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.resume
	receiver, ok := s.receiver.(Suspender)
	if !ok || r.telling {
		return
	}
	for r.seen != r.detached && s.state == open {
		r.telling, r.seen = true, r.detached
		suspended := r.seen
		s.mu.Unlock()
		if suspended {
			receiver.Suspended()
		} else {
			receiver.Resumed()
		}
		s.mu.Lock()
	}
	r.telling = false
}

// The hoards that a message may be in, by their index in Message.holders.
const (
	ofDetached = iota // what sessions without a connection hold
	ofKept            // what clients without resumption may not have got
	hoards
)

// hoard counts what many sessions hold together. A message that many of them hold
// counts once. That of the detached sessions counts their outboxes, and what came of
// packets whose rest is missing.
type hoard struct {
	index int // in Message.holders
	most  int

	mu       sync.Mutex // guards what follows and its part of Message.holders; resume.place changes under Session.mu too
	bytes    int
	sessions list.List // detached longest first
}

func (h *hoard) addLocked(m *Message) {
	if m.holders[h.index]++; m.holders[h.index] == 1 {
		h.bytes += m.size
	}
}

func (h *hoard) removeLocked(m *Message) {
	if m.holders[h.index]--; m.holders[h.index] == 0 {
		h.bytes -= m.size
	}
}

func (h *hoard) countLocked(s *Session) {
	s.resume.heldTorn = s.tornBytes
	h.bytes += s.tornBytes
	for m := range s.out.messages() {
		h.addLocked(m)
	}
}

func (h *hoard) uncountLocked(s *Session) {
	h.bytes -= s.resume.heldTorn
	for m := range s.out.messages() {
		h.removeLocked(m)
	}
}

// overLocked returns the session that has to end, if there is too much.
func (h *hoard) overLocked() *Session {
	if h.bytes <= h.most || h.sessions.Len() == 0 {
		return nil
	}
	return h.sessions.Front().Value.(*Session)
}

// full reports whether there is too much.
func (h *hoard) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bytes > h.most
}

// over is overLocked for who holds no lock.
func (h *hoard) over() *Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.overLocked()
}

// expire ends a detached session before its window is over.
func (s *Session) expire() {
	s.mu.Lock()
	reason := s.resume.lost
	detached := s.resume.detached
	s.mu.Unlock()
	if detached {
		s.end(reason)
	}
}

// holdLocked counts what a session holds that was detached.
func (s *Session) holdLocked(fx *effects) {
	h, r := &s.srv.hoard, s.resume
	if r.place != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r.place = h.sessions.PushBack(s)
	h.countLocked(s)
	fx.victim = h.overLocked()
}

// holdMoreLocked counts one more message of a detached session, perhaps instead of old.
func (s *Session) holdMoreLocked(m, old *Message, fx *effects) {
	h := &s.srv.hoard
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.resume.place != nil {
		h.addLocked(m)
		if old != nil {
			h.removeLocked(old)
		}
		fx.victim = h.overLocked()
	}
}

// recountLocked runs change, which changes what the session holds. Its place among
// the detached ones stays.
func (s *Session) recountLocked(change func(), fx *effects) {
	if s.resume == nil || s.resume.place == nil {
		change()
		return
	}
	h := &s.srv.hoard
	h.mu.Lock()
	defer h.mu.Unlock()
	h.uncountLocked(s)
	change()
	h.countLocked(s)
	fx.victim = h.overLocked()
}

// unholdLocked undoes holdLocked.
func (s *Session) unholdLocked() {
	h, r := &s.srv.hoard, s.resume
	if r.place == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.uncountLocked(s)
	h.sessions.Remove(r.place)
	r.place = nil
}
