// tap_test.go: a bus that tells what one node gets, and loses what it is told to.

package cluster_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
)

// tap is one node's way to the bus.
type tap struct {
	cluster.Bus

	mu         sync.Mutex // guards what follows
	received   map[string]int
	heard      map[string]int                 // subscriptions
	subscribed map[string]int                 // how often
	lose       func(topic string, n int) bool // of what is received, the nth of its topic
	refuse     func(topic string) error       // of what is subscribed to
	report     func(adapter.Fault)            // set by Report
}

func newTap(b cluster.Bus) *tap {
	return &tap{Bus: b, received: make(map[string]int), subscribed: make(map[string]int), heard: make(map[string]int)}
}

func (p *tap) Subscribe(ctx context.Context, topic string, f func([]byte)) (func(), error) {
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != nil {
		if err := refuse(topic); err != nil {
			return nil, err
		}
	}
	stop, err := p.Bus.Subscribe(ctx, topic, func(payload []byte) {
		p.mu.Lock()
		p.received[topic]++
		lost := p.lose != nil && p.lose(topic, p.received[topic])
		p.mu.Unlock()
		if !lost {
			f(payload)
		}
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard[topic]++
	p.subscribed[topic]++
	return func() {
		stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.heard[topic]--; p.heard[topic] == 0 {
			delete(p.heard, topic)
		}
	}, err
}

func (p *tap) Report(_ string, f func(adapter.Fault)) (stop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report = f
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.report = nil
	}
}

func (p *tap) topics() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.heard)
}

// total is how many messages the node has got.
func (p *tap) total() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, of := range p.received {
		n += of
	}
	return n
}

// member is a namespace whose events and faults are kept.
type member struct {
	adapter.Adapter
	*tap

	mu     sync.Mutex // guards what follows
	ops    []*adapter.Op
	faults []adapter.Fault
}

func newMember(t *testing.T, b cluster.Bus, c cluster.Config) *member {
	t.Helper()
	m := &member{tap: newTap(b)}
	a, err := cluster.Over(m.tap, c).Open("/", m)
	require.NoError(t, err)
	m.Adapter = a
	return m
}

func (m *member) Apply(_ context.Context, op *adapter.Op, _ func(adapter.Answer) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ops = append(m.ops, op)
	return nil
}

func (m *member) Fault(f adapter.Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, f)
}

func (m *member) follow(rooms ...string) {
	for _, room := range rooms {
		m.Adapter.(adapter.Follower).FollowRoom(room, true, false)
	}
}

func (m *member) unfollow(rooms ...string) {
	for _, room := range rooms {
		m.Adapter.(adapter.Follower).FollowRoom(room, false, false)
	}
}

// events are the names of those that have come.
func (m *member) events() (names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, op := range m.ops {
		names = append(names, op.Event.Event)
	}
	return names
}

// missed adds up the messages that are missing; the rest are other faults.
func (m *member) missed() (n int, rest []adapter.Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.faults {
		if f.Kind == adapter.Missed && f.Messages > 0 {
			n += f.Messages
		} else {
			rest = append(rest, f)
		}
	}
	return n, slices.Clip(rest)
}
