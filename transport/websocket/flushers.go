// flushers.go: the goroutines that write to sockets which take it at once.

package websocket

import "sync"

// flushers is a queue of connections that have something to write, and at most
// max goroutines that work it off. They run only while it is not empty.
//
// A goroutine a connection would do, but a broadcast to ten thousand would start
// as many; and a queue gives the sender time to send more, which the same write
// then takes.
type flushers struct {
	max int

	mu      sync.Mutex // guards what follows
	queue   []*conn
	head    int
	running int
}

func (f *flushers) add(c *conn) {
	f.mu.Lock()
	f.queue = append(f.queue, c)
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

func (f *flushers) run() {
	b := batches.Get().(*batch)
	defer putBatch(b)
	for c := f.take(); c != nil; c = f.take() {
		c.flush(b)
	}
}

// take returns the next connection, or nil when there is none and the caller has
// to end.
func (f *flushers) take() *conn {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.head == len(f.queue) {
		f.running--
		f.queue, f.head = f.queue[:0], 0
		if cap(f.queue) > 1024 {
			f.queue = nil
		}
		return nil
	}
	c := f.queue[f.head]
	f.queue[f.head] = nil
	f.head++
	return c
}
