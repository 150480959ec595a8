// session.go: what a session ID names: its outbox, its connections, its deadlines
// and its one end.

package engine

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// Receiver gets what the client of one session sends. Its calls never overlap,
// and Closed is the last.
type Receiver interface {
	// Receive handles a message. It may block to slow the client down, but not
	// beyond the end of the session (see [Session.Done]). It must not keep
	// p.Data. An error closes the session with [ParseError].
	Receive(p eio.Packet) error

	// Closed is called once, when the session has ended. It must not block.
	Closed(reason CloseReason)
}

// state of a session. It only ever grows.
type state uint8

const (
	fresh   state = iota // made for a handshake, not attached yet
	open                 // registered
	closing              // takes no more messages, and hands out the rest of its outbox
	closed               // forgotten
)

// How long a session that the server closed waits to tell its client so. A server
// that shuts down does not wait that long for a client that has no poll pending:
// one that is there comes back within a round trip.
const (
	drainTime    = 30 * time.Second
	shutdownTime = 2 * time.Second
)

// Session is one Engine.IO session. Its methods may be called concurrently. It
// starts no goroutine.
type Session struct {
	srv       *Server
	id        string
	request   *Request
	principal string     // of Config.Principal
	counted   netip.Addr // what its time without a namespace is counted under
	receiver  Receiver   // written once, under mu, before anything is received

	place place // on the server's wheel, guarded by wheel.mu

	mu      sync.Mutex // guards what follows
	state   state
	joined  bool // the client is in a namespace, or the session is no longer counted
	told    bool // Receiver.Closed was called, or is about to be
	busy    bool // in Receiver.Receive
	posting bool // a POST is being handled
	pinged  bool // a ping waits for its pong
	reason  CloseReason
	out     outbox
	cur     *Conn // the connection, or the last one; nil only while fresh
	trial   *Conn // a WebSocket that may become the connection

	resume *resume // nil without resumption; set once, before the session is registered
	kept   *kept   // nil unless a session without resumption keeps what it has handed out

	due   time.Duration // of the next ping or, if pinged, of the pong
	until time.Duration // joining while open, draining while closing
	stale time.Duration // when an outbox above outboxStale is too old; 0: it is not above
	torn  time.Duration // when a packet that came in part is too old; 0: there is none

	tornBytes int // that are kept of it

	free chan struct{} // made by who waits for busy to end
	done chan struct{} // made by Done
}

// ID returns the session ID. It is a secret: never log it or show it to others.
func (s *Session) ID() string { return s.id }

// Request returns what was kept of the request that opened the session.
func (s *Session) Request() *Request { return s.request }

// Resumes reports whether the session outlives its connections. It may be asked from
// the first Attach on.
func (s *Session) Resumes() bool { return s.resume != nil }

// Logger returns the server's logger, for transports.
func (s *Session) Logger() *slog.Logger { return s.srv.cfg.Logger }

// Transport returns the name of the transport of the current connection.
func (s *Session) Transport() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cur.transport
}

// Done returns a channel that is closed when the session takes and delivers no
// more messages.
func (s *Session) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		s.done = make(chan struct{})
		if s.state > open {
			close(s.done)
		}
	}
	return s.done
}

// Joined tells the engine that the client has joined a namespace, which ends the
// time and the number that a session without one is limited by.
func (s *Session) Joined() {
	s.mu.Lock()
	if r := s.resume; r != nil && r.early && !r.heard {
		// Whoever brings clients in unasked must not lift the limits of those that never
		// come back.
		r.owesJoin.Store(true)
		s.mu.Unlock()
		return
	}
	first := !s.joined && s.state == open
	if first {
		s.joined, s.until = true, 0
	}
	s.mu.Unlock()
	if first {
		s.srv.sessions.unreserve(s.counted)
	}
}

// tornTime is how long a packet that has come in part waits to be continued.
const tornTime = 10 * time.Second

func (s *Session) tornTime() time.Duration {
	if s.resume != nil {
		return max(tornTime, s.srv.cfg.Resume.Window)
	}
	return tornTime
}

// Torn tells the engine how many bytes are kept of the client's latest packet, if it
// came only in part; 0: it did not. If it is not continued for 10 s the session ends
// with [ParseError]: a client must not have us hold what it never finishes. With
// resumption it is Resume.Window, since the rest may be on its way over the next
// connection.
func (s *Session) Torn(bytes int) {
	var until time.Duration
	if bytes > 0 {
		until = s.srv.now() + s.tornTime()
	}
	var fx effects
	s.mu.Lock()
	s.recountLocked(func() { s.torn, s.tornBytes = until, bytes }, &fx)
	s.mu.Unlock()
	if until > 0 {
		s.srv.wheel.schedule(s.srv, s, until)
	}
	if fx.victim != nil {
		s.settle(&fx)
	}
}

