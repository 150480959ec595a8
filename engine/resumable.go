// resumable.go: the connections of a session with resumption: what comes in on
// them, and how they end.

package engine

import (
	"errors"
	"strconv"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// receiveResumable handles a packet that came on a WebSocket. What comes on one that
// does not count any more is ignored, but the word that the client leaves.
func (c *Conn) receiveResumable(p eio.Packet) error {
	s := c.s
	if s.unheard() {
		s.hear()
	}
	var number uint64
	var leaves, counts bool
	s.change(func(fx *effects) {
		switch r := s.resume; {
		case p.Type == eio.Close && c.until == 0: // a trial never was the session's
			leaves = true
		case c.over || s.state == closed:
		case c == s.trial:
			c.receiveTrialLocked(p, fx)
		case r.racing && isProbe(p): // decides nothing
			c.control |= ctlProbe
			fx.wake(c)
		default:
			if r.racing {
				s.decideLocked(c, fx)
			}
			if counts = c == s.cur; counts && p.Type == eio.Message {
				c.up++
				number = c.up
			}
		}
	})
	still := func() bool { return c == s.cur && !c.over }
	var err error
	switch {
	case leaves:
		s.leave()
	case !counts:
	case p.Type != eio.Message:
		_, err = s.control(p, still)
	default:
		_, err = s.take(number, p, still)
	}
	return err
}

// control handles a packet of the client that is no message, on the connection or in
// a POST for it, if that still counts.
func (s *Session) control(p eio.Packet, counts func() bool) (v verdict, err error) {
	s.change(func(fx *effects) {
		switch {
		case !counts():
			v = refused
		case p.Type == eio.Pong:
			s.pongLocked(fx)
			s.oweAckLocked(fx)
		case isProbe(p): // who asks may wait for the acknowledgement too
			s.cur.control |= ctlProbe
			s.oweAckLocked(fx)
			fx.wake(s.cur)
		case p.Type == eio.Ack:
			n, ok := parseNumber(string(p.Data))
			if !ok {
				fx.end = ParseError
			}
			if !ok || !s.ackLocked(n, fx) {
				err = ErrProtocol
			}
		case p.Type == eio.Ping:
			fx.end, err = ParseError, ErrProtocol
		case p.Type == eio.Upgrade: // on what is the connection already
			s.cur.retireLocked(codeBadRequest, fx)
			s.detachLocked(TransportError, fx)
		}
	})
	return v, err
}

func (s *Session) pongLocked(fx *effects) {
	if s.pinged {
		s.resume.again = 0
		s.pinged, s.due = false, s.srv.now()+s.srv.cfg.PingInterval
		fx.lookAt(s.due)
	}
}

// releaseResumable ends an Attach.
func (c *Conn) releaseResumable(cause error) {
	switch {
	case cause == nil && c.transport == Polling:
	case errors.Is(cause, ErrProtocol) && c.counts():
		c.s.end(ParseError)
	default:
		c.lose(reasonOf(cause))
	}
}

// counts reports whether c is the connection.
func (c *Conn) counts() bool {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c == c.s.cur && !c.over && !c.s.resume.racing
}

// ackPacketLocked tells the client what has arrived.
func (s *Session) ackPacketLocked() eio.Packet {
	s.resume.toldLocked()
	return eio.Packet{Type: eio.Ack, Data: strconv.AppendUint(nil, s.resume.have, 10)}
}

// tickResumable is tick for a session with resumption: what would end another
// session detaches this one.
func (s *Session) tickResumable(now time.Duration) (next time.Duration) {
	var fx effects
	s.mu.Lock()
	s.tickTrialLocked(now, &fx)
	var close CloseReason
	switch r := s.resume; {
	case s.state == closed:
	case s.state == open && s.until > 0 && now >= s.until:
		close = ForcedClose
	case s.state == open && s.torn > 0 && now >= s.torn && !r.detached && !s.busy:
		close = ParseError
	case s.state == closing && now >= s.until:
		fx.end = s.reason
	case r.racing && now >= r.until:
		fx.end = TransportClose
	case r.detached && now >= r.until:
		fx.end = r.lost
	case s.state == open && !r.racing && !r.detached:
		s.tickConnectionLocked(now, &fx)
	}
	next = s.nextResumableLocked(now)
	s.mu.Unlock()
	if close != "" {
		s.Close(close)
	}
	s.settle(&fx)
	if fx.end != "" {
		return never
	}
	return next
}

func (s *Session) tickTrialLocked(now time.Duration, fx *effects) {
	if t := s.trial; t != nil && now >= t.until {
		s.trial = nil
		t.retireLocked(codeBadRequest, fx)
	}
}

// tickConnectionLocked does what is due on the connection.
func (s *Session) tickConnectionLocked(now time.Duration, fx *effects) {
	r := s.resume
	if r.ackDue > 0 && now >= r.ackDue {
		s.oweAckLocked(fx)
	}
	switch {
	case s.stale > 0 && now >= s.stale:
		s.detachLocked(SlowClient, fx)
	case s.pinged && now >= s.due && (s.busy || r.posts > 0):
		// The application keeps the reader waiting; the pong may stand behind.
		s.due = now + s.srv.cfg.PingTimeout
	case s.pinged && now >= s.due:
		s.detachLocked(PingTimeout, fx)
	case now >= s.due:
		s.pingLocked(now)
		fx.wake(s.cur)
	case s.pinged && r.again > 0 && now >= r.again:
		// The answer that had it may be lost. Not at each poll: while the application
		// keeps a POST waiting, with the pong in it or behind, that would be a storm.
		r.again = 0
		s.cur.control |= ctlPing
		fx.wake(s.cur)
	}
}

func (s *Session) nextResumableLocked(now time.Duration) time.Duration {
	if s.state == closed {
		return never
	}
	r := s.resume
	next := s.due
	switch {
	case s.state == closing:
		next = s.until
	case r.racing || r.detached:
		next = r.until
	}
	for _, t := range []time.Duration{s.until, s.stale, s.torn, r.ackDue, r.again} {
		if t > 0 && !r.detached && s.state == open {
			next = min(next, t)
		}
	}
	if s.trial != nil {
		next = min(next, s.trial.until)
	}
	return max(next, now)
}
