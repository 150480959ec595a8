// race.go: several connections that a client starts to open one session, of which
// it takes the first that answers (PROTOCOL.md section 2).

package engine

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	maxLegs  = 8                // candidates of one race
	raceTime = 30 * time.Second // in which it must be decided, and for which its name is known afterwards
	maxRaces = 1 << 16          // names that are known at a time
)

// races knows the sessions by the names of the races that opened them.
type races struct {
	mu    sync.Mutex // guards what follows
	byRID map[string]*race
	ended []*race // in the order of their time, oldest first
}

// race is one entry.
type race struct {
	rid       string
	principal string        // of the session
	session   *Session      // nil: it was refused, or has ended
	ended     bool          // the session has
	ready     chan struct{} // closed when the session is open, or was refused
	done      bool          // ready is closed
	forget    time.Duration // 0: not yet
}

// join returns the race of that name and whether it was there before: else the
// caller opens its session.
func (g *races) join(srv *Server, rid string) (*race, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweepLocked(srv.now())
	if e := g.byRID[rid]; e != nil {
		return e, true
	}
	if g.byRID == nil {
		g.byRID = make(map[string]*race)
	}
	if len(g.byRID) >= maxRaces {
		return nil, false
	}
	e := &race{rid: rid, ready: make(chan struct{})}
	g.byRID[rid] = e
	return e, false
}

// knows reports whether there is a race of that name here.
func (g *races) knows(rid string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.byRID[rid] != nil
}

// opened tells the legs that wait what became of the first, once: s is nil if it was
// refused.
func (g *races) opened(e *race, s *Session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.done {
		return
	}
	e.done = true
	if s == nil {
		delete(g.byRID, e.rid)
	} else {
		e.session, e.principal = s, s.principal
	}
	close(e.ready)
}

// close has the name forgotten after raceTime: the race is decided, or its session
// has ended.
func (g *races) close(srv *Server, rid string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweepLocked(srv.now())
	if e := g.byRID[rid]; e != nil && e.forget == 0 {
		e.forget = srv.now() + raceTime
		g.ended = append(g.ended, e)
	}
}

// end is close for a session that has ended: of that nothing is kept but whose it was.
func (g *races) end(srv *Server, s *Session) {
	g.close(srv, s.resume.rid)
	g.mu.Lock()
	defer g.mu.Unlock()
	if e := g.byRID[s.resume.rid]; e != nil && e.session == s {
		e.session, e.ended = nil, true
	}
}

// result returns what became of a race that is ready.
func (g *races) result(e *race) (s *Session, principal string, ended bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return e.session, e.principal, e.ended
}

func (g *races) sweepLocked(now time.Duration) {
	for len(g.ended) > 0 && g.ended[0].forget <= now {
		if e := g.ended[0]; g.byRID[e.rid] == e { // else it is another race's by now
			delete(g.byRID, e.rid)
		}
		g.ended[0] = nil
		g.ended = g.ended[1:]
	}
}

// serveLeg serves a handshake of a race: the first to come opens the session, those
// that follow join it.
func (srv *Server) serveLeg(w http.ResponseWriter, r *http.Request, t Transport, p params, h handshake) {
	r, here, err := srv.claim(w, r, p, h)
	if err != nil {
		srv.refuse(w, r, t, err.forResume())
		return
	}
	if !here {
		return
	}
	for {
		e, known := srv.races.join(srv, p.rid)
		if !known {
			srv.openRace(w, r, t, e, h)
			return
		}
		select {
		case <-e.ready:
		case <-r.Context().Done():
			return
		}
		s, principal, ended := srv.races.result(e)
		switch {
		case s == nil && !ended: // it was refused: the next one opens the session
			continue
		case principal != h.principal:
			srv.refuse(w, r, t, ErrForbidden)
		case ended:
			srv.refuse(w, r, t, ErrUnknownSession.forResume())
		default:
			srv.serveOpening(w, r.WithContext(context.WithValue(r.Context(), joining{}, true)), t, s)
		}
		return
	}
}

