// subscriber.go: what a node hears: channels of one connection.

package redis

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// scope is the kind of a subscription.
type scope uint8

const (
	plain scope = iota
	pattern
	sharded
)

// handler takes what comes in on a channel. It does not block.
type handler func(channel, payload string)

// topic is what is subscribed to.
type topic struct {
	scope scope
	name  string
}

// subscriber keeps subscriptions, over reconnections.
type subscriber struct {
	pubsub  *goredis.PubSub
	timeout time.Duration
	single  bool            // one topic a command
	ctx     context.Context // ends with the subscriber
	end     context.CancelFunc
	running sync.WaitGroup
	heard   atomic.Bool // something, since the last look

	mu      sync.Mutex // guards what follows
	wanted  map[topic]handler
	applied map[topic]bool
	dirty   map[topic]bool          // where the two may differ
	waiting map[topic]chan struct{} // closed when Redis has confirmed
	asked   map[topic]int           // that Redis has not confirmed, and how often that was looked at; if single
	there   map[topic]bool          // it has, once
	told    map[topic]func()        // is called when it does so again: there is a new connection
	changed chan struct{}           // has room for one
	failed  error                   // the last time that something was subscribed to, or not
}

func newSubscriber(pubsub *goredis.PubSub, timeout time.Duration, single bool) *subscriber {
	s := &subscriber{
		pubsub:  pubsub,
		timeout: timeout,
		single:  single,
		wanted:  make(map[topic]handler),
		applied: make(map[topic]bool),
		dirty:   make(map[topic]bool),
		waiting: make(map[topic]chan struct{}),
		asked:   make(map[topic]int),
		there:   make(map[topic]bool),
		told:    make(map[topic]func()),
		changed: make(chan struct{}, 1),
	}
	s.ctx, s.end = context.WithCancel(context.Background())
	// Owned by the subscriber, and end with it; the first blocks on Redis alone, the
	// second on its writes.
	s.running.Go(s.receive)
	s.running.Go(s.subscribe)
	return s
}

// want is what is wanted of a topic.
type want struct {
	handler handler
	tell    func() // is called when a topic that was confirmed, or was late, is so again; or nil
	late    bool
}

// want subscribes, at some time soon.
func (s *subscriber) want(t topic, w want) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted[t] = w.handler
	if w.tell != nil {
		s.told[t], s.there[t] = w.tell, w.late
	}
	s.touchLocked(t)
}

// drop ends a subscription: its handler is not called any more, but for calls that
// are under way.
func (s *subscriber) drop(topics ...topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range topics {
		delete(s.wanted, t)
		delete(s.there, t)
		delete(s.asked, t)
		delete(s.told, t)
		s.touchLocked(t)
	}
}

// again subscribes once more to all that is wanted.
func (s *subscriber) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.wanted {
		delete(s.applied, t)
		s.touchLocked(t)
	}
}

func (s *subscriber) touchLocked(t topic) {
	s.dirty[t] = true
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// wait wants a topic, and waits until Redis has confirmed it, for that long at most. If it
// does so later, that is told.
func (s *subscriber) wait(t topic, w want, most time.Duration) error {
	confirmed := make(chan struct{})
	s.mu.Lock()
	s.waiting[t] = confirmed
	s.mu.Unlock()
	s.want(t, w)
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-confirmed:
		return nil
	case <-late.C:
		s.isLate(t)
		return s.unconfirmed()
	case <-s.ctx.Done():
		return ErrClosed
	}
}

// subscribe makes what is applied what is wanted.
func (s *subscriber) subscribe() {
	idle := time.NewTicker(pingEvery)
	defer idle.Stop()
	for {
		select {
		case <-s.changed:
		case <-idle.C:
			s.ping()
			continue
		case <-s.ctx.Done():
			return
		}
		on, off := s.changes()
		for scope := plain; scope <= sharded; scope++ {
			// An error is that of a connection that is gone: all is subscribed again
			// on the next one.
			s.note(s.apply(scope, off[scope], false))
			s.note(s.apply(scope, on[scope], true))
		}
	}
}

func (s *subscriber) changes() (on, off [3][]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.dirty {
		_, wanted := s.wanted[t]
		switch {
		case wanted && !s.applied[t]:
			s.applied[t] = true
			if s.single {
				s.asked[t] = 0
			}
			on[t.scope] = append(on[t.scope], t.name)
		case !wanted && s.applied[t]:
			delete(s.applied, t)
			off[t.scope] = append(off[t.scope], t.name)
		}
	}
	clear(s.dirty)
	return on, off
}

