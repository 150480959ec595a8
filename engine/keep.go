// keep.go: what a session without resumption has handed out, and keeps because its
// client may not have got it.

package engine

import "time"

// kept is the part of a session that only one has that keeps. It is guarded by
// Session.mu.
type kept struct {
	pos    cursor     // behind what was handed out
	asked  uint64     // number of the last packet that was handed out before the ping
	latest []*Message // the last of each owner that was forgotten
	rest   []*Message // at the end of the session: what was not
	over   bool       // the session has ended
	look   bool       // a ping was sent before its time: the wheel does not know yet
}

// handedLocked returns the cursor behind what was handed out.
func (s *Session) handedLocked() cursor {
	if s.kept != nil {
		return s.kept.pos
	}
	return s.out.start()
}

// handOutLocked notes that everything before pos was handed out.
func (s *Session) handOutLocked(pos cursor) {
	k := s.kept
	if k == nil {
		s.out.ack(pos.n)
		return
	}
	from := k.pos
	k.pos = pos
	if k.over {
		return
	}
	h := &s.srv.keeps
	h.mu.Lock()
	for m := range s.out.between(from, pos) {
		h.addLocked(m)
	}
	h.mu.Unlock()
	s.limitKeptLocked()
}

// limitKeptLocked forgets what is too much. Long before, a ping asks what has arrived.
func (s *Session) limitKeptLocked() {
	k, h, most := s.kept, &s.srv.keeps, s.srv.cfg.Keep.Buffer
	bytes := func() int { return s.out.bytes - s.out.behind(k.pos) }
	for k.pos.n > s.out.base && (bytes() > most || h.full()) {
		s.forgetLocked(s.out.base + 1)
	}
	if bytes() > most/2 && !s.pinged && s.state == open {
		s.pingLocked(s.srv.now())
		k.look = true
	}
}

// lookLocked returns when the wheel is to look at the session because of an early ping;
// 0: it knows.
func (k *kept) lookLocked(s *Session) (at time.Duration) {
	if k != nil && k.look {
		k.look, at = false, s.due
	}
	return at
}

// confirmLocked notes that the client has everything up to number n.
func (s *Session) confirmLocked(n uint64) {
	if s.kept != nil && !s.kept.over {
		s.forgetLocked(n)
	}
}

// forgetLocked forgets the messages up to that of number n.
func (s *Session) forgetLocked(n uint64) {
	h := &s.srv.keeps
	h.mu.Lock()
	defer h.mu.Unlock()
	for s.out.base < n {
		m := s.out.queue[s.out.head]
		s.out.ack(s.out.base + uint64(len(m.packets)))
		h.removeLocked(m)
		s.kept.remember(m)
	}
}

// remember keeps m as the last one of its owner.
func (k *kept) remember(m *Message) {
	if m.traits == nil || m.traits.Owner == nil {
		return
	}
	for i, other := range k.latest {
		if other.traits.Owner == m.traits.Owner {
			k.latest[i] = m
			return
		}
	}
	k.latest = append(k.latest, m)
}

// settleKeptLocked fixes at the end of the session what the client may lack.
func (s *Session) settleKeptLocked() {
	k := s.kept
	if k == nil || k.over {
		return
	}
	k.over = true
	h := &s.srv.keeps
	h.mu.Lock()
	defer h.mu.Unlock()
	for m := range s.out.between(s.out.start(), k.pos) {
		h.removeLocked(m)
	}
	for m := range s.out.messages() {
		if m.traits != nil && m.traits.Owner != nil {
			k.rest = append(k.rest, m)
		}
	}
}

// Unconfirmed returns, to [Receiver].Closed and with [Config].Keep, what the client
// may not have got: in the order in which it was sent, those of the messages that
// have an owner. Before stands the last that was forgotten of each owner, since the
// client has it or because it was too much.
func (s *Session) Unconfirmed() (latest, rest []*Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		return nil, nil
	}
	return s.kept.latest, s.kept.rest
}

// forgetRest is called when the receiver has taken what it wants.
func (s *Session) forgetRest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept != nil {
		s.kept.latest, s.kept.rest = nil, nil
	}
}