// openRace opens the session of a race. Without e there are too many races: this one
// has a single leg.
func (srv *Server) openRace(w http.ResponseWriter, r *http.Request, t Transport, e *race, h handshake) {
	if e != nil {
		r = r.WithContext(context.WithValue(r.Context(), opening{}, e))
		defer srv.races.opened(e, nil) // unless Attach has opened it
	}
	srv.serveFresh(w, r, t, h)
}

// opening is the key of the race that a handshake opens, in its context.
type opening struct{}

// joining marks the context of a handshake that joins a race.
type joining struct{}

// newResume returns what a session keeps that was opened with c.
func newResume(c *Conn, p params) *resume {
	r := &resume{at: 0, transport: c.transport}
	if p.rid != "" {
		r.at, r.rid, r.racing, r.legs = absent, p.rid, true, []*Conn{c}
		c.at = max(p.at, 0)
	}
	return r
}

// joinRace makes a handshake with the race's name one more candidate.
func (s *Session) joinRace(p params, wake func()) (c *Conn, err error) {
	s.tick(s.srv.now())
	c = s.newConn(p.transport, wake)
	c.at, c.control = max(p.at, 0), ctlOpen
	var refusal *Error
	s.change(func(fx *effects) {
		switch {
		case s.state == closed:
			refusal = ErrUnknownSession
		case !s.resume.racing:
			refusal = errSuperseded
		default:
			refusal = s.addLegLocked(c, fx)
		}
	})
	if refusal != nil {
		return nil, refusal.forResume()
	}
	s.srv.sessions.attached(1)
	return c, nil
}

// addLegLocked adds a candidate. One of an equal number is its retry, and takes its
// place; of too many the oldest ends.
func (s *Session) addLegLocked(c *Conn, fx *effects) *Error {
	r := s.resume
	if i := r.legIndex(c.at); i >= 0 {
		old := r.legs[i]
		if old.transport != c.transport {
			return errSuperseded
		}
		r.legs[i] = c
		s.swapLegLocked(old, c, fx)
		return nil
	}
	if len(r.legs) >= maxLegs {
		oldest := r.legs[0]
		r.legs = r.legs[1:]
		s.swapLegLocked(oldest, c, fx)
	}
	r.legs = append(r.legs, c)
	return nil
}

// swapLegLocked ends a candidate, which may be the one that stands for the
// connection until the race is decided.
func (s *Session) swapLegLocked(old, c *Conn, fx *effects) {
	old.retireLocked(codeRetired, fx)
	if s.cur == old {
		s.cur = c
	}
}

func (r *resume) legIndex(at number) int {
	for i, leg := range r.legs {
		if leg.at == at {
			return i
		}
	}
	return -1
}

// decideByLocked decides the race by the first request with the session's ID.
func (s *Session) decideByLocked(p params, fx *effects) *Error {
	r := s.resume
	i := r.legIndex(p.at)
	if i < 0 { // a new attachment: no candidate was taken
		s.decideLocked(nil, fx)
		return nil
	}
	if r.legs[i].transport != p.transport {
		return errSuperseded
	}
	s.decideLocked(r.legs[i], fx)
	return nil
}

// decideLocked makes a candidate the connection and ends the others; nil ends all.
func (s *Session) decideLocked(chosen *Conn, fx *effects) {
	r := s.resume
	for _, leg := range r.legs {
		if leg != chosen && !leg.over {
			leg.retireLocked(codeRetired, fx)
		}
	}
	r.legs, r.racing = nil, false
	s.srv.races.close(s.srv, r.rid)
	if chosen == nil {
		return
	}
	if chosen.transport != r.transport {
		s.tellLocked(Event{Kind: Attached, Transport: chosen.transport}, fx)
	}
	r.at, r.transport, r.run = chosen.at, chosen.transport, 0
	s.cur = chosen
	s.beatLocked(false, fx)
	if chosen.lost {
		s.detachLocked(TransportClose, fx)
	}
}
