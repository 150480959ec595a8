// peers.go: which nodes there are, and their tags.

package forward

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter/internal/pulse"
)

// maxPeers is how many nodes are remembered: whoever can publish can make them up.
const maxPeers = 4096

type peers struct {
	settled   time.Time // when those that were there before have been heard of
	heartbeat time.Duration

	mu    sync.Mutex // guards what follows
	own   tag
	known map[nodeID]peer
	pulse pulse.Pulse

	changed time.Time // when a node came or went, this one too
}

type peer struct {
	tag   tag
	heard time.Time
}

func (p *peers) init(heartbeat time.Duration) {
	p.heartbeat = heartbeat
	rand.Read(p.own[:])
	p.known = make(map[nodeID]peer)
	p.pulse, p.changed = pulse.New(heartbeat), time.Now()
}

// stable reports whether no node has come or gone for so long that all have heard of it.
func (p *peers) stable() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.changed) >= 2*p.heartbeat
}

// echo notes that a message of this node's own has come back: the bus works.
func (p *peers) echo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulse.Beat()
}

// certain reports whether a node that is not known can be called gone.
func (p *peers) certain() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.pulse.Away()
}

func (p *peers) ownTag() tag {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.own
}

// heard notes that a node is there; false if there are too many.
func (p *peers) heard(id nodeID, t tag) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.known[id]; !known {
		if len(p.known) >= maxPeers {
			return false
		}
		p.changed = time.Now()
	}
	p.known[id] = peer{t, time.Now()}
	return true
}

// yield takes another tag than other has, if it is for this node to do so.
func (p *peers) yield(self, other nodeID) bool {
	if bytes.Compare(self[:], other[:]) < 0 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for taken := true; taken; {
		rand.Read(p.own[:])
		taken = false
		for _, o := range p.known {
			taken = taken || o.tag == p.own
		}
	}
	return true
}

func (p *peers) left(id nodeID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known, id)
	p.changed = time.Now()
}

// silent forgets who has not been heard of for too long.
func (p *peers) silent(limit time.Duration) (lost []nodeID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, o := range p.known {
		if p.pulse.Silence(o.heard) >= limit {
			delete(p.known, id)
			lost = append(lost, id)
			p.changed = time.Now()
		}
	}
	return lost
}

// settle waits until those have been heard of that were there before this node.
func (p *peers) settle(ctx context.Context) error {
	wait := time.Until(p.settled)
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// find returns the node with that tag, of two the smaller, which keeps it.
func (p *peers) find(t tag) (found nodeID, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, o := range p.known {
		if o.tag == t && (!ok || bytes.Compare(id[:], found[:]) < 0) {
			found, ok = id, true
		}
	}
	return found, ok
}

// ids returns all nodes but this one.
func (p *peers) ids() []nodeID {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]nodeID, 0, len(p.known))
	for id := range p.known {
		list = append(list, id)
	}
	return list
}
