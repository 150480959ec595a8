// reattach.go: how a connection takes the place of another: upgrade, downgrade and
// reconnection are this one operation (PROTOCOL.md section 4).

package engine

import (
	"strconv"
	"strings"

	"github.com/everwire/everwire/engine/eio"
)

// reattach makes a request with the session's ID its connection, or refuses it.
// A refusal changes nothing.
func (s *Session) reattach(p params, wake func()) (c *Conn, err error) {
	if p.transport == WebSocket && p.at == absent {
		return s.tryUpward(p, wake)
	}
	if p.at == absent || p.ack == absent || p.transport == Polling && p.p == absent {
		return nil, ErrBadRequest.forResume()
	}
	c = s.newConn(p.transport, wake)
	c.at = p.at
	var refusal *Error
	s.change(func(fx *effects) { refusal = s.reattachLocked(c, p, fx) })
	if refusal != nil {
		return nil, refusal.forResume()
	}
	if s.unheard() {
		s.hear()
	}
	s.srv.sessions.attached(1)
	return c, nil
}

func (s *Session) reattachLocked(c *Conn, p params, fx *effects) *Error {
	r := s.resume
	switch {
	case s.state == closed || r.leaving:
		return ErrUnknownSession
	case r.racing:
		if refusal := s.decideByLocked(p, fx); refusal != nil {
			return refusal
		}
	}
	switch {
	case p.at < r.at, p.at == r.at && p.transport != r.transport:
		return errSuperseded
	case p.at == r.at && p.transport == Polling && s.outdatedLocked(p):
		c.over, c.farewell = true, eio.Noop
		return nil
	}
	if uint64(p.ack) > s.out.sent {
		fx.end = ParseError
		return ErrUnknownSession
	}
	goesOn := p.at == r.at && p.transport == Polling && p.p > 0
	if !goesOn {
		c.control = ctlOpen
	}
	s.replaceLocked(c, fx)
	r.at, r.transport, r.run = p.at, p.transport, max(p.p, 0)
	c.pos = s.out.seek(max(uint64(p.ack), r.acked))
	s.ackLocked(p.ack, fx)
	if !goesOn {
		s.tellLocked(Event{Kind: Attached, Transport: c.transport, Packets: int(s.out.sent - c.pos.n)}, fx)
	}
	s.beatLocked(goesOn && !r.detached, fx)
	s.reviveLocked()
	return nil
}

// outdatedLocked reports whether a poll of the current run came late: a newer one
// was here, or what it would start with is acknowledged.
func (s *Session) outdatedLocked(p params) bool {
	return p.p < s.resume.run || p.p > 0 && uint64(p.ack) < s.out.base
}

// replaceLocked makes c the connection in place of the current one.
func (s *Session) replaceLocked(c *Conn, fx *effects) {
	old := s.cur
	if old != nil && old != c && !old.over {
		if old.at == c.at {
			c.control |= old.control & ctlProbe // its answer is still owed
		}
		old.retireLocked(codeRetired, fx)
	}
	if s.trial == c {
		s.trial, c.until = nil, 0
	}
	s.cur = c
	if s.pinged && (old == nil || old.control&ctlPing != 0) {
		c.control |= ctlPing // no poll has taken it yet
	}
}

// beatLocked begins the heartbeat anew, unless it goes on.
func (s *Session) beatLocked(goesOn bool, fx *effects) {
	if goesOn {
		return
	}
	s.pinged, s.due = false, s.srv.now()+s.srv.cfg.PingInterval
	s.cur.control &^= ctlPing
	fx.lookAt(s.due)
}

// retireLocked ends a connection that does not count any more.
func (c *Conn) retireLocked(code int, fx *effects) {
	c.over, c.code = true, code
	if c.transport == Polling {
		c.farewell = eio.Noop
	}
	fx.wake(c)
}

// tryUpward attaches a WebSocket on trial, of which nothing counts until it says
// 5<at>,<ack>. A newer one takes its place.
func (s *Session) tryUpward(p params, wake func()) (*Conn, error) {
	c := s.newConn(p.transport, wake)
	var refusal *Error
	s.change(func(fx *effects) {
		if s.state == closed || s.resume.leaving {
			refusal = ErrUnknownSession
			return
		}
		if s.trial != nil {
			s.trial.retireLocked(codeRetired, fx)
		}
		c.until = s.srv.now() + s.srv.cfg.UpgradeTimeout
		s.trial = c
		fx.lookAt(c.until)
	})
	if refusal != nil {
		return nil, refusal.forResume()
	}
	s.srv.sessions.attached(1)
	return c, nil
}

// receiveTrialLocked handles a packet on a WebSocket on trial. What is neither a
// probe nor a valid upgrade ends the trial, and nothing else.
func (c *Conn) receiveTrialLocked(p eio.Packet, fx *effects) {
	s := c.s
	switch {
	case isProbe(p):
		c.control |= ctlProbe
		fx.wake(c)
	case p.Type == eio.Upgrade:
		q, ok := parseUpgrade(p.Data)
		if !ok {
			c.failTrialLocked(ErrBadRequest, fx)
			return
		}
		c.at = q.at
		if q.at == s.resume.at { // an equal number is an older attachment's
			c.failTrialLocked(errSuperseded, fx)
			return
		}
		if refusal := s.reattachLocked(c, q, fx); refusal != nil {
			c.failTrialLocked(refusal, fx)
			return
		}
		fx.wake(c) // for OPEN: other requests ask for it themselves
	default:
		c.failTrialLocked(ErrBadRequest, fx)
	}
}

func (c *Conn) failTrialLocked(e *Error, fx *effects) {
	if c.s.trial == c {
		c.s.trial = nil
	}
	c.retireLocked(e.forResume().CloseCode, fx)
}

// isProbe reports whether p asks for the sign of life of PROTOCOL.md section 4.6.
func isProbe(p eio.Packet) bool {
	return p.Type == eio.Ping && string(p.Data) == probe
}

// parseUpgrade reads the data of 5<at>,<ack>.
func parseUpgrade(data []byte) (p params, ok bool) {
	at, ack, _ := strings.Cut(string(data), ",")
	p = params{transport: WebSocket, resume: true, n: absent, p: absent}
	var okAt, okAck bool
	p.at, okAt = parseNumber(at)
	p.ack, okAck = parseNumber(ack)
	return p, okAt && okAck
}

// resumeField is the additional fields of the OPEN packet.
func (c *Conn) resumeField() []byte {
	s := c.s
	var b []byte
	if s.resume.early {
		b = append(b, `,"c":1`...)
	}
	b = append(b, `,"resume":{"window":`...)
	b = strconv.AppendInt(b, s.srv.cfg.Resume.Window.Milliseconds(), 10)
	b = append(b, `,"buffer":`...)
	b = strconv.AppendInt(b, int64(s.srv.cfg.Resume.Buffer), 10)
	b = append(b, `,"transports":`...)
	b = append(b, s.srv.resumable...)
	b = append(b, `,"ack":`...)
	b = strconv.AppendUint(b, s.resume.have, 10)
	b = append(b, `,"from":`...)
	b = strconv.AppendUint(b, c.pos.n, 10)
	return append(b, '}')
}
