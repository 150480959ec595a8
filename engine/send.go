// send.go: messages on their way into the outbox.

package engine

// Send queues m for the client. It never blocks. It returns [ErrClosed] after the
// end of the session, and [ErrSlow] if too much waits already: then the session
// ends with [SlowClient].
func (s *Session) Send(m *Message) error {
	s.mu.Lock()
	if s.state != open {
		s.mu.Unlock()
		return ErrClosed
	}
	if m.traits != nil && m.traits.Volatile && !s.readyLocked() {
		s.mu.Unlock()
		return nil
	}
	if s.resume != nil {
		return s.sendResumable(m) // which unlocks
	}
	old, at := s.out.waiting(m)
	if !fits(s.waitingLocked()-old.weight(), m.size, outboxMax) {
		s.mu.Unlock()
		s.end(SlowClient)
		return ErrSlow
	}
	s.out.put(m, old, at)
	stale := s.waitingLocked() > outboxStale && s.stale == 0
	if stale {
		s.stale = s.srv.now() + outboxPatience
	}
	wake := s.cur.disarmLocked()
	s.mu.Unlock()
	if stale {
		s.srv.wheel.schedule(s.srv, s, s.srv.now()+outboxPatience)
	}
	if wake != nil {
		wake()
	}
	return nil
}

// readyLocked reports whether the client can take a message at once: it has a
// connection that has nothing else to do.
func (s *Session) readyLocked() bool {
	return s.cur.armed && !s.cur.over && (s.resume == nil || !s.resume.detached && !s.resume.racing)
}

// waitingLocked returns the bytes that wait for a connection to take them.
func (s *Session) waitingLocked() int {
	switch {
	case s.kept != nil:
		return s.out.behind(s.kept.pos)
	case s.resume == nil || s.resume.detached || s.resume.racing:
		return s.out.bytes
	}
	return s.out.behind(s.cur.pos)
}

// Buffered returns the bytes that wait for the client to take them.
func (s *Session) Buffered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waitingLocked()
}
