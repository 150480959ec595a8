// fate.go: how attachments start and end, and what follows from it.

package client

import (
	"cmp"
	"log/slog"
	"slices"
	"time"
)

// Times of attachments.
const (
	patienceMin = 2500 * time.Millisecond // for OPEN and for 3probe; it doubles with each failure in a row
	patienceMax = 20 * time.Second
	rejoinMin   = 50 * time.Millisecond // before the first try to attach again
	maxSuper    = 3                     // refusals "superseded" in a row
)

// patience is how long the client waits for OPEN, or for 3probe.
func (s *session) patience() time.Duration {
	return min(patienceMin<<min(s.silences, 8), patienceMax)
}

// start starts an attachment over the transport.
func (s *session) start(transport string, leg bool) *attachment {
	s.k++
	a := newAttachment(s, transport)
	a.k, a.leg = s.k, leg
	a.sent, a.num, a.asked = s.out.base, s.have, s.have
	wait := s.patience()
	if leg {
		wait = min(2*wait, s.c.opts.Timeout)
	}
	s.enlist(a, wait)
	s.c.note(slog.LevelDebug, "everwire: attaching", "transport", transport, "at", a.k, "race", leg)
	s.c.spawn(&s.c.network, a.run)
	return a
}

// enlist makes a the newest attachment. OPEN must come in time.
func (s *session) enlist(a *attachment, wait time.Duration) {
	s.live = append(s.live, a)
	a.openTimer = s.c.timers.after(wait, func() {
		if !a.opened {
			s.dead(a, silence("no OPEN"))
		}
	})
}

// kill ends an attachment without consequences.
func (s *session) kill(a *attachment) {
	if a.dead {
		return
	}
	a.dead = true
	for _, t := range []*timer{a.openTimer, a.probeTimer, a.swapTimer} {
		t.stop()
	}
	a.cancel()
	s.live = slices.DeleteFunc(s.live, func(other *attachment) bool { return other == a })
	if s.cur == a {
		s.cur = nil
		s.sentTimer.stop()
	}
	if s.trial == a {
		s.trial = nil
	}
	s.checkDrained()
}

// newerThan reports whether an attachment newer than a lives.
func (s *session) newerThan(a *attachment) bool {
	return slices.ContainsFunc(s.live, func(other *attachment) bool { return other.k > a.k })
}

// gone is told that a has come to its end.
func (s *session) gone(a *attachment, err error) {
	switch r, ok := err.(*refusal); {
	case a.dead || s.over:
		s.kill(a)
	case s.trial == a: // it has attached nothing: whatever it is, nothing is lost
		s.trialFailed(a, err)
	case ok:
		s.refused(a, r)
	default:
		s.dead(a, err)
	}
}

// refused: only what the newest attachment is told counts.
func (s *session) refused(a *attachment, r *refusal) {
	if a.dead || s.over {
		return
	}
	switch newest := !s.newerThan(a); {
	case s.sid == "" && a.leg:
		// The session of this race has ended before its OPEN was read.
		s.end(r.why, r)
		return
	case s.stock || newest && r.why != Superseded:
		s.end(r.why, r)
		return
	case newest:
		if s.super++; s.super > maxSuper {
			s.end(r.why, r)
			return
		}
	}
	s.dead(a, r)
}

// dead: a is lost. If it was the last that lived, the client attaches again.
func (s *session) dead(a *attachment, err error) {
	if a.dead || s.over {
		return
	}
	s.c.note(slog.LevelDebug, "everwire: connection lost", "transport", a.transport, "at", a.k, "error", err)
	s.c.lastErr = err
	newer := s.newerThan(a)
	failed := s.blame(a, err)
	s.kill(a)
	switch {
	case s.sid == "":
		s.legDied(err)
	case s.stock:
		s.end(reasonOf(err), err)
	case newer:
	case len(s.live) > 0:
		s.doubt(s.live[len(s.live)-1])
	default:
		if failed {
			s.fails++
		} else {
			s.fails, s.silences = 0, 0
		}
		s.again()
	}
	if s.cur == nil && s.sid != "" && !s.over && !s.suspended {
		s.suspended = true
		s.c.Socket.push(job{run: s.c.onSuspend})
	}
}

// blame reports whether the attachment has failed, and counts that against its
// transport. A connection that was alive and broke has not, one that went silent
// has.
func (s *session) blame(a *attachment, err error) bool {
	l, ok := err.(*lost)
	failed := !a.proved && !a.moved || ok && l.silent
	if failed {
		s.c.failures[a.transport]++
	}
	if ok && l.silent {
		s.silences++ // the network may be slow; what is refused at once says nothing of that
	}
	if a.transport == WebSocket && a.opened && time.Since(a.since) > upwardReset {
		s.c.upward = upwardFirst
	}
	return failed
}

// doubt: the newest attachment failed, and o, which is older, may have been retired
// by it.
func (s *session) doubt(o *attachment) {
	if o.opened && o.transport != Polling {
		o.probeTimer.stop()
		s.probe(o)
	}
}

// again attaches anew, soon.
func (s *session) again() {
	if s.retryTimer.pending() {
		return
	}
	b := Backoff{Min: rejoinMin, Max: s.c.opts.Reconnect.Max, Jitter: 0.5}
	s.retryTimer = s.c.timers.after(b.delay(max(s.fails-1, 0), s.c.fraction()), func() {
		if len(s.live) == 0 {
			s.start(s.best()[0], false)
		}
	})
}

// best returns the transports that may be used, the one that has failed least first.
func (s *session) best() []string {
	all := slices.Clone(s.c.opts.Transports)
	if len(s.transports) > 0 {
		all = slices.Clone(s.transports)
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(s.c.failures[a], s.c.failures[b]) })
	return all
}

// move attaches over another transport, at the application's wish.
func (s *session) move(transport string) {
	if s.over || s.stock || s.sid == "" {
		return
	}
	if allowed := s.best(); transport == "" {
		transport = allowed[0]
	} else if !slices.Contains(allowed, transport) {
		return
	}
	if s.trial != nil {
		s.kill(s.trial)
	}
	s.retryTimer.stop()
	s.start(transport, false)
}

func reasonOf(err error) Reason {
	switch e := err.(type) {
	case *lost:
		return e.why
	case *refusal:
		return e.why
	}
	return TransportError
}
