// tally.go: what was done, counted.

package faultproxy

import "sync"

// Counts are connections, as their clients opened them, and the faults that struck: planned ones that did not come to
// pass, because the connection ended before their point, are not in it.
type Counts struct {
	Accepted int // in all
	Failed   int // of those, target not reached: the client was reset
	Open     int // now

	Refused  int // reset before a byte
	Hung     int // never answered
	Answered int // by Faults.Answer

	Delayed   int // directions whose bytes went on later
	Swallowed int // directions that lost bytes
	Buffered  int // directions that held bytes until their end
	Cut       int // connections that ended at a point
	CutAll    int // connections that CutAll ended
}

// tally adds up counts. A nil tally counts nothing.
type tally struct {
	mu     sync.Mutex // guards counts
	counts Counts
}

func (t *tally) add(d Counts) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := &t.counts
	c.Accepted += d.Accepted
	c.Failed += d.Failed
	c.Open += d.Open
	c.Refused += d.Refused
	c.Hung += d.Hung
	c.Answered += d.Answered
	c.Delayed += d.Delayed
	c.Swallowed += d.Swallowed
	c.Buffered += d.Buffered
	c.Cut += d.Cut
	c.CutAll += d.CutAll
}

func (t *tally) get() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts
}
