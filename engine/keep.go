// keep.go: what a session without resumption has handed out, and keeps because its
// client may not have got it.

package engine

import (
	"slices"
	"time"
)

// kept is the part of a session that only one has that keeps. It is guarded by
// Session.mu.
type kept struct {
	pos    cursor  // behind what was handed out
	asked  uint64  // number of the last packet that was handed out before the ping
	owners []owned // those that Begin was called for
	turns  uint64  // how often it was called
	over   bool    // the session has ended
	missed bool    // something was forgotten that has perhaps not arrived: it was too much
	look   bool    // a ping was sent before its time: the wheel does not know yet
}

// owned is what is kept for one owner.
type owned struct {
	owner  any
	turn   uint64     // of Begin
	from   uint64     // how many messages of the session are none of its
	latest *Message   // the last that was forgotten
	rest   []*Message // at the end of the session: what was not
}

// Begin has what is sent from now on with that owner kept for it, with [Config].Keep,
// until [Session.Forget] is called with what Begin returns.
func (s *Session) Begin(owner any) (turn uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept
	if k == nil || k.over {
		return 0
	}
	k.turns++
	k.owners = slices.DeleteFunc(k.owners, func(o owned) bool { return o.owner == owner })
	k.owners = append(k.owners, owned{owner: owner, turn: k.turns, from: s.out.count()})
	return k.turns
}

// Forget has nothing more kept for an owner, unless it has begun again.
func (s *Session) Forget(turn uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept != nil {
		s.kept.owners = slices.DeleteFunc(s.kept.owners, func(o owned) bool { return o.turn == turn })
	}
}

// ownerOf returns whose message m is, the n-th of the session; nil if it is nobody's.
func (k *kept) ownerOf(m *Message, n uint64) *owned {
	if m.traits == nil || m.traits.Owner == nil {
		return nil
	}
	for i := range k.owners {
		if o := &k.owners[i]; o.owner == m.traits.Owner && n > o.from {
			return o
		}
	}
	return nil
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
		k.missed = true
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
		if o := s.kept.ownerOf(m, s.out.gone); o != nil {
			o.latest = m
		}
	}
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
	n := s.out.gone
	for m := range s.out.messages() {
		n++
		if o := k.ownerOf(m, n); o != nil {
			o.rest = append(o.rest, m)
		}
	}
}

// Unconfirmed returns, to [Receiver].Closed, what the client may not have got of what
// was sent with that owner, in the order in which it was sent; and the last message
// before that, or nil if there was none since [Session.Begin].
func (s *Session) Unconfirmed(owner any) (latest *Message, rest []*Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		return nil, nil
	}
	for _, o := range s.kept.owners {
		if o.owner == owner {
			return o.latest, o.rest
		}
	}
	return nil, nil
}

// Overflowed reports whether more was not confirmed than could be kept: what
// [Session.Unconfirmed] returns may be incomplete.
func (s *Session) Overflowed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept != nil && s.kept.missed
}

// forgetRest is called when the receiver has taken what it wants.
func (s *Session) forgetRest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept != nil {
		s.kept.owners = nil
	}
}
