// conn.go: one connection of a session: what it hands out and what it takes in.

package engine

import (
	"context"
	"errors"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// The names of the transports whose upgrade the protocol defines.
const (
	Polling   = "polling"
	WebSocket = "websocket"
)

// The causes of [Conn.Release] that have a [CloseReason] of their own. Any other
// is a [TransportError].
var (
	ErrPeerClosed = errors.New("engine: connection closed by the client")
	ErrProtocol   = errors.New("engine: the client broke the protocol")
)

// probe is the data of the ping and pong that try a WebSocket.
const probe = "probe"

// controls is a set of control packets that wait to be sent.
type controls uint8

const (
	ctlOpen controls = 1 << iota
	ctlProbe
	ctlPing
	ctlNoop
	ctlAck
)

var controlPackets = [...]struct {
	bit    controls
	packet eio.Packet
}{
	{ctlProbe, eio.Packet{Type: eio.Pong, Data: []byte(probe)}},
	{ctlPing, eio.Packet{Type: eio.Ping}},
	{ctlNoop, eio.Packet{Type: eio.Noop}},
}

// noopEvery is how often a poll is answered while a WebSocket is on trial: the
// client ends its polling before it goes on.
const noopEvery = 100 * time.Millisecond

// Conn is one connection of a session: a WebSocket, or a run of polling GETs. Its
// owner, the transport, takes what is to be sent with Next or TryNext, one call at
// a time, hands in what was received with Receive, and ends with one Release for
// each Attach.
type Conn struct {
	s         *Session
	transport string
	wake      func()
	signal    chan struct{} // wakes Next
	*leg                    // nil without resumption

	// Guarded by Session.mu.
	until    time.Duration // the end of a trial
	control  controls
	farewell eio.Type // the packet that tells of the session's end; 0: Close
	armed    bool     // the next thing to send calls wake
	over     bool     // another connection took its place
	waiting  bool     // attached and, if it is a poll, not answered yet
	probed   bool     // a trial that was answered
	final    bool     // it was told of the session's end
}

// leg is the part of a connection that only one with resumption has. It is guarded by
// Session.mu.
type leg struct {
	at   number // of the attachment
	pos  cursor // what of the outbox it was handed
	up   uint64 // number of the last message that came on it, if it is a WebSocket
	code int    // of the close frame that ends it
	lost bool   // a candidate whose connection is gone
}

// TryNext fills b with what is to be sent now. If there is nothing, it leaves b
// empty and the next thing to send calls wake, once. A batch with End set is the
// last: the transport closes after it.
func (c *Conn) TryNext(b *Batch) error {
	s := c.s
	b.reset()
	s.mu.Lock()
	queued, resumable := s.waitingLocked(), s.resume != nil
	if resumable {
		c.fillResumableLocked(b)
	} else {
		c.fillLocked(b)
	}
	c.armed = b.Empty()
	ended := b.End != 0 && s.state == closing && c == s.cur && !resumable
	if ended {
		s.state = closed
		s.dropLocked()
	}
	look := s.stale
	if at := s.kept.lookLocked(s); at > 0 && (look == 0 || at < look) {
		look = at
	}
	if resumable && s.resume.again > 0 && (look == 0 || s.resume.again < look) {
		look = s.resume.again
	}
	if s.state != open {
		look = 0
	}
	s.mu.Unlock()
	if ended {
		s.forget()
	} else if look > 0 {
		s.srv.wheel.schedule(s.srv, s, look)
	}
	if resumable && len(b.Tail) > 0 {
		s.finish()
	}
	if s.srv.cfg.Observer != nil && !b.Empty() {
		c.observeSent(b, queued)
	}
	return nil
}

func (c *Conn) fillLocked(b *Batch) {
	s := c.s
	if c.over && c.transport != Polling || c != s.cur && s.state != open {
		b.End = eio.Close
		return
	}
	c.fillControlLocked(b)
	b.packets = len(b.Control)
	if c != s.cur {
		return
	}
	pos := s.handedLocked()
	if s.out.next(&pos, b); len(b.Messages) > 0 {
		s.handOutLocked(pos)
		s.stale = 0
		if s.waitingLocked() > outboxStale {
			s.stale = s.srv.now() + outboxPatience
		}
	}
	b.Last = pos.n
	// The end never stands in one payload with messages: official clients handle
	// those a moment later than it.
	if s.state > open && len(b.Messages) == 0 {
		b.End = c.farewell
		if b.End == 0 {
			b.End = eio.Close
		}
	}
}

// fillResumableLocked is fillLocked for a session that keeps what it hands out until
// the client acknowledges it.
func (c *Conn) fillResumableLocked(b *Batch) {
	s := c.s
	if c.over || c == s.trial && s.state == closed {
		b.Last, b.End, b.Code = c.pos.n, max(c.farewell, eio.Close), c.code
		return
	}
	if c.control&ctlPing != 0 && c.transport == Polling {
		s.resume.again = s.srv.now() + s.srv.pingAgain()
	}
	c.fillControlLocked(b)
	if c == s.trial {
		return
	}
	b.packets, b.unlimited = len(b.Control), true
	before := c.pos.n
	s.out.next(&c.pos, b)
	b.Last = c.pos.n
	if c.pos.n > before {
		s.paceLocked(c)
		s.trimLocked(&effects{}) // what it had to be handed although it is acknowledged
	}
	if s.state == closed || s.state == closing && c.pos.n == s.out.tail {
		c.sayEndLocked(b)
	}
}

// paceLocked plans when c counts as too slow: when it takes nothing for a while of the
// much that waits. What was taken and not acknowledged is for the heartbeat to judge.
func (s *Session) paceLocked(c *Conn) {
	s.stale = 0
	if s.out.behind(c.pos) > outboxStale {
		s.stale = s.srv.now() + outboxPatience
	}
}

// sayEndLocked tells the client of the session's end, once on each connection. One
// that can bring acknowledgements stays open for those until the session is
// forgotten.
func (c *Conn) sayEndLocked(b *Batch) {
	if !c.final {
		c.final, c.s.resume.final = true, true
		b.Tail = append(b.Tail, eio.Packet{Type: eio.Close, Data: c.s.retryHintLocked()})
	}
	if c.s.state == closed {
		b.End = eio.Close
	}
}

func (c *Conn) fillControlLocked(b *Batch) {
	if c.control == 0 || c.s.state == closed {
		return
	}
	if c.control&ctlPing != 0 && c.s.kept != nil {
		c.s.kept.asked = c.s.kept.pos.n // the pong says that this has arrived
	}
	if c.control&ctlOpen != 0 {
		if c.s.resume != nil {
			c.up = c.s.resume.have // what OPEN says: the client counts on from there
			c.s.resume.toldLocked()
		}
		b.Control = append(b.Control, eio.Packet{Type: eio.Open, Data: c.s.srv.openData(c)})
	}
	for i := range controlPackets {
		if c.control&controlPackets[i].bit != 0 {
			b.Control = append(b.Control, controlPackets[i].packet)
		}
	}
	if c.control&ctlAck != 0 {
		b.Control = append(b.Control, c.s.ackPacketLocked())
	}
	c.control = 0
}

// disarmLocked returns wake if it is to be called, and then it is not any more.
// It may be called on a nil Conn.
func (c *Conn) disarmLocked() func() {
	if c == nil || !c.armed {
		return nil
	}
	c.armed = false
	return c.wake
}

// Next waits until there is something to send and fills b with it. Its only error
// is that of ctx.
func (c *Conn) Next(ctx context.Context, b *Batch) error {
	c.awaitFirst(ctx)
	for {
		if err := c.TryNext(b); err != nil || !b.Empty() {
			c.answered()
			return err
		}
		var noop <-chan time.Time
		if c.tried() {
			t := time.NewTimer(noopEvery)
			defer t.Stop()
			noop = t.C
		}
		select {
		case <-c.signal:
		case <-noop:
			c.s.mu.Lock()
			c.control |= ctlNoop
			c.s.mu.Unlock()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// answered ends the wait of a poll before its answer is written: the client may
// have read that, and come again, before the write returns.
func (c *Conn) answered() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.waiting = false
}

// tried reports whether a WebSocket of the session has passed its probe.
func (c *Conn) tried() bool {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.s.trial != nil && c.s.trial.probed
}

// Receive handles a packet that came on this connection. It may block while the
// application is busy. After an error the connection is to be closed, and TryNext
// says so in its turn. Receive does not keep p.Data.
func (c *Conn) Receive(p eio.Packet) error {
	s := c.s
	if s.resume != nil {
		return c.receiveResumable(p)
	}
	s.mu.Lock()
	if c == s.cur {
		if p.Type == eio.Message && s.state == open && !s.busy { // nearly always
			s.busy = true
			s.mu.Unlock()
			return s.pass(p)
		}
		s.mu.Unlock()
		return s.receive(p)
	}
	var fx effects
	ok, upgraded := c == s.trial && s.state == open, false
	switch {
	case ok && isProbe(p):
		c.probeLocked(&fx)
	case ok && p.Type == eio.Upgrade && c.probed:
		c.upgradeLocked(&fx)
		upgraded = true
	default:
		ok = false
		if s.trial == c {
			s.trial = nil
		}
		c.over = true
		fx.wake(c)
	}
	s.mu.Unlock()
	if upgraded {
		s.srv.observe(Event{Kind: Attached, Transport: c.transport})
	}
	fx.wakeUp()
	if !ok {
		return ErrProtocol
	}
	return nil
}

// probeLocked answers the probe on the trial and ends a pending poll: the client
// goes on when its polling has come to rest.
func (c *Conn) probeLocked(fx *effects) {
	c.probed = true
	c.control |= ctlProbe
	fx.wake(c)
	if poll := c.s.cur; poll.waiting {
		poll.control |= ctlNoop
		fx.wake(poll)
	}
}

// upgradeLocked makes the trial the connection. A ping that no poll has fetched
// goes out on it; what the outbox holds follows.
func (c *Conn) upgradeLocked(fx *effects) {
	s := c.s
	old := s.cur
	s.cur, s.trial = c, nil
	c.control |= old.control & ctlPing
	old.over, old.control = true, ctlNoop
	fx.wake(c)
	fx.wake(old)
}

// Release ends an Attach. With a nil cause the request is over and the connection
// may go on with the next, which only polling does; else the connection is lost,
// and without resumption the session with it.
func (c *Conn) Release(cause error) {
	s := c.s
	defer s.srv.sessions.attached(-1)
	if s.resume != nil {
		c.releaseResumable(cause)
		return
	}
	s.mu.Lock()
	if cause != nil || c.transport != Polling {
		c.waiting, c.armed = false, false // else the next poll may be waiting already
	}
	if c == s.trial {
		s.trial, c.over = nil, true
	}
	lost := c == s.cur && (cause != nil || c.transport != Polling)
	until := time.Duration(0)
	if s.state == closing && s.reason == ShuttingDown {
		until = min(s.until, s.srv.now()+shutdownTime)
		s.until = until
	}
	s.mu.Unlock()
	if until > 0 {
		s.srv.wheel.schedule(s.srv, s, until)
	}
	if lost {
		s.end(reasonOf(cause))
	}
}

// reasonOf says what the end of a connection means for its session.
func reasonOf(cause error) CloseReason {
	switch {
	case cause == nil || errors.Is(cause, ErrPeerClosed):
		return TransportClose
	case errors.Is(cause, ErrProtocol):
		return ParseError
	case errors.Is(cause, ErrSlow):
		return SlowClient
	}
	return TransportError
}
