// opened.go: the first packet on a connection, and what follows from its counts.

package client

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// opened takes OPEN: a is the connection from now on.
func (s *session) opened(a *attachment, data []byte) {
	o, err := parseOpen(data)
	switch {
	case err != nil:
		s.dead(a, transportError(err))
	case s.sid != "" && (s.stock || o.Resume == nil || o.SID != s.sid):
		s.dead(a, transportError(errors.New("OPEN of another session")))
	case a.k < s.openK:
		s.kill(a)
	default:
		s.take(a, o)
	}
}

func (s *session) take(a *attachment, o open) {
	first, again := s.sid == "", a.opened
	if first {
		s.begin(o)
	}
	a.opened, s.openK, s.super = true, a.k, 0
	a.openTimer.stop()
	s.legTimer.stop()
	s.legs = nil
	for _, other := range slices.Clone(s.live) {
		if other != a && (other.k < a.k || other.leg) {
			s.kill(other)
		}
	}
	a.since = time.Now()
	s.cur = a
	s.watchPings()
	if r := o.Resume; r != nil && !s.synchronize(a, *r, again) {
		return
	}
	if first {
		s.early = o.C == 1 && s.asksC
		s.c.joinAll(s, s.early)
	}
	if s.suspended {
		s.suspended = false
		s.c.Socket.push(job{run: s.c.onResume})
	}
	if !again {
		s.prove(a)
	}
	a.notify()
}

// begin takes what the first OPEN says of the session.
func (s *session) begin(o open) {
	s.sid = o.SID
	s.stock = s.rid == "" || o.Resume == nil
	s.interval = time.Duration(o.PingInterval) * time.Millisecond
	s.timeout = time.Duration(o.PingTimeout) * time.Millisecond
	s.maxPayload = o.MaxPayload
	s.c.maxPayload = o.MaxPayload
	if s.stock {
		return
	}
	s.buffer = o.Resume.Buffer
	for _, t := range s.c.opts.Transports {
		if slices.Contains(o.Resume.Transports, t) {
			s.transports = append(s.transports, t)
		}
	}
}

// synchronize compares the counts of OPEN with the client's. It reports whether
// they fit.
func (s *session) synchronize(a *attachment, r openResume, again bool) bool {
	switch {
	case again && r.Ack < s.out.base: // older than the answer to a POST that has overtaken it
	case r.Ack < s.out.base || r.Ack > s.out.last || r.From > s.have:
		s.end(ParseError, fmt.Errorf("OPEN counts %d,%d: the client has sent %d to %d and has %d",
			r.Ack, r.From, s.out.base+1, s.out.last, s.have))
		return false
	default:
		s.acknowledged(r.Ack)
		a.sent = r.Ack
	}
	a.num, s.acked = r.From, r.From // what the client has told it may not have arrived
	// The first packet on a leg decides the race for it; on a WebSocket it is this. A
	// poll acknowledges by itself.
	a.due.ack = a.transport != Polling && s.have > r.From || a.transport == WebSocket && a.leg && !again
	return true
}
