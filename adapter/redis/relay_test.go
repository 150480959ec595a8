// relay_test.go: what a node publishes and applies itself.

//go:build unix

package redis_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

// marks are those of events that have come, by their names.
func (l *local) marks() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	marks := make(map[string]string)
	for _, op := range l.ops {
		marks[op.Event.Event] = op.Mark
	}
	return marks
}

// While Redis stands still, the node's own clients get what it relays, in order; behind that all
// get everything once, and places are known again.
func TestRelayWithoutRedis(t *testing.T) {
	t.Parallel()
	_, far, process, stats := pair(t, redis.Config{Mode: redis.Streams})
	own := new(local)
	a, err := redis.New(redis.Config{Mode: redis.Streams, Client: clientOf(t, process)})
	require.NoError(t, err)
	from := open(t, a, "/", own).(adapter.Recoverer)
	var names []string
	send := func(n int) {
		for range n {
			names = append(names, fmt.Sprint("event ", len(names)))
			require.NoError(t, from.Relay(t.Context(), emission(names[len(names)-1])))
		}
	}
	send(3)
	far.has(t, "event 2")
	own.has(t, "event 2")
	require.True(t, from.Behind(own.marks()["event 2"], own.marks()["event 1"]))
	require.NoError(t, process.Process.Signal(syscall.SIGSTOP))
	t.Cleanup(func() { _ = process.Process.Signal(syscall.SIGCONT) })
	send(5)
	pending := func() (list []string) {
		for _, op := range from.Pending() {
			list = append(list, op.Event.Event)
		}
		return list
	}
	require.Equal(t, names[3:], pending())
	own.has(t, "event 7")
	require.Empty(t, pending())
	send(2)
	own.has(t, "event 9")
	require.Equal(t, adapter.Unplaced, own.marks()["event 9"])
	require.False(t, slices.Contains(far.events(), "event 9"))
	_, err = from.Restore(t.Context(), pid, own.marks()["event 2"], 1000)
	require.ErrorIs(t, err, adapter.ErrNotSaved, "what has no place yet would come twice")
	require.NoError(t, process.Process.Signal(syscall.SIGCONT))
	far.has(t, "event 9")
	eventually(t, func() bool {
		send(1)
		last := names[len(names)-1]
		own.has(t, last)
		return own.marks()[last] != adapter.Unplaced
	}, "an event with a place")
	far.has(t, names[len(names)-1])
	require.Equal(t, names, far.events())
	require.Equal(t, names, own.events())
	require.Zero(t, stats().Lost)
}
