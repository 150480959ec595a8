// Package pulse tells a bus that is away from nodes that are gone: a node that does not even
// hear itself has no reason to give up others.
package pulse

import "time"

// A Pulse is what a node knows of its bus by the messages of its own that come back. It has
// no lock: its owner does.
type Pulse struct {
	limit time.Duration
	heard time.Time // when this node heard itself for the last time
	back  time.Time // when it did after it had not for too long
}

// New returns the pulse of a node that hears itself at least every so often, by default.
func New(every time.Duration) Pulse { return Pulse{limit: 2 * every, heard: time.Now()} }

// Beat notes that a message of this node's own has come back, and reports whether none had
// for too long.
func (p *Pulse) Beat() (back bool) {
	if back = p.Away(); back {
		p.back = time.Now()
	}
	p.heard = time.Now()
	return back
}

// Away tells whether this node has not heard itself for two of its intervals.
func (p *Pulse) Away() bool { return time.Since(p.heard) >= p.limit }

// Silence is for how long somebody is silent who was heard at a time: that of all begins
// again when the bus is back, and is nothing while it is away.
func (p *Pulse) Silence(heard time.Time) time.Duration {
	switch {
	case p.Away():
		return 0
	case p.back.After(heard):
		heard = p.back
	}
	return time.Since(heard)
}
