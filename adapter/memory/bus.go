// bus.go: a bus in memory.

package memory

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
)

// Bus is a bus in memory, for the tests of what runs over a bus; see package
// adapter/cluster. The zero Bus is ready; nodes that are given the same Bus form a
// cluster. All payloads come to all subscribers in one order, one at a time.
type Bus struct {
	mu      sync.Mutex // guards what follows, and the slices in topics, which are replaced, never changed
	topics  map[string][]*subscription
	waiting []delivery
	running bool
}

// delivery is one payload and who is to get it.
type delivery struct {
	to      []*subscription
	payload []byte
}

// maxWaiting is how many payloads may wait for the subscribers.
const maxWaiting = 1 << 16

var errFull = errors.New("memory: subscribers do not take what is published")

// Publish brings payload to the subscribers. An error says that it did not.
func (b *Bus) Publish(_ context.Context, topic string, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case len(b.topics[topic]) == 0:
		return nil
	case len(b.waiting) >= maxWaiting:
		return errFull
	}
	b.waiting = append(b.waiting, delivery{b.topics[topic], bytes.Clone(payload)})
	if !b.running {
		b.running = true
		// Owned by the bus; ends when nothing waits; blocks in subscribers alone.
		go b.run()
	}
	return nil
}

func (b *Bus) run() {
	for d, ok := b.next(); ok; d, ok = b.next() {
		for _, s := range d.to {
			s.call(d.payload)
		}
	}
}

func (b *Bus) next() (d delivery, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.running, b.waiting = false, nil
		return d, false
	}
	d, b.waiting[0] = b.waiting[0], d
	b.waiting = b.waiting[1:]
	return d, true
}

// Subscribe calls f for each payload, until stop is called.
func (b *Bus) Subscribe(_ context.Context, topic string, f func(payload []byte)) (stop func(), err error) {
	s := &subscription{f: f}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics == nil {
		b.topics = make(map[string][]*subscription)
	}
	b.topics[topic] = append(slices.Clip(b.topics[topic]), s)
	return func() {
		b.remove(topic, s)
		s.stop()
	}, nil
}

func (b *Bus) remove(topic string, s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(b.topics[topic]), func(o *subscription) bool { return o == s })
	if b.topics[topic] = rest; len(rest) == 0 {
		delete(b.topics, topic)
	}
}

// subscription is one subscriber.
type subscription struct {
	f     func(payload []byte)
	calls sync.WaitGroup

	mu      sync.Mutex // guards stopped
	stopped bool
}

func (s *subscription) call(payload []byte) {
	if s.begin() {
		defer s.calls.Done()
		s.f(payload)
	}
}

func (s *subscription) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.calls.Add(1)
	}
	return !s.stopped
}

func (s *subscription) stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.calls.Wait()
}
