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
// cluster.
type Bus struct {
	mu     sync.Mutex // guards topics and the slices in it, which are replaced, never changed
	topics map[string][]*subscription
}

// maxWaiting is how many payloads may wait for one subscriber.
const maxWaiting = 1 << 16

var errFull = errors.New("memory: a subscriber does not take what is published")

// Publish brings payload to the subscribers. An error says that it was not brought to all
// of them.
func (b *Bus) Publish(_ context.Context, topic string, payload []byte) (err error) {
	payload = bytes.Clone(payload)
	b.mu.Lock() // held to keep the order between subscribers
	defer b.mu.Unlock()
	for _, s := range b.topics[topic] {
		err = errors.Join(err, s.add(payload))
	}
	return err
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
		b.mu.Lock()
		b.topics[topic] = slices.DeleteFunc(slices.Clone(b.topics[topic]), func(o *subscription) bool { return o == s })
		b.mu.Unlock()
		s.stop()
	}, nil
}

// subscription is one subscriber and what waits for it.
type subscription struct {
	f     func(payload []byte)
	calls sync.WaitGroup

	mu      sync.Mutex // guards what follows
	waiting [][]byte
	running bool
	stopped bool
}

func (s *subscription) add(payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) >= maxWaiting {
		return errFull
	}
	s.waiting = append(s.waiting, payload)
	if !s.running && !s.stopped {
		s.running = true
		// Owned by the subscription; ends when nothing waits; blocks in f alone.
		s.calls.Go(s.run)
	}
	return nil
}

func (s *subscription) run() {
	for {
		s.mu.Lock()
		if len(s.waiting) == 0 || s.stopped {
			s.running, s.waiting = false, nil
			s.mu.Unlock()
			return
		}
		payload := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.mu.Unlock()
		s.f(payload)
	}
}

func (s *subscription) stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.calls.Wait()
}
