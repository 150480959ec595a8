// members.go: who is there.

package cluster

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
)

const (
	// maxPeers is how many nodes and emitters are remembered: whoever can publish can
	// make them up.
	maxPeers = 4096
	// memory is how long those who are silent are remembered, for what is missing when
	// they are heard again.
	memory = 2 * time.Minute
)

// peer is who has published something. Guarded by link.mu.
type peer struct {
	heard  time.Time
	member bool // a node that answers
	copies copies
}

// heard notes that a node is there, or not any more. Nil: there are too many.
func (l *link) heard(m *node.Message) *peer {
	l.mu.Lock()
	p := l.peers[m.From]
	if p == nil {
		if len(l.peers) >= maxPeers && !l.forgetSilentLocked() {
			l.mu.Unlock()
			return nil
		}
		p = new(peer)
		l.peers[m.From] = p
	}
	p.heard = time.Now()
	left := l.setMemberLocked(p, m.Type != node.Goodbye && !strings.HasPrefix(m.From, emitterName))
	l.mu.Unlock()
	if left {
		l.node.Left(m.From)
	}
	return p
}

func (l *link) setMemberLocked(p *peer, member bool) (left bool) {
	left = p.member && !member
	switch {
	case left:
		l.members--
	case member && !p.member:
		l.members++
	}
	p.member = member
	return left
}

// forgetSilentLocked makes room for one, if not all are members.
func (l *link) forgetSilentLocked() bool {
	if l.members >= len(l.peers) {
		return false
	}
	for name, p := range l.peers {
		if !p.member {
			l.forgetLocked(name)
			return true
		}
	}
	return false
}

func (l *link) forgetLocked(name string) {
	delete(l.peers, name)
	for f := range l.feeds {
		if c := f.counts[name]; c != nil {
			delete(f.counts, name)
			delete(l.gaps, c)
			l.counts--
		}
	}
}

// Others implements [node.Link].
func (l *link) Others(ctx context.Context) (int, []string, error) {
	l.mu.Lock()
	wait := time.Until(l.settled)
	l.mu.Unlock()
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pulse.Away() {
		return 0, nil, ErrAway
	}
	names := []string{}
	for name, p := range l.peers {
		if p.member {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return len(names), names, nil
}

// run tells others that this node is there, and notices who is not, and what has not come.
func (l *link) run(late bool) {
	defer close(l.done)
	ticks := time.NewTicker(l.config.Heartbeat / 3)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-l.ctx.Done():
			return
		}
		late = late && !l.joinLate()
		for _, name := range l.silent() {
			l.node.Left(name)
		}
		l.tellAway()
		l.tellMissed()
		l.rooms.tick()
		if l.quiet() {
			// One that gets lost is followed by others.
			_ = l.Send(&node.Message{Type: node.Heartbeat, From: l.node.Name})
		}
	}
}

// echo notes that a message of this node's own has come back.
func (l *link) echo() {
	l.mu.Lock()
	back := l.pulse.Beat()
	told := l.away
	l.away = false
	l.mu.Unlock()
	if back || told {
		l.node.Fault(adapter.Fault{Kind: adapter.Missed})
	}
}

// tellAway tells, once, that the bus is away.
func (l *link) tellAway() {
	l.mu.Lock()
	away := l.pulse.Away() && !l.away
	l.away = l.away || away
	l.mu.Unlock()
	if away {
		l.node.Fault(adapter.Fault{Kind: adapter.Missed, Err: ErrAway})
	}
}

// silent returns who has not been heard of for too long.
func (l *link) silent() (gone []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, p := range l.peers {
		silence := l.pulse.Silence(p.heard)
		if silence >= l.config.Silence && l.setMemberLocked(p, false) {
			gone = append(gone, name)
		}
		if silence >= max(l.config.Silence, memory) {
			l.forgetLocked(name)
		}
	}
	return gone
}

// quiet tells whether others have to hear of this node by the next tick.
func (l *link) quiet() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.sent) >= l.config.Heartbeat*2/3
}
