// resume.go: what a session keeps so that it can outlive its connections: the
// numbers of both directions and their acknowledgements (PROTOCOL.md section 3).

package engine

import (
	"container/list"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// How long the client waits at most to hear which of its messages have arrived
// over a WebSocket. In POSTs the answer says it.
const (
	ackEvery = 32       // messages
	ackBytes = 64 << 10 // of them
	ackAfter = 700 * time.Millisecond
)

// resume is the part of a session that only one with resumption has. It is guarded
// by Session.mu.
type resume struct {
	at        number // of the newest attachment; absent while there is none
	transport string // of it
	run       number // the largest p of its polls

	acked  uint64        // packets of ours that the client has
	have   uint64        // packets of messages that were taken from the client
	told   uint64        // those that it knows of
	untold int           // bytes of the others
	again  time.Duration // when a ping that a poll has taken is sent again; 0: none was taken
	ackDue time.Duration // when it is told of the others, over a WebSocket; 0: not planned

	posts   int           // POSTs under way
	waiting int           // those of them that have arrived
	turn    chan struct{} // holds a token while one of them is handled; made by the first
	leaving bool          // the client has said with its last messages that it leaves
	final   bool          // the session's end was written to a connection

	early    bool        // the server has brought the client into the main namespace by itself
	heard    bool        // the client has said something since
	owesJoin atomic.Bool // the end of the limits waits for that

	rid    string  // of the race that opened the session
	racing bool    // the client has not said yet which of its connections it took
	legs   []*Conn // the candidates of the race, oldest first

	detached bool          // it has no connection
	lost     CloseReason   // for which it has none
	until    time.Duration // the end of the race or, when detached, of the window
	seen     bool          // what the receiver was last told: that the session is detached
	telling  bool          // somebody tells the receiver
	place    *list.Element // of a detached session among the others
	heldTorn int           // what it counts for there beside its outbox
}

// effects are what a change of a session has outside of it: they wait until
// Session.mu is free.
type effects struct {
	wakes []func()
	look  time.Duration // when the wheel is to look at the session; 0: as planned
	end   CloseReason   // not empty: the session ends

	events []Event  // for the observer
	victim *Session // that has to end, because detached sessions hold too much
}

func (fx *effects) wake(c *Conn) {
	if w := c.disarmLocked(); w != nil {
		fx.wakes = append(fx.wakes, w)
	}
}

func (fx *effects) lookAt(at time.Duration) {
	if fx.look == 0 || at < fx.look {
		fx.look = at
	}
}

func (fx *effects) wakeUp() {
	for _, wake := range fx.wakes {
		wake()
	}
}

// settle is called without the lock after each change.
func (s *Session) settle(fx *effects) {
	for _, e := range fx.events {
		s.srv.observe(e)
	}
	fx.wakeUp()
	if fx.look > 0 {
		s.srv.wheel.schedule(s.srv, s, fx.look)
	}
	for victim := fx.victim; victim != nil; victim = s.srv.hoard.over() {
		victim.expire()
	}
	if fx.end != "" {
		s.end(fx.end)
		return
	}
	s.finish()
	s.tellReceiver()
}

// sendResumable is Send with the lock held, which it gives up.
func (s *Session) sendResumable(m *Message) (err error) {
	var fx effects
	buffer := s.srv.cfg.Resume.Buffer
	old, at := s.out.waiting(m)
	switch {
	case m.size-overhead > buffer:
		err = ErrMessageTooLarge
	case !fits(s.out.bytes-old.weight(), m.size, buffer):
		fx.end, err = SlowClient, ErrSlow
	default:
		s.out.put(m, old, at)
		s.putLocked(m, old, &fx)
	}
	s.mu.Unlock()
	s.settle(&fx)
	return err
}

// putLocked sees to a message that was put into the outbox, perhaps in the place of
// old.
func (s *Session) putLocked(m, old *Message, fx *effects) {
	r := s.resume
	switch {
	case r.detached:
		s.holdMoreLocked(m, old, fx)
	case r.racing:
		for _, leg := range r.legs {
			fx.wake(leg)
		}
	default:
		if s.out.behind(s.cur.pos) > outboxStale && s.stale == 0 {
			s.stale = s.srv.now() + outboxPatience
			fx.lookAt(s.stale)
		}
		fx.wake(s.cur)
	}
}

// forsakeLocked lets go of what a session holds elsewhere, at its end.
func (s *Session) forsakeLocked() {
	s.unholdLocked()
	if s.resume.rid != "" {
		s.srv.races.end(s.srv, s)
	}
}

// tellLocked keeps an event for the observer.
func (s *Session) tellLocked(e Event, fx *effects) {
	if s.srv.cfg.Observer != nil {
		fx.events = append(fx.events, e)
	}
}

// finish ends a session that the application has closed, when its client has
// everything and was told.
func (s *Session) finish() {
	s.mu.Lock()
	told := s.state == closing && s.resume.final
	done := told && s.out.base == s.out.tail
	if told && s.reason == ShuttingDown {
		s.until = min(s.until, s.srv.now()+shutdownTime)
	}
	reason, until := s.reason, s.until
	s.mu.Unlock()
	switch {
	case done:
		s.end(reason)
	case told:
		s.srv.wheel.schedule(s.srv, s, until)
	}
}

// change runs f with the lock held, and then does what it asked for.
func (s *Session) change(f func(fx *effects)) {
	var fx effects
	s.mu.Lock()
	f(&fx)
	s.mu.Unlock()
	s.settle(&fx)
}

// currentLocked reports whether a request of attachment at over transport may
// change the session.
func (s *Session) currentLocked(at number, transport string) bool {
	r := s.resume
	return s.state != closed && !r.leaving && r.at == at && r.transport == transport
}

// ackLocked takes the client's word that it has everything up to n.
func (s *Session) ackLocked(n number, fx *effects) (ok bool) {
	if uint64(n) > s.out.sent {
		fx.end = ParseError
		return false
	}
	s.resume.acked = max(s.resume.acked, uint64(n))
	s.trimLocked(fx)
	return true
}

// trimLocked forgets what the client has acknowledged. A WebSocket goes on from
// where it stands: its messages are counted, so that none may be left out, not even
// those that the client got through an older connection.
func (s *Session) trimLocked(fx *effects) {
	n := s.resume.acked
	if c := s.cur; c.transport == WebSocket && !c.over {
		n = min(n, c.pos.n)
	}
	if n <= s.out.base {
		return
	}
	s.recountLocked(func() { s.out.ack(n) }, fx)
	if s.out.bytes <= outboxStale {
		s.stale = 0
	}
}

// verdict is what becomes of a numbered message.
type verdict uint8

const (
	taken   verdict = iota // it was handed to the receiver, or had been before
	refused                // its connection does not count any more, or the session ends
	gap                    // messages before it are missing
)

// take hands message n of the client to the receiver, in its turn. It waits for
// the one before to be handled, and then checks again whether this one counts: in
// between another connection may have taken the place of its own.
func (s *Session) take(n uint64, p eio.Packet, counts func() bool) (verdict, error) {
	var fx effects
	s.mu.Lock()
	s.waitTurnLocked(counts)
	r := s.resume
	v, fresh := taken, false
	switch {
	case !counts(), s.state != open:
		v = refused
	case n > r.have+1:
		v = gap
	case n == r.have+1:
		s.tookLocked(len(p.Data), &fx)
		s.busy, fresh = true, true
	}
	s.mu.Unlock()
	s.settle(&fx)
	if !fresh {
		return v, nil
	}
	return v, s.pass(p)
}

// tookLocked counts a message of the client, and sees to it that the client hears
// of it.
func (s *Session) tookLocked(size int, fx *effects) {
	r := s.resume
	r.have++
	r.untold += size
	if r.have-r.told >= ackEvery || r.untold >= ackBytes {
		s.oweAckLocked(fx)
	} else if r.ackDue == 0 && s.cur.transport == WebSocket {
		r.ackDue = s.srv.now() + ackAfter
		fx.lookAt(r.ackDue)
	}
}

// oweAckLocked has the acknowledgement sent now, over a WebSocket.
func (s *Session) oweAckLocked(fx *effects) {
	s.resume.ackDue = 0
	if c := s.cur; s.resume.have > s.resume.told && c.transport == WebSocket && !c.over {
		c.control |= ctlAck
		fx.wake(c)
	}
}

// toldLocked notes that the client is told what has arrived.
func (r *resume) toldLocked() {
	r.told, r.untold, r.ackDue = r.have, 0, 0
}
