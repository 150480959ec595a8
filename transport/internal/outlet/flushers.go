// flushers.go: the goroutines that write to sockets which take it at once.

package outlet

import (
	"runtime"
	"sync"
)

// Flushers is a queue of connections that have something to write, and at most GOMAXPROCS
// goroutines that work it off. They run only while it is not empty.
//
// A goroutine a connection would do, but a broadcast to ten thousand would start
// as many; and a queue gives the sender time to send more, which the same write
// then takes.
type Flushers struct {
	max int

	mu      sync.Mutex // guards what follows
	queue   []queued
	head    int
	running int
}

// queued is a connection that has something to write.
type queued struct {
	h *Half
	o Owner
}

// NewFlushers returns the queue of a transport.
func NewFlushers() *Flushers { return &Flushers{max: runtime.GOMAXPROCS(0)} }

func (f *Flushers) add(q queued) {
	f.mu.Lock()
	f.queue = append(f.queue, q)
	start := f.running < f.max
	if start {
		f.running++
	}
	f.mu.Unlock()
	if start {
		// Owned by the transport; ends when the queue is empty; blocks on
		// nothing but a message that another one is just compressing.
		go f.run()
	}
}

func (f *Flushers) run() {
	b := batches.Get().(*batch)
	defer b.put()
	for q := f.take(); q.h != nil; q = f.take() {
		q.h.flush(q.o, b)
	}
}

// take returns the next connection, or none when there is none and the caller has
// to end.
func (f *Flushers) take() (q queued) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.head == len(f.queue) {
		f.running--
		f.queue, f.head = f.queue[:0], 0
		if cap(f.queue) > 1024 {
			f.queue = nil
		}
		return q
	}
	q, f.queue[f.head] = f.queue[f.head], q
	f.head++
	return q
}
