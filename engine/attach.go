// attach.go: how a request becomes a connection of its session.

package engine

import "net/http"

// Attach connects a request to the session. What the request is follows from its
// query and from the session: the handshake, a poll, or a WebSocket on trial that
// its client may upgrade to.
//
// After a TryNext that found nothing, wake is called once when there is something
// to send, from any goroutine and without a lock held; it must not block. It may
// be nil if only Next is used. Errors are of type [*Error].
func (s *Session) Attach(r *http.Request, wake func()) (*Conn, error) {
	p, refusal := parseParams(r.URL.RawQuery)
	if refusal != nil {
		return nil, refusal
	}
	if !p.hasSID {
		if joins, _ := r.Context().Value(joining{}).(bool); joins {
			return s.joinRace(p, wake)
		}
		c, err := s.open(r, p, wake)
		if e, _ := r.Context().Value(opening{}).(*race); e != nil && err == nil {
			s.srv.races.opened(e, s)
		}
		return c, err
	}
	s.tick(s.srv.now())
	if s.resume != nil {
		return s.reattach(p, wake)
	}
	switch p.transport {
	case Polling:
		return s.poll()
	case WebSocket:
		return s.try(p.transport, wake)
	}
	return nil, ErrBadRequest // the session has a connection of this kind, or never will
}

// open makes the first connection of a fresh session.
func (s *Session) open(r *http.Request, p params, wake func()) (*Conn, error) {
	srv := s.srv
	now := srv.now()
	c := s.newConn(p.transport, wake)
	c.control = ctlOpen
	s.mu.Lock()
	s.state, s.cur = open, c
	s.due, s.until = now+srv.cfg.PingInterval, now+srv.cfg.ConnectTimeout
	next := min(s.due, s.until)
	if p.resume && !srv.cfg.Resume.Off {
		c.leg = new(leg)
		s.resume = newResume(c, p)
		if s.resume.racing {
			s.resume.until = now + raceTime
			next = min(next, s.resume.until)
		}
	} else if srv.cfg.Keep.Buffer > 0 {
		s.kept = new(kept)
	}
	if srv.initial != nil {
		s.out.push(srv.initial)
	}
	s.mu.Unlock()

	receiver, err := srv.handler.Open(s)
	if err != nil {
		s.end(ForcedClose)
		return nil, &Error{Code: ErrForbidden.Code, Message: err.Error(), Status: ErrForbidden.Status}
	}
	s.mu.Lock()
	s.receiver = receiver
	gone := s.state == closed
	s.mu.Unlock()
	s.farewell() // if it was closed in Open
	if gone {
		return nil, ErrUnknownSession
	}
	if refusal := srv.sessions.add(s); refusal != nil {
		s.end(refusal.reason())
		return nil, refusal
	}
	srv.wheel.schedule(srv, s, next)
	srv.sessions.attached(1)
	srv.observe(Event{Kind: SessionOpened, Transport: p.transport})
	s.joinEarly(r, p)
	return c, nil
}

func (s *Session) newConn(transport string, wake func()) *Conn {
	c := &Conn{s: s, transport: s.srv.transport(transport).Name(), wake: wake, waiting: true} // not a part of the query
	if s.resume != nil {
		c.leg = new(leg)
	}
	if wake == nil {
		c.signal = make(chan struct{}, 1)
		c.wake = c.notify
	}
	return c
}

// notify wakes Next.
func (c *Conn) notify() {
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// poll attaches a GET. Two at a time close the session, as in the official
// server.
func (s *Session) poll() (*Conn, error) {
	s.mu.Lock()
	c := s.cur
	gone, other := s.state == closed, c.transport != Polling
	overlap := c.waiting
	if !gone && !other && !overlap {
		c.waiting = true
		s.confirmLocked(s.handedLocked().n) // nobody polls before the answer to the last poll is read
	}
	s.mu.Unlock()
	switch {
	case gone:
		return nil, ErrUnknownSession
	case other:
		return nil, ErrBadRequest
	case overlap:
		s.end(TransportError)
		return nil, ErrBadRequest
	}
	s.srv.sessions.attached(1)
	return c, nil
}

// try attaches a WebSocket on trial. There is one at a time.
func (s *Session) try(transport string, wake func()) (*Conn, error) {
	s.mu.Lock()
	if s.state != open || s.trial != nil || s.cur.transport != Polling || s.srv.cfg.NoUpgrade {
		gone := s.state == closed
		s.mu.Unlock()
		if gone {
			return nil, ErrUnknownSession
		}
		return nil, ErrBadRequest
	}
	c := s.newConn(transport, wake)
	c.until = s.srv.now() + s.srv.cfg.UpgradeTimeout
	s.trial = c
	s.mu.Unlock()
	s.srv.wheel.schedule(s.srv, s, c.until)
	s.srv.sessions.attached(1)
	return c, nil
}
