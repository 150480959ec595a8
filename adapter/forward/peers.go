// peers.go: which nodes there are, and their tags.

package forward

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// maxPeers is how many nodes are remembered: whoever can publish can make them up.
const maxPeers = 4096

type peers struct {
	settled time.Time // when those that were there before have been heard of

	mu    sync.Mutex // guards what follows
	own   tag
	known map[nodeID]peer
	alone time.Time // since when this node has not heard itself on the bus, about
	back  time.Time // when it heard itself again after it had not for too long
	gone  bool      // the bus, as far as this node can tell

	changed time.Time // when a node came or went, this one too
}

type peer struct {
	tag   tag
	heard time.Time
}

func (p *peers) init() {
	rand.Read(p.own[:])
	p.known = make(map[nodeID]peer)
	p.alone, p.changed = time.Now(), time.Now()
}

// stable reports whether no node has come or gone for so long.
func (p *peers) stable(long time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.changed) >= long
}

// echo notes that a message of this node's own has come back: the bus works.
func (p *peers) echo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.gone {
		p.gone, p.back = false, now
	}
	p.alone = now
}

// certain reports whether a node that is not known can be called gone: not while the bus is away, nor before all have had
// the time to say that they are there.
func (p *peers) certain() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.gone
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

// silent forgets who has not been heard of for too long. While this node does not even hear itself, which it does with
// each heartbeat, it is the bus that is away, or was: nobody else is to blame, and their time begins again afterwards.
func (p *peers) silent(limit, heartbeat time.Duration) (lost []nodeID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone = p.gone || time.Since(p.alone) >= 2*heartbeat; p.gone {
		return nil
	}
	for id, o := range p.known {
		since := o.heard
		if p.back.After(since) {
			since = p.back
		}
		if time.Since(since) >= limit {
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
