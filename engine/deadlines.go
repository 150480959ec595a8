// deadlines.go: what is due in a session: pings, pongs, and the ends of waiting.

package engine

import "time"

// never is no time for another look: the session has ended.
const never time.Duration = -1

// tick does what is due at time now, and returns when there is more to do. It is
// called by the wheel, and by requests so that they never see a session that the
// wheel is only late to end.
func (s *Session) tick(now time.Duration) (next time.Duration) {
	if s.resume != nil {
		return s.tickResumable(now)
	}
	var fx effects
	s.mu.Lock()
	reason, graceful := s.tickLocked(now, &fx)
	next = s.nextLocked(now)
	s.mu.Unlock()
	switch {
	case reason != "" && graceful:
		s.Close(reason)
	case reason != "":
		s.end(reason)
		next = never
	}
	fx.wakeUp()
	return next
}

// lateness is how much later than planned a ping may go out and still be counted
// from its planned time.
const lateness = 300 * time.Millisecond

func (s *Session) tickLocked(now time.Duration, fx *effects) (reason CloseReason, graceful bool) {
	if t := s.trial; t != nil && now >= t.until {
		s.trial = nil
		t.over = true
		fx.wake(t)
	}
	switch {
	case s.state == closing && now >= s.until:
		return s.reason, false
	case s.state != open:
		return "", false
	case s.until > 0 && now >= s.until:
		// Who polls is told; nobody waits for one that only opened the session.
		return ForcedClose, s.cur.waiting
	case s.torn > 0 && now >= s.torn && !s.busy:
		return ParseError, true
	case s.stale > 0 && now >= s.stale:
		return SlowClient, false
	}
	if !s.pinged && now >= s.due {
		s.pingLocked(now)
		fx.wake(s.cur)
	}
	if s.pinged && now >= s.due {
		if !s.busy {
			return PingTimeout, false
		}
		// The application keeps the reader waiting; the pong may stand behind.
		s.due = now + s.srv.cfg.PingTimeout
	}
	return "", false
}

// pingAgain is how long after a ping that may be lost it is sent again.
func (srv *Server) pingAgain() time.Duration { return min(5*time.Second, srv.cfg.PingTimeout/3) }

// pingLocked has a ping sent, and the pong waited for.
func (s *Session) pingLocked(now time.Duration) {
	from := s.due
	if now-from > lateness {
		from = now
	}
	s.pinged, s.due = true, from+s.srv.cfg.PingTimeout
	s.cur.control |= ctlPing
}

func (s *Session) nextLocked(now time.Duration) time.Duration {
	if s.state == closed {
		return never
	}
	next := s.due
	for _, t := range []time.Duration{s.until, s.stale, s.torn} {
		if t > 0 {
			next = min(next, t)
		}
	}
	if s.trial != nil {
		next = min(next, s.trial.until)
	}
	return max(next, now)
}

// pong takes the client's answer to a ping. An unasked one is ignored, as the
// official server does.
func (s *Session) pong() {
	s.mu.Lock()
	due := s.srv.now() + s.srv.cfg.PingInterval
	asked := s.pinged
	if asked {
		s.pinged, s.due = false, due
		if s.kept != nil {
			s.confirmLocked(s.kept.asked)
		}
	}
	s.mu.Unlock()
	if asked {
		s.srv.wheel.schedule(s.srv, s, due)
	}
}