func (s *subscriber) apply(scope scope, names []string, on bool) error {
	if len(names) == 0 {
		return nil
	}
	if s.single && len(names) > 1 {
		var errs []error
		for i := range names {
			errs = append(errs, s.apply(scope, names[i:i+1], on))
		}
		return errors.Join(errs...)
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.timeout)
	defer cancel()
	p := s.pubsub
	f := map[scope2]func(context.Context, ...string) error{
		{plain, true}: p.Subscribe, {plain, false}: p.Unsubscribe,
		{pattern, true}: p.PSubscribe, {pattern, false}: p.PUnsubscribe,
		{sharded, true}: p.SSubscribe, {sharded, false}: p.SUnsubscribe,
	}[scope2{scope, on}]
	return f(ctx, names...)
}

type scope2 struct {
	scope scope
	on    bool
}

// receive hands messages over until the subscriber is closed. The client's own channels
// would wake two more goroutines for each.
func (s *subscriber) receive() {
	for failed := false; ; {
		m, err := s.pubsub.Receive(s.ctx)
		switch {
		case s.ctx.Err() != nil:
			return
		case err == nil:
			failed = false
			s.heard.Store(true)
			s.take(m)
			continue
		case failed: // the connection that comes next, too
			select {
			case <-time.After(100 * time.Millisecond):
			case <-s.ctx.Done():
				return
			}
		}
		failed = true
	}
}

func (s *subscriber) take(m any) {
	switch m := m.(type) {
	case *goredis.Subscription:
		s.confirm(m)
	case *goredis.Message:
		if h := s.handler(m); h != nil {
			h(m.Channel, m.Payload)
		}
	}
}

// pingEvery is how often a connection is looked after that has brought nothing since.
const pingEvery = 3 * time.Second

// ping writes something, so that a connection that the system knows to be dead is made anew.
func (s *subscriber) ping() {
	if s.heard.Swap(false) {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.timeout)
	defer cancel()
	_ = s.pubsub.Ping(ctx) // an error has it make a new one
}

var confirmations = map[string]scope{"subscribe": plain, "psubscribe": pattern, "ssubscribe": sharded}

func (s *subscriber) confirm(m *goredis.Subscription) {
	if m.Kind == "sunsubscribe" {
		s.ended(topic{sharded, m.Channel})
		return
	}
	scope, ok := confirmations[m.Kind]
	if !ok {
		return
	}
	if f := s.confirmed(topic{scope, m.Channel}); f != nil {
		f()
	}
}

// confirmed returns who is to be told that a subscription is there again.
func (s *subscriber) confirmed(t topic) (tell func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asked, t)
	if s.there[t] {
		tell = s.told[t]
	} else if s.told[t] != nil {
		s.there[t] = true
	}
	if c := s.waiting[t]; c != nil {
		close(c)
		delete(s.waiting, t)
	}
	return tell
}

// ended notes that Redis has ended a subscription, perhaps because the slot has moved.
func (s *subscriber) ended(t topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.single && s.applied[t] {
		s.asked[t] = 0
	}
}

// strays returns the topics that Redis has not confirmed for a while, and whether there
// are more of which that may become true.
func (s *subscriber) strays() (list []topic, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.asked {
		if s.asked[t]++; s.asked[t] > 1 {
			list = append(list, t)
		}
	}
	return list, len(s.asked) > len(list)
}

// retry asks once more for a topic.
func (s *subscriber) retry(t topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.applied, t)
	s.touchLocked(t)
}

// hand gives a topic to another subscriber.
func (s *subscriber) hand(t topic, to *subscriber) {
	s.mu.Lock()
	w := want{s.wanted[t], s.told[t], s.there[t]}
	waiting := s.waiting[t]
	delete(s.waiting, t)
	s.mu.Unlock()
	s.drop(t)
	if waiting != nil {
		to.mu.Lock()
		to.waiting[t] = waiting
		to.mu.Unlock()
	}
	if w.handler != nil {
		to.want(t, w)
	}
}

func (s *subscriber) handler(m *goredis.Message) handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Pattern != "" {
		return s.wanted[topic{pattern, m.Pattern}]
	}
	if h := s.wanted[topic{plain, m.Channel}]; h != nil {
		return h
	}
	return s.wanted[topic{sharded, m.Channel}]
}

// close ends it, and waits for handlers that are running.
func (s *subscriber) close() {
	s.end()
	_ = s.pubsub.Close()
	s.running.Wait()
}
