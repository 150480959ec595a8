// race.go: several transports try to open the same session, staggered.

package client

import "time"

// stagger is the head start of each leg over the next one.
const stagger = 300 * time.Millisecond

// race starts the legs. A race that goes on after all its legs have failed keeps
// its rid and counts on: the server may have opened a session for a leg whose OPEN
// was lost.
func (s *session) race() {
	s.legs = s.best()
	s.nextLeg()
}

func (s *session) nextLeg() {
	s.legTimer.stop()
	transport := s.legs[0]
	s.legs = s.legs[1:]
	s.start(transport, true)
	if len(s.legs) > 0 {
		s.legTimer = s.c.timers.after(stagger, s.nextLeg)
	}
}

// legDied starts the next leg at once, or the next round later.
func (s *session) legDied(err error) {
	switch {
	case len(s.legs) > 0:
		s.nextLeg()
	case len(s.live) > 0:
	case s.c.opts.NoReconnect:
		s.end(reasonOf(err), err)
	default:
		delay := s.c.opts.Reconnect.delay(s.fails, s.c.fraction())
		s.fails++
		s.legTimer = s.c.timers.after(delay, s.race)
	}
}
