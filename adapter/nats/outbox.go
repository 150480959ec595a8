// outbox.go: what waits to be published, and for NATS to confirm it.

package nats

import (
	"bytes"
	"slices"
	"sync"
)

// item is one message.
type item struct {
	topic   string
	payload []byte // nil when it was handed to the connection
	size    int
	epoch   uint64 // how often the connection had been made anew before it was handed over
}

// overhead is about what a message takes beside its bytes.
const overhead = 200

// outbox keeps messages in the order in which they are added. It never blocks.
type outbox struct {
	limit   int
	tally   *tally
	more    chan struct{} // has room for one
	drained chan struct{} // closed when it is closed and nothing waits

	mu     sync.Mutex // guards what follows
	items  []item     // the first of them were handed to the connection
	handed int
	bytes  int
	closed bool
}

func newOutbox(limit int, t *tally) *outbox {
	return &outbox{limit: limit, tally: t, more: make(chan struct{}, 1), drained: make(chan struct{})}
}

func (o *outbox) add(topic string, payload []byte) error {
	size := len(topic) + len(payload) + overhead
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return ErrClosed
	case o.bytes > 0 && o.bytes+size > o.limit:
		o.tally.refused.Add(1)
		return ErrQueueFull
	}
	o.items = append(o.items, item{topic: topic, payload: bytes.Clone(payload), size: size})
	o.bytes += size
	select {
	case o.more <- struct{}{}:
	default:
	}
	return nil
}

// next returns the oldest messages that were not handed over, some at most.
func (o *outbox) next() []item {
	const batch = 256
	o.mu.Lock()
	defer o.mu.Unlock()
	rest := o.items[o.handed:]
	return slices.Clone(rest[:min(len(rest), batch)])
}

// hand notes that the first n of those that next has returned were handed over.
func (o *outbox) hand(n int, epoch uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.items[o.handed : o.handed+n] {
		it := &o.items[o.handed+i]
		it.payload, it.epoch = nil, epoch
	}
	o.handed += n
}

// unconfirmed is how many messages were handed over.
func (o *outbox) unconfirmed() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.handed
}

// confirm takes away the oldest n messages, which were handed over and have arrived if
// that was within this epoch. It returns the topics of the others.
func (o *outbox) confirm(n int, epoch uint64) (lost []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.items[:n] {
		if it := &o.items[i]; it.epoch != epoch {
			lost = append(lost, it.topic)
		}
	}
	o.tally.published.Add(uint64(n - len(lost)))
	o.removeLocked(n)
	return lost
}

// abandon takes all messages away, and returns their topics.
func (o *outbox) abandon() (lost []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for i := range o.items {
		lost = append(lost, o.items[i].topic)
	}
	o.handed = len(o.items)
	o.removeLocked(len(o.items))
	return lost
}

func (o *outbox) removeLocked(n int) {
	for i := range o.items[:n] {
		o.bytes -= o.items[i].size
		o.items[i] = item{}
	}
	o.handed -= n
	if o.items = o.items[n:]; len(o.items) == 0 {
		o.items = nil
	}
	o.drainedLocked()
}

// close refuses further messages.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.drainedLocked()
}

func (o *outbox) drainedLocked() {
	if !o.closed || len(o.items) > 0 {
		return
	}
	select {
	case <-o.drained:
	default:
		close(o.drained)
	}
}
