// count.go: which messages of others are missing, and which come a second time.

package cluster

import (
	"math"

	"github.com/everwire/everwire/adapter"
)

// count follows the numbers of one node's messages in one topic. Guarded by link.mu.
type count struct {
	next  uint64 // number of the next message
	holes uint64 // messages from mark on that have not come
	mark  uint64 // what was next at the last tick
	old   uint64 // messages before mark that have not come
}

// add notes a message. Numbers begin with 1, and begin anew when the publisher has
// forgotten them. Messages of several goroutines may overtake each other.
func (c *count) add(n uint64) {
	switch {
	case c.next == 0 || n == 1:
		*c = count{next: n + 1, mark: n + 1}
	case n >= c.next:
		c.holes += n - c.next
		c.next = n + 1
	case n < c.mark && c.old > 0:
		c.old--
	case n >= c.mark && c.holes > 0:
		c.holes--
	}
}

// missing returns how many messages have not come for a whole tick, once.
func (c *count) missing() (n uint64) {
	n, c.old = c.old, c.holes
	c.holes, c.mark = 0, c.next
	return n
}

// whole tells whether no message is missing.
func (c *count) whole() bool { return c.holes == 0 && c.old == 0 }

// maxCounts is how many counts a namespace keeps. Messages of further topics are not
// counted.
const maxCounts = 1 << 16

// countedLocked counts a message, which may fill its receiver's gaps or open one.
func (l *link) countedLocked(f *feed, from string, n uint64) {
	c := f.counts[from]
	if c == nil {
		if l.counts >= maxCounts {
			return
		}
		if f.counts == nil {
			f.counts = make(map[string]*count)
		}
		c = new(count)
		f.counts[from] = c
		l.counts++
	}
	if c.add(n); !c.whole() {
		l.gaps[c] = struct{}{}
	}
}

// missed returns how many messages are missing for good.
func (l *link) missed() (n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.gaps {
		n += c.missing()
		if c.whole() {
			delete(l.gaps, c)
		}
	}
	return n
}

// tellMissed tells the application of a gap.
func (l *link) tellMissed() {
	if n := l.missed(); n > 0 {
		l.node.Fault(adapter.Fault{Kind: adapter.Missed, Messages: int(min(n, math.MaxInt32))})
	}
}

// copies remembers which messages have come that go to several topics.
type copies struct {
	newest uint64
	seen   [windowSize / 64]uint64 // a bit for each of the newest, by number
}

// windowSize is how many are remembered: as many goroutines may publish at a time.
const windowSize = 1024

// first tells whether a message comes for the first time.
func (c *copies) first(n uint64) bool {
	if n > c.newest {
		if n-c.newest >= windowSize {
			clear(c.seen[:])
		} else {
			for i := c.newest + 1; i < n; i++ {
				c.seen[i%windowSize/64] &^= 1 << (i % 64)
			}
		}
		c.newest = n
	} else if c.newest-n >= windowSize || c.seen[n%windowSize/64]&(1<<(n%64)) != 0 {
		return false
	}
	c.seen[n%windowSize/64] |= 1 << (n % 64)
	return true
}
