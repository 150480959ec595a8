// probe.go: liveness: 2probe and 3probe, and the try of a WebSocket that risks
// nothing.

package client

import (
	"log/slog"
	"slices"
	"time"
)

// When the client asks whether the connection is alive, beside right after OPEN.
const (
	sentWait = 2 * time.Second // after something was sent and not acknowledged
	swapWait = 5 * time.Second // after OPEN
)

// When a WebSocket is tried while the session is on another transport. The wait
// doubles with each try, and begins anew once a WebSocket has lasted.
const (
	upwardFirst = 5 * time.Second
	upwardMax   = 10 * time.Minute
	upwardReset = time.Minute
)

// prove finds out whether a fresh connection is alive.
func (s *session) prove(a *attachment) {
	switch {
	case s.stock:
		s.alive(a)
		return
	case a.transport == Polling:
		s.proved(a) // the answer is the proof
	case a.proved:
		s.alive(a)
	case a.probing:
		s.awaitProbe(a)
	default:
		s.probe(a)
	}
	a.swapTimer = s.c.timers.after(swapWait, func() {
		if s.cur == a && a.transport != Polling {
			s.probe(a)
		}
	})
	s.planUpward()
}

// probe sends 2probe, unless one is under way.
func (s *session) probe(a *attachment) {
	if a.dead || a.probeTimer.pending() {
		return
	}
	a.due.probe = true
	a.notify()
	s.awaitProbe(a)
}

func (s *session) awaitProbe(a *attachment) {
	a.probeTimer = s.c.timers.after(s.patience(), func() {
		// It waits behind a POST, which has limits of its own, or nobody reads its
		// answer because handlers are behind.
		if a.posting && a.due.probe || s.c.isBehind(s.patience()) {
			s.awaitProbe(a)
			return
		}
		s.dead(a, silence("no 3probe"))
	})
}

// proved takes 3probe.
func (s *session) proved(a *attachment) {
	a.probeTimer.stop()
	s.alive(a)
}

func (s *session) alive(a *attachment) {
	a.proved = true
	if s.early {
		s.early = false
		s.c.Socket.settled()
	}
	s.fails, s.silences = 0, 0
	s.c.failures[a.transport] = 0
}

// watchSent has the connection probed when what was sent on it stays
// unacknowledged. A POST has its own limits.
func (s *session) watchSent() {
	a := s.cur
	if s.stock || a == nil || a.transport != WebSocket || a.sent <= s.out.base || s.sentTimer.pending() {
		return
	}
	s.sentTimer = s.c.timers.after(sentWait, func() {
		s.probe(a)
		s.watchSent()
	})
}

// planUpward has a WebSocket tried later, if the session is on another transport.
func (s *session) planUpward() {
	if s.cur.transport == WebSocket || !slices.Contains(s.transports, WebSocket) || s.upTimer.pending() {
		return
	}
	s.upTimer = s.c.timers.after(s.c.upward, s.tryUpward)
	s.c.upward = min(2*s.c.upward, upwardMax)
}

// tryUpward opens a WebSocket that attaches nothing until it was proved.
func (s *session) tryUpward() {
	if s.cur == nil || s.cur.transport == WebSocket || len(s.live) > 1 || s.trial != nil {
		if s.cur != nil {
			s.planUpward()
		}
		return
	}
	a := newAttachment(s, WebSocket)
	a.k = -1
	s.trial = a
	a.openTimer = s.c.timers.after(s.patience(), func() { s.trialFailed(a, silence("no 3probe")) })
	s.c.spawn(&s.c.network, a.run)
}

func (s *session) trialFailed(a *attachment, err error) {
	s.c.note(slog.LevelDebug, "everwire: no WebSocket", "error", err)
	s.kill(a)
	if s.cur != nil {
		s.planUpward()
	}
}

// promote makes the trial the newest attachment.
func (s *session) promote(a *attachment) {
	a.openTimer.stop()
	s.trial = nil
	s.k++
	a.k, a.proved = s.k, true
	a.sent, a.num, a.asked = s.out.base, s.have, s.have
	a.due.attach = true
	s.enlist(a, s.patience())
	s.retryTimer.stop()
	s.c.note(slog.LevelDebug, "everwire: attaching", "transport", WebSocket, "at", a.k, "tried", true)
	a.notify()
}
