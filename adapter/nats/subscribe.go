// subscribe.go: subscriptions.

package nats

import (
	"context"
	"maps"
	"slices"

	natsgo "github.com/nats-io/nats.go"
)

// subscription is one subscriber.
type subscription struct {
	gate
	topic string
	f     func(payload []byte)
	at    *natsgo.Subscription // of the goroutine that subscribes
}

// request asks for a subscription to be made, or, if its gate is shut, ended.
type request struct {
	s    *subscription
	done chan struct{} // closed when NATS has confirmed it, or err is set
	err  error
}

// Subscribe implements [cluster.Bus]. It returns when NATS has confirmed the
// subscription: until then it waits for a connection, too. In a NATS of several servers
// the others hear of it a moment later.
func (b *Bus) Subscribe(ctx context.Context, topic string, f func(payload []byte)) (stop func(), err error) {
	if err := checkTopic(topic); err != nil {
		return nil, err
	}
	s := &subscription{topic: topic, f: f}
	stop = func() { b.stop(s) }
	r := b.request(s)
	select {
	case <-r.done:
		err = r.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-b.ctx.Done():
		err = ErrClosed
	}
	if err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

func (b *Bus) request(s *subscription) *request {
	r := &request{s: s, done: make(chan struct{})}
	b.mu.Lock()
	b.requests = append(b.requests, r)
	b.mu.Unlock()
	b.wake()
	return r
}

func (b *Bus) stop(s *subscription) {
	if s.close() && b.ctx.Err() == nil {
		b.request(s)
	}
}

// subscribe does what was asked for, and returns what NATS is to confirm.
func (b *Bus) subscribe() (ready []*request) {
	b.mu.Lock()
	requests := b.requests
	b.requests = nil
	b.mu.Unlock()
	for _, r := range requests {
		if r.err = b.apply(r.s); r.err != nil {
			close(r.done)
			continue
		}
		ready = append(ready, r)
	}
	return ready
}

// apply makes or ends a subscription. It may block on the connection.
func (b *Bus) apply(s *subscription) (err error) {
	switch shut := s.isShut(); {
	case shut && s.at != nil:
		b.forget(s.at)
		_ = s.at.Unsubscribe() // an error says that the connection is closed
		s.at = nil
	case !shut && s.at == nil:
		if s.at, err = b.conn.ChanSubscribe(s.topic, b.in.come); err == nil {
			b.remember(s)
		}
	}
	return err
}

func (b *Bus) remember(s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs[s.at] = s
}

func (b *Bus) forget(at *natsgo.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, at)
}

// unsubscribeAll is done when the Bus ends.
func (b *Bus) unsubscribeAll() {
	b.mu.Lock()
	subs := slices.Collect(maps.Keys(b.subs))
	clear(b.subs)
	b.mu.Unlock()
	for _, at := range subs {
		_ = at.Unsubscribe() // an error says that the connection is closed
	}
}

// handle gives a message to its subscriber; false: it is a part of one that is lost.
func (b *Bus) handle(m *natsgo.Msg, p *parts) (ok bool) {
	b.mu.Lock()
	s := b.subs[m.Sub]
	b.mu.Unlock()
	if s == nil {
		return true
	}
	payload := m.Data
	if header := m.Header.Get(partHeader); header != "" {
		if payload, ok = p.add(s, header, m.Data); payload == nil {
			return ok
		}
	} else if len(payload) > b.config.MaxMessage {
		return false
	}
	s.pass(func() { s.f(payload) })
	return true
}
