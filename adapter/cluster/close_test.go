package cluster_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
)

// What is too large to be published is not missed by others.
func TestTooLargeIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		c := cluster.Config{Heartbeat: 300 * time.Millisecond, MaxMessage: 1000}
		a, b := newMember(t, &bus, c), newMember(t, &bus, c)
		time.Sleep(time.Second)
		large := to("large")
		large.Event.Args = []any{strings.Repeat("x", 2000)}
		publish(t, a, to("1"))
		require.ErrorContains(t, a.Publish(t.Context(), large), "larger than Config.MaxMessage")
		publish(t, a, to("2"))
		time.Sleep(time.Second)
		b.mu.Lock()
		require.Len(t, b.ops, 2)
		require.Empty(t, b.faults)
		b.mu.Unlock()
		closeAll(t, a, b)
	})
}

// Who tells of rooms may be a moment behind the end.
func TestRoomsAfterClose(t *testing.T) {
	m := newMember(t, new(memory.Bus), cluster.Config{})
	closeAll(t, m)
	f := m.Adapter.(adapter.Follower)
	f.FollowRoom("late", true, false)
	f.FollowRoom("late", false, false)
	require.Zero(t, m.topics())
}

// echoing publishes while it applies, as a listener of what is sent may.
type echoing struct {
	to      atomic.Pointer[adapter.Adapter]
	applies chan bool
	goOn    chan bool
}

func (e *echoing) Apply(ctx context.Context, _ *adapter.Op, _ func(adapter.Answer) error) error {
	e.applies <- true
	<-e.goOn
	_ = (*e.to.Load()).Publish(ctx, to("echo"))
	return nil
}

// A listener that publishes while the adapter is being closed holds up nobody.
func TestPublishWhileClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		a := newMember(t, &bus, cluster.Config{})
		e := &echoing{applies: make(chan bool, 1), goOn: make(chan bool)}
		b, err := cluster.Over(&bus, cluster.Config{}).Open("/", e)
		require.NoError(t, err)
		e.to.Store(&b)
		publish(t, a, to("1"))
		<-e.applies
		closed := make(chan error)
		go func() { closed <- b.Close() }()
		synctest.Wait()
		e.goOn <- true
		require.NoError(t, <-closed)
		require.NoError(t, a.Close())
	})
}
