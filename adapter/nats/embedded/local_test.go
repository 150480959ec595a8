// local_test.go: a namespace that remembers what it was told.

package embedded_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/namespace/sio"
)

// local is an [adapter.Local] with its adapter.
type local struct {
	adapter.Adapter

	mu     sync.Mutex // guards what follows
	names  []string   // of events
	bytes  int        // of the last event's argument
	faults map[adapter.FaultKind]int
	gaps   int // times without a connection
	asked  func(ctx context.Context, answer func(adapter.Answer) error) error
}

// short are times that suit tests.
var short = cluster.Config{Heartbeat: 300 * time.Millisecond, Silence: 10 * time.Second, Settle: 50 * time.Millisecond}

func open(t *testing.T, b cluster.Bus) *local {
	t.Helper()
	l := &local{faults: make(map[adapter.FaultKind]int)}
	a, err := cluster.Over(b, short).Open("/", l)
	require.NoError(t, err)
	l.Adapter = a
	t.Cleanup(func() { _ = l.Close() }) // the broker may be gone
	return l
}

func (l *local) Apply(ctx context.Context, op *adapter.Op, answer func(adapter.Answer) error) error {
	l.mu.Lock()
	l.names = append(l.names, op.Event.Event)
	if len(op.Event.Args) > 0 {
		if data, ok := op.Event.Args[0].([]byte); ok {
			l.bytes = len(data)
		}
	}
	asked := l.asked
	l.mu.Unlock()
	if answer != nil && asked != nil {
		return asked(ctx, answer)
	}
	return nil
}

// reply has it answer what it is asked.
func (l *local) reply(f func(ctx context.Context, answer func(adapter.Answer) error) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = f
}

func (l *local) Fault(f adapter.Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults[f.Kind] += f.Messages
	if f.Kind == adapter.Missed && f.Messages == 0 {
		l.gaps++
	}
}

func (l *local) fault(kind adapter.FaultKind) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.faults[kind]
}

func (l *local) lostConnection() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gaps
}

// events are those that have come, but for probes.
func (l *local) events() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.names), func(name string) bool { return name == probe || name == "" })
}

func (l *local) has(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.names, name)
}

func to(event string, rooms ...string) *adapter.Op {
	return &adapter.Op{Rooms: rooms, Event: sio.Emission{Event: event}}
}

const probe = "probe"

// follow has a node hear the room, and waits until it does.
func follow(t *testing.T, from, l *local, room string) {
	t.Helper()
	l.Adapter.(adapter.Follower).FollowRoom(room, true, false)
	eventually(t, func() bool {
		require.NoError(t, from.Publish(t.Context(), to(probe, room)))
		return l.has(probe)
	}, "messages of room %q", room)
}