// Close ends the session after what it was sent so far has been delivered, for
// which a polling client has 30 s to come. It does nothing to a session that has
// ended.
func (s *Session) Close(reason CloseReason) {
	s.mu.Lock()
	if s.state != open {
		s.mu.Unlock()
		return
	}
	until := s.srv.now() + drainTime
	if reason == ShuttingDown && !s.cur.waiting {
		until = s.srv.now() + shutdownTime
	}
	s.until = until
	s.stopLocked(closing, reason)
	fx := s.wakeAllLocked()
	if s.resume != nil {
		s.oweAckLocked(&fx) // of what was taken until now
	}
	s.mu.Unlock()
	s.srv.wheel.schedule(s.srv, s, until)
	s.farewell()
	fx.wakeUp()
}

// wakeAllLocked has all connections told of a change of the session.
func (s *Session) wakeAllLocked() (fx effects) {
	fx.wake(s.cur)
	fx.wake(s.trial)
	if s.resume != nil {
		for _, leg := range s.resume.legs {
			fx.wake(leg)
		}
	}
	return fx
}

// end ends the session at once; what waits is lost.
func (s *Session) end(reason CloseReason) {
	s.mu.Lock()
	if s.state == closed || s.state == fresh {
		s.mu.Unlock()
		return
	}
	if s.resume != nil {
		s.forsakeLocked()
	}
	s.settleKeptLocked()
	s.dropLocked()
	s.stopLocked(closed, reason)
	fx := s.wakeAllLocked()
	s.mu.Unlock()
	s.forget()
	s.farewell()
	fx.wakeUp()
}

// dropLocked forgets what was to be sent, at the end of the session.
func (s *Session) dropLocked() {
	s.out.drop()
	if s.kept != nil {
		s.kept.pos = s.out.start()
	}
}

// stopLocked moves on to closing or closed.
func (s *Session) stopLocked(to state, reason CloseReason) {
	if s.state == open {
		s.reason = reason
		s.settleKeptLocked()
		if s.done != nil {
			close(s.done)
		}
	}
	s.state = to
}

// forget removes a closed session from all that knows it.
func (s *Session) forget() {
	s.mu.Lock()
	joined := s.joined
	s.joined = true
	s.mu.Unlock()
	s.srv.wheel.remove(s)
	s.srv.sessions.remove(s)
	if !joined {
		s.srv.sessions.unreserve(s.counted)
	}
}

// farewell calls Receiver.Closed, once, unless Receive is running: then whoever
// runs it does so afterwards.
func (s *Session) farewell() {
	s.mu.Lock()
	ready := s.state > open && !s.told && !s.busy && s.receiver != nil
	s.told = s.told || ready
	reason, transport := s.reason, s.cur.transport
	s.mu.Unlock()
	if ready {
		s.srv.observe(Event{Kind: SessionClosed, Transport: transport, Reason: reason})
		s.receiver.Closed(reason)
		s.forgetRest()
	}
}

// receive handles one packet of the client.
func (s *Session) receive(p eio.Packet) error {
	switch p.Type {
	case eio.Message:
		return s.deliver(p)
	case eio.Pong:
		s.pong()
	case eio.Close:
		s.leave()
	case eio.Ping, eio.Ack:
		// Heartbeats run from server to client in this protocol, and it knows no acks.
		s.end(ParseError)
		return ErrProtocol
	}
	return nil // the official server ignores the other types too
}

// deliver passes a message to the receiver, after whoever does so now.
func (s *Session) deliver(p eio.Packet) error {
	if !s.acquire() {
		return nil // the session has ended: what comes now is ignored
	}
	return s.pass(p)
}

// pass passes a message on; the caller has set busy.
func (s *Session) pass(p eio.Packet) error {
	if s.srv.cfg.Observer != nil {
		s.srv.observe(Event{Kind: Received, Transport: s.Transport(), Packets: 1, Bytes: len(p.Data)})
	}
	err := s.receiver.Receive(p)
	s.release()
	if err != nil {
		s.srv.cfg.Logger.Info("everwire: client broke the protocol, its session is closed",
			"session", s.short(), "error", err)
		s.Close(ParseError)
	}
	return err
}

// leave ends the session because the client said so.
func (s *Session) leave() {
	s.mu.Lock()
	if s.resume == nil || s.cur.transport == Polling {
		s.cur.farewell = eio.Noop
	}
	s.cur.final = true // it knows
	s.mu.Unlock()
	s.end(TransportClose)
}

// acquire waits for the right to call Receiver.Receive; false at the end of the
// session.
func (s *Session) acquire() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waitTurnLocked(func() bool { return true })
	if s.state != open {
		return false
	}
	s.busy = true
	return true
}

// waitTurnLocked waits until nobody is in Receiver.Receive, for as long as the session
// is open and what waits still counts. It gives the lock up meanwhile.
func (s *Session) waitTurnLocked(counts func() bool) {
	for s.busy && s.state == open && counts() {
		if s.free == nil {
			s.free = make(chan struct{})
		}
		free := s.free
		s.mu.Unlock()
		<-free
		s.mu.Lock()
	}
}

func (s *Session) release() {
	s.mu.Lock()
	s.busy = false
	if s.free != nil {
		close(s.free)
		s.free = nil
	}
	ended := s.state > open
	s.mu.Unlock()
	if ended {
		s.farewell()
	}
}

// short returns as much of the session ID as a log may show.
func (s *Session) short() string { return s.id[:min(6, len(s.id)/4)] }
