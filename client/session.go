// session.go: one session of the server, from the client's point of view: numbers,
// acknowledgements, and which of its attachments is the connection.

package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// When the client acknowledges what it has, at the latest.
const (
	ackMessages = 32
	ackBytes    = 64 << 10
	ackDelay    = time.Second
)

// session is a state machine without goroutines: its events are calls of its
// methods, all with Client.mu held, and what it does is to start and end
// attachments and to wake them. None of its methods blocks.
type session struct {
	c        *Client
	sid      string // "" until the first OPEN
	rid      string // of its race; "" without resume
	asksC    bool   // the server shall connect "/" by itself
	early    bool   // it has, and may not have heard from us yet
	stock    bool   // the server has no resume, or the client wants none: the connection is the session
	over     bool   // nothing more is taken or started
	draining bool   // it is left: drained is closed when nothing waits any more
	drained  chan struct{}
	decoder  sio.Decoder
	ctx      context.Context // ends with the session
	cancel   context.CancelFunc

	// As OPEN says.
	interval, timeout time.Duration
	maxPayload        int64
	buffer            int64
	transports        []string

	k     int64 // of the last attachment that was started
	openK int64 // of the newest attachment that was opened
	live  []*attachment
	cur   *attachment // the connection
	trial *attachment // a WebSocket that attaches nothing yet
	legs  []string    // of the race, that are still to be started

	waiting []*unit
	ready   []eio.Packet // without resume: messages that are on their way
	out     outbox
	have    int64 // number of the last message that came
	acked   int64 // of the last one that the server was told to have come
	unacked int   // bytes since then
	partial int   // bytes of the event of which attachments are still to come

	suspended bool
	fails     int // attachments in a row that were not proved to be alive
	silences  int // those of them that went silent
	super     int // refusals "superseded" in a row

	ackTimer, retryTimer, legTimer, pingTimer, sentTimer, upTimer *timer
}

func newSession(c *Client) *session {
	s := &session{c: c, k: -1, openK: -1, decoder: c.opts.Codec.NewDecoder(), drained: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(c.root)
	if !c.opts.NoResume {
		s.rid = c.newRID()
		main := c.Socket
		s.asksC = main.state != away && main.auth == nil
	}
	return s
}

// receive takes packets that came on a. Unless a is a WebSocket, where messages are
// counted, before is the number before the first message.
func (s *session) receive(a *attachment, before int64, packets []eio.Packet) {
	if a.transport != WebSocket {
		a.num = before
	}
	for _, p := range packets {
		if a.dead || s.over {
			return
		}
		switch {
		case p.Type == eio.Open:
			s.opened(a, p.Data)
		case isProbe(p) && s.trial == a:
			s.promote(a)
		case isProbe(p):
			s.proved(a)
		case a.opened:
			s.packet(a, p)
		}
	}
	if !a.dead && !s.over {
		s.settle()
	}
}

func (s *session) packet(a *attachment, p eio.Packet) {
	switch p.Type {
	case eio.Message:
		a.num++
		s.message(a, p)
	case eio.Ping:
		s.watchPings()
		a.due.pong = true
		a.due.ack = !s.stock
		a.notify()
	case ack:
		if n, err := parseNumber(p.Data); err != nil {
			s.end(ParseError, err)
		} else {
			a.moved = a.moved || n > s.out.base
			s.acknowledged(n)
		}
	case eio.Close:
		delay := s.c.opts.Reconnect.delay(s.c.attempts, s.c.fraction())
		if ms, ok := retryAfter(p.Data); ok {
			delay = time.Duration(ms) * time.Millisecond
		}
		s.endIn(delay, TransportClose, errors.New("the server has ended the session"))
	}
}

// message takes a message, unless the client has it already.
func (s *session) message(a *attachment, p eio.Packet) {
	switch {
	case s.stock:
	case a.num <= s.have:
		return
	case a.num > s.have+1:
		s.dead(a, transportError(fmt.Errorf("message %d after %d", a.num, s.have)))
		return
	default:
		s.have++
		a.moved = true
		s.unacked += p.Len()
	}
	pkt, done, err := s.decoder.Decode(p)
	if err != nil {
		s.end(ParseError, err)
		return
	}
	s.partial += len(p.Data)
	if done {
		size := s.partial
		s.partial = 0
		s.c.route(s, pkt, size)
	}
}

// settle acknowledges what has come, if it is time.
func (s *session) settle() {
	switch {
	case s.stock || s.cur == nil || s.cur.transport == Polling || s.have == s.acked:
		// The next GET of a polling client acknowledges.
	case s.have-s.acked >= ackMessages || s.unacked >= ackBytes:
		s.acknowledge()
	case !s.ackTimer.pending():
		s.ackTimer = s.c.timers.after(ackDelay, s.acknowledge)
	}
}

func (s *session) acknowledge() {
	if s.cur != nil && s.have > s.acked {
		s.cur.due.ack = true
		s.cur.notify()
	}
}

// told notes that an acknowledgement of all that the client has is under way.
func (s *session) told() {
	s.acked, s.unacked = s.have, 0
	s.ackTimer.stop()
}

// acknowledged drops what the server has.
func (s *session) acknowledged(n int64) {
	if n > s.out.last {
		s.end(ParseError, fmt.Errorf("the server acknowledges message %d of %d", n, s.out.last))
		return
	}
	if !s.out.trim(n) {
		return
	}
	s.sentTimer.stop()
	s.watchSent()
	s.checkDrained()
	if s.cur != nil && len(s.waiting) > 0 {
		s.cur.notify()
	}
}

// watchPings restarts the time in which the server must send a ping.
func (s *session) watchPings() {
	s.pingTimer.stop()
	s.pingTimer = s.c.timers.after(s.interval+s.timeout, func() {
		switch {
		case s.cur == nil:
		case s.c.isBehind(s.timeout):
			s.watchPings()
		default:
			s.dead(s.cur, silence("no ping"))
		}
	})
}

// end ends the session, and has the client open the next one: at once the first
// time, else by back-off.
func (s *session) end(why Reason, err error) {
	delay := s.c.opts.Reconnect.delay(s.c.attempts, s.c.fraction())
	if s.c.attempts == 0 && (why == UnknownSession || why == Superseded) {
		delay = 0
	}
	s.endIn(delay, why, err)
}

func (s *session) endIn(delay time.Duration, why Reason, err error) {
	if s.over {
		return
	}
	s.finish()
	s.c.attempts++
	s.c.ended(s, why, err, delay)
}

// finish stops all that the session does, but for attachments that leave.
func (s *session) finish() {
	s.over = true
	s.cancel()
	for _, t := range []*timer{s.ackTimer, s.retryTimer, s.legTimer, s.pingTimer, s.sentTimer, s.upTimer} {
		t.stop()
	}
	for _, a := range append(slices.Clone(s.live), s.trial) {
		if a != nil && !a.leaving {
			s.kill(a)
		}
	}
	s.checkDrained()
}
