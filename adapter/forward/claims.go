// claims.go: which node opens the session of a race whose legs may reach any (PROTOCOL.md
// section 2): the first that one of them reaches. One node, found by hashing the race's
// name, keeps who that was.

package forward

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"
)

const (
	maxRID    = 64                     // bytes of a race's name
	maxClaims = 1 << 16                // that a node keeps, and that wait for an answer
	claimTime = 70 * time.Second       // for which one is kept: a race may last 30 s, and its name is known for as long
	claimWait = 200 * time.Millisecond // for the answer of the node that keeps it
)

var errClaim = errors.New("forward: the node that keeps the race does not answer")

type claims struct {
	mu      sync.Mutex // guards what follows
	byRID   map[string]tag
	oldest  []kept // in the order of their time
	waiting map[uint64]waiter
}

type kept struct {
	rid   string
	until time.Time
}

type waiter struct {
	asked nodeID
	owner chan tag // for one answer
}

func (c *claims) init() {
	c.byRID = make(map[string]tag)
	c.waiting = make(map[uint64]waiter)
}

// take returns whose race it is: that of who asks, if nobody had asked before. With too
// many races that cannot be known, nor as long as another node may have kept it: stable
// is false after one has come or gone.
func (c *claims) take(rid string, t tag, now time.Time, stable bool) (owner tag, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweepLocked(now)
	if owner, ok = c.byRID[rid]; ok {
		return owner, true
	}
	if len(c.byRID) >= maxClaims {
		return t, false
	}
	c.byRID[rid] = t
	c.oldest = append(c.oldest, kept{rid, now.Add(claimTime)})
	return t, stable
}

// sweep forgets races whose time is over.
func (c *claims) sweep(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweepLocked(now)
}

func (c *claims) sweepLocked(now time.Time) {
	for len(c.oldest) > 0 && !now.Before(c.oldest[0].until) {
		delete(c.byRID, c.oldest[0].rid)
		c.oldest[0] = kept{}
		c.oldest = c.oldest[1:]
	}
}

// ask notes that an answer to a claim is waited for; false if there are too many.
func (c *claims) ask(id uint64, w waiter) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) >= maxClaims {
		return false
	}
	c.waiting[id] = w
	return true
}

func (c *claims) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// answer takes the answer to a claim.
func (c *claims) answer(m frame) {
	t, ok := parseTag(m.data)
	c.mu.Lock()
	defer c.mu.Unlock()
	w, waits := c.waiting[m.id]
	if ok && waits && w.asked == m.from {
		delete(c.waiting, m.id)
		w.owner <- t
	}
}

// keep answers a claim.
func (f *Forwarder) keep(m frame) {
	n := len(m.data) - len(tag{})
	if n < 0 || n > maxRID {
		return
	}
	owner, ok := f.claims.take(string(m.data[:n]), tag(m.data[n:]), time.Now(), f.peers.stable())
	if !ok {
		return // who hears nothing goes on alone
	}
	_ = f.tell(m.from, &frame{kind: claimed, id: m.id, data: owner[:]}) // who hears nothing goes on alone
}

// Claim returns the tag of the node that a race belongs to: this one, if none of the
// race's requests has reached another before. An error says that this cannot be known.
func (f *Forwarder) Claim(ctx context.Context, rid string) ([2]byte, error) {
	own := f.Tag()
	keeper := f.keeperOf(rid)
	if keeper == f.id {
		owner, ok := f.claims.take(rid, own, time.Now(), f.peers.stable())
		if !ok {
			return own, errClaim
		}
		return owner, nil
	}
	id := f.next.Add(1)
	w := waiter{keeper, make(chan tag, 1)}
	if !f.claims.ask(id, w) {
		return own, errClaim
	}
	defer f.claims.forget(id)
	if err := f.tell(keeper, &frame{kind: claim, id: id, data: append([]byte(rid), own[:]...)}); err != nil {
		return own, err
	}
	late := time.NewTimer(claimWait)
	defer late.Stop()
	select {
	case owner := <-w.owner:
		return owner, nil
	case <-late.C:
		return own, errClaim
	case <-ctx.Done():
		return own, ctx.Err()
	}
}

// keeperOf returns the node that keeps the race: the one whose name and the race's have
// the highest hash, so that few races change hands when nodes come and go.
func (f *Forwarder) keeperOf(rid string) (keeper nodeID) {
	var most uint64
	for _, id := range append(f.peers.ids(), f.id) {
		h := fnv.New64a()
		h.Write(id[:])
		h.Write([]byte(rid))
		if sum := mix(h.Sum64()); sum >= most {
			most, keeper = sum, id
		}
	}
	return keeper
}

// mix spreads a hash whose upper bits hardly depend on the last bytes.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}
