// gaps_test.go: messages that are lost on the bus are counted where they should have come.

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
)

// What is lost is counted, to the message, in every topic; the last of all by the
// heartbeat that follows.
func TestLossIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from, other := newMember(t, &bus, cluster.Config{}), newMember(t, &bus, cluster.Config{})
		other.follow("a", "b")
		time.Sleep(time.Second)
		publish(t, from, to("first", "a"), to("first", "b"), to("first"))
		synctest.Wait()
		lost, end := 0, false
		other.tap.mu.Lock()
		other.lose = func(string, int) bool {
			gone := !end && rand.IntN(3) == 0
			if gone {
				lost++
			}
			return gone
		}
		other.tap.mu.Unlock()
		for range 1000 {
			publish(t, from, to("x", "a"), to("x", "b"), to("x"), to("x", "a", "b"))
		}
		synctest.Wait()
		other.tap.mu.Lock()
		end = true
		other.tap.mu.Unlock()
		publish(t, from, to("last", "a"), to("last", "b"))
		time.Sleep(10 * time.Second)
		n, rest := other.missed()
		t.Logf("%d of 5000 messages lost, %d noticed", lost, n)
		require.Equal(t, lost, n)
		require.Empty(t, rest)
		n, _ = from.missed()
		require.Zero(t, n)
		closeAll(t, from, other)
	})
}

// Several goroutines overtake each other between a number and the bus: that is no gap,
// and what goes to several rooms comes once.
func TestOvertakingIsNoGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := new(late)
		from, other := newMember(t, bus, cluster.Config{}), newMember(t, bus, cluster.Config{})
		other.follow("a", "b")
		time.Sleep(time.Second)
		publish(t, from, to("first", "a", "b"), to("first"))
		var wg sync.WaitGroup
		for p := range 50 {
			wg.Go(func() {
				for i := range 100 { // over several ticks
					if from.Publish(t.Context(), to(fmt.Sprint(p, i), "a", "b")) != nil {
						t.Error("not published")
					}
				}
			})
		}
		wg.Wait()
		time.Sleep(10 * time.Second)
		n, rest := other.missed()
		require.Zero(t, n)
		require.Empty(t, rest)
		require.Len(t, other.events(), 5002)
		closeAll(t, from, other)
	})
}

// late is a bus that takes its time.
type late struct{ memory.Bus }

func (b *late) Publish(ctx context.Context, topic string, payload []byte) error {
	time.Sleep(rand.N(20 * time.Millisecond))
	return b.Bus.Publish(ctx, topic, payload)
}

// A node that is away for a while misses a number of messages, and one that comes or
// begins anew misses nothing.
func TestAwayAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from, other := newMember(t, &bus, cluster.Config{}), newMember(t, &bus, cluster.Config{})
		time.Sleep(time.Second)
		away := true
		other.tap.mu.Lock()
		other.lose = func(string, int) bool { return away }
		other.tap.mu.Unlock()
		for range 20 {
			publish(t, from, to("x"))
			time.Sleep(time.Second)
		}
		other.tap.mu.Lock()
		away = false
		other.tap.mu.Unlock()
		time.Sleep(10 * time.Second)
		n, _ := other.missed()
		require.Equal(t, 20, n, "it had been counted out meanwhile")
		require.NoError(t, from.Close())

		again := newMember(t, &bus, cluster.Config{})
		publish(t, again, to("y"))
		third := newMember(t, &bus, cluster.Config{})
		publish(t, again, to("y"))
		time.Sleep(5 * time.Minute)
		n, _ = other.missed()
		require.Equal(t, 20, n)
		n, _ = third.missed()
		require.Zero(t, n)
		closeAll(t, other, again, third)
	})
}

// A publisher that begins to number anew is followed from there.
func TestNumbersBeginAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		m := newMember(t, &bus, cluster.Config{})
		for _, n := range []int{5, 6, 1, 2, 4} {
			payload := fmt.Appendf(nil, `{"uid":"x","nsp":"/","type":2,"n":[%d]}`, n)
			require.NoError(t, bus.Publish(t.Context(), "everwire.Lw.all", payload))
		}
		time.Sleep(5 * time.Second)
		n, _ := m.missed()
		require.Equal(t, 1, n)
		closeAll(t, m)
	})
}

// Faults of the bus, and of what it brings, are told to the namespace.
func TestFaultsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		m := newMember(t, &bus, cluster.Config{MaxMessage: 1000})
		fault := adapter.Fault{Kind: adapter.Lost, Messages: 7, Err: errors.New("gone")}
		m.tap.report(fault)
		for _, payload := range []string{"{", string(make([]byte, 2000)), `{"uid":"a b","nsp":"/","type":2}`, `{"uid":"x","nsp":"/other","type":2}`} {
			require.NoError(t, bus.Publish(t.Context(), "everwire.Lw.all", []byte(payload)))
		}
		synctest.Wait()
		require.Error(t, m.Publish(t.Context(), to(string(make([]byte, 2000)))))
		_, rest := m.missed()
		require.Len(t, rest, 6)
		require.Equal(t, fault, rest[0])
		for _, f := range rest[1:5] {
			require.Equal(t, adapter.Ignored, f.Kind)
			require.Equal(t, 1, f.Messages)
			require.Error(t, f.Err)
		}
		require.Equal(t, adapter.Refused, rest[5].Kind)
		closeAll(t, m)
		require.Nil(t, m.tap.report)
	})
}
