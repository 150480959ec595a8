// local_test.go: a namespace that remembers, and answers as it is told.

package redis_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/namespace/sio"
)

// patience is how long anything may take.
const patience = 20 * time.Second

type local struct {
	answers []adapter.Answer
	rooms   []string // nil: it does not say

	mu  sync.Mutex // guards ops
	ops []*adapter.Op
}

func (l *local) Apply(_ context.Context, op *adapter.Op, answer func(adapter.Answer) error) error {
	l.mu.Lock()
	l.ops = append(l.ops, op)
	l.mu.Unlock()
	if answer == nil {
		return nil
	}
	for _, a := range l.answers {
		if err := answer(a); err != nil {
			return err
		}
	}
	return nil
}

func (l *local) HasRoom(name string) bool { return l.rooms == nil || slices.Contains(l.rooms, name) }

// events are the names of events that have come.
func (l *local) events() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for _, op := range l.ops {
		names = append(names, op.Event.Event)
	}
	return names
}

// of is the first operation of that kind.
func (l *local) of(kind adapter.Kind) adapter.Op {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, op := range l.ops {
		if op.Kind == kind {
			return *op
		}
	}
	return adapter.Op{}
}

// open opens a namespace; what it returns is closed with the test.
func open(t *testing.T, o adapter.Opener, namespace string, l *local) adapter.Adapter {
	t.Helper()
	a, err := o.Open(namespace, l)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	return a
}

func emission(name string) *adapter.Op { return &adapter.Op{Event: sio.Emission{Event: name}} }

func emit(t *testing.T, a adapter.Adapter, name string) {
	t.Helper()
	require.NoError(t, a.Publish(t.Context(), emission(name)))
}

func eventually(t *testing.T, condition func() bool, what string, args ...any) {
	t.Helper()
	require.Eventuallyf(t, condition, patience, 5*time.Millisecond, what, args...)
}

// has waits until an event has come.
func (l *local) has(t *testing.T, name string) {
	t.Helper()
	eventually(t, func() bool { return slices.Contains(l.events(), name) }, "event %q", name)
}

// ask collects answers.
func ask(a adapter.Adapter, op *adapter.Op) (answers []adapter.Answer, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for answer, failure := range a.Ask(ctx, op) {
		if failure != nil {
			err = errors.Join(err, failure)
			continue
		}
		answers = append(answers, answer)
	}
	return answers, err
}

// modes are all that a cluster can be.
var modes = map[string]redis.Config{
	"classic":        {},
	"static":         {Mode: redis.Sharded, Subscriptions: redis.Static},
	"dynamic":        {Mode: redis.Sharded},
	"dynamicPrivate": {Mode: redis.Sharded, Subscriptions: redis.DynamicPrivate},
	"streams":        {Mode: redis.Streams},
}
