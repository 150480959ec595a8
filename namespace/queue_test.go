// queue_test.go: the queue of a socket and its table of waiting calls, by themselves.

package namespace

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInboxKeepsOrder(t *testing.T) {
	var q inbox
	require.True(t, q.pushLocked(&Ctx{size: 1}), "the first item starts the goroutine")
	require.False(t, q.pushLocked(&Ctx{size: 2}))
	for want := 1; want <= 2; want++ {
		c := q.popLocked()
		require.NotNil(t, c)
		require.Equal(t, want, c.size)
	}
	require.Nil(t, q.popLocked())
	require.True(t, q.pushLocked(&Ctx{}), "the goroutine had ended")
}

func TestInboxIsFull(t *testing.T) {
	s, other := &Socket{client: &client{}}, &Socket{}
	other.client = s.client
	push := func(s *Socket, size int) { s.client.queued.Add(int64(size)); s.inbox.pushLocked(&Ctx{size: size}) }
	require.False(t, s.fullLocked(inboxBytes*2), "one item always fits")
	push(s, 10)
	require.False(t, s.fullLocked(inboxBytes-10))
	require.True(t, s.fullLocked(inboxBytes-9))
	require.True(t, other.fullLocked(inboxBytes-9), "the bytes are those of all sockets")
	for range inboxItems - 1 {
		require.False(t, s.fullLocked(0))
		push(s, 0)
	}
	require.True(t, s.fullLocked(0))
	require.False(t, other.fullLocked(0))
	require.True(t, told(s, func() { s.inbox.popLocked() }))
	require.False(t, s.fullLocked(0))
	s.client.waiter.Store(other)
	require.True(t, told(other, func() { s.client.dequeued(10) }), "another socket made room")
	require.False(t, other.fullLocked(inboxBytes))
}

// told tells whether f wakes who waits for room in the socket's queue.
func told(s *Socket, f func()) bool {
	room := make(chan struct{})
	s.inbox.room = room
	f()
	select {
	case <-room:
		return true
	default:
		return false
	}
}

// A queue that is never empty does not grow.
func TestInboxForgetsWhatIsDone(t *testing.T) {
	var q inbox
	q.pushLocked(&Ctx{})
	for i := range 10_000 {
		q.pushLocked(&Ctx{size: i})
		q.popLocked()
	}
	require.LessOrEqual(t, cap(q.items), 4*inboxItems)
}

func TestPending(t *testing.T) {
	var p pending
	ch := make(chan result, 1)
	require.True(t, p.add(1, ch))
	p.complete(2, nil) // unknown: ignored
	p.complete(1, nil)
	p.complete(1, nil) // late: ignored
	require.NoError(t, (<-ch).err)
	require.Nil(t, p.calls, "an idle socket keeps no table")

	require.True(t, p.add(3, ch))
	require.True(t, p.remove(3))
	require.False(t, p.remove(3))
	p.complete(3, nil)
	require.Empty(t, ch)
	require.Nil(t, p.calls)

	require.True(t, p.add(4, ch))
	p.fail()
	require.ErrorIs(t, (<-ch).err, ErrDisconnected)
	require.False(t, p.add(5, ch), "after the end")
	p.complete(4, nil)
	p.fail()
}

// Whatever comes first — answer, end of the socket, the caller's giving up —, each call completes exactly once.
func TestPendingCompletesOnce(t *testing.T) {
	for range 50 {
		var p pending
		var completed atomic.Int32
		const calls = 40
		results := make(chan result, calls) // all into one, as for a broadcast
		for id := range uint64(calls) {
			require.True(t, p.add(id, results))
		}
		var wg sync.WaitGroup
		for id := range uint64(calls) {
			for range 2 {
				wg.Go(func() { p.complete(id, nil) })
			}
			wg.Go(func() {
				if id%2 == 0 && p.remove(id) {
					completed.Add(1)
				}
			})
		}
		wg.Go(p.fail)
		wg.Wait()
		require.EqualValues(t, calls, int(completed.Load())+len(results))
		require.Empty(t, p.calls)
	}
}
