// race_test.go: many goroutines at once, and the promises that hold all the same.

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// switcher is a client that upgrades as the stock client does, while both sides
// send numbered messages.
type switcher struct {
	*client
	sent    int // by the client
	got     []string
	pausing chan struct{}
	paused  chan struct{}
}

// pause takes some time, at random.
func pause(rnd *rand.Rand) { time.Sleep(time.Duration(rnd.IntN(8)) * time.Millisecond) }

// polls polls until it is told to pause, and the last poll was answered.
func (k *switcher) polls() {
	defer close(k.paused)
	for {
		select {
		case <-k.pausing:
			return
		default:
			k.note(k.poll())
		}
	}
}

func (k *switcher) note(packets string) {
	for _, p := range strings.Fields(packets) {
		if p[0] == '4' {
			k.got = append(k.got, p)
		}
	}
}

// upgrade goes from polling to a WebSocket, with POSTs up to the last moment.
func (k *switcher) upgrade(rnd *rand.Rand) {
	trial := k.dial(k.sid)
	require.NoError(k.world.t, trial.err)
	require.NoError(k.world.t, trial.send("2probe"))
	for trial.take() != "3probe" {
		<-trial.wake
	}
	close(k.pausing)
	for range rnd.IntN(5) {
		k.sent++
		require.Equal(k.world.t, "ok", k.post(fmt.Sprint("4", k.sent)))
		pause(rnd)
	}
	<-k.paused
	require.NoError(k.world.t, trial.send("5"))
	for len(k.got) < messages {
		if k.sent < messages {
			k.sent++
			require.NoError(k.world.t, trial.send(fmt.Sprint("4", k.sent)))
			pause(rnd)
		} else {
			<-trial.wake
		}
		k.note(trial.take())
	}
}

const messages = 60

// Messages sent at any time of an upgrade arrive once and in order, both ways.
func TestNothingIsLostInUpgrade(t *testing.T) {
	var want []string
	for i := range messages {
		want = append(want, fmt.Sprint("4", i+1))
	}
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			rnd := rand.New(rand.NewPCG(seed, 0))
			k := &switcher{client: w.open(), pausing: make(chan struct{}), paused: make(chan struct{})}
			go k.polls()
			go func(rnd *rand.Rand) {
				for i := range messages {
					k.say(fmt.Sprint(i + 1))
					pause(rnd)
				}
			}(rand.New(rand.NewPCG(seed, 1)))
			for range rnd.IntN(20) {
				k.sent++
				require.Equal(t, "ok", k.post(fmt.Sprint("4", k.sent)))
				pause(rnd)
			}
			k.upgrade(rnd)
			require.Equal(t, want, k.got, "seed %d", seed)
			require.Equal(t, want[:k.sent], k.messages(), "seed %d", seed)
			require.Empty(t, k.closed())
		})
	}
}

// The receiver's calls never overlap, Closed comes once and last, and nothing is
// left, whatever happens at the same time. The race detector looks on.
func TestManyThings(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			w.onReceive = func(s *engine.Session, p eio.Packet) error {
				switch string(p.Data) {
				case "bad":
					return errors.New("bad packet")
				case "slow":
					select {
					case <-s.Done():
					case <-time.After(time.Millisecond):
					}
				}
				return nil
			}
			var all sync.WaitGroup
			var sessions []*receiver
			for i := range uint64(8) {
				rnd := rand.New(rand.NewPCG(seed, i))
				if i%2 == 0 {
					k := w.open()
					sessions = append(sessions, k.receiver)
					goAll(&all, rnd, w.pollingThings(k))
				} else {
					k := w.dial("")
					sessions = append(sessions, w.last())
					goAll(&all, rnd, w.socketThings(k, w.last()))
				}
			}
			if seed%3 == 0 {
				all.Go(func() {
					time.Sleep(4 * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
					defer cancel()
					_ = w.srv.Shutdown(ctx)
				})
			}
			all.Wait()
			for _, r := range sessions {
				r.s.Close(engine.ForcedClose)
			}
			time.Sleep(2 * time.Minute) // drained, or not
			require.Zero(t, w.srv.Sessions())
			for _, r := range sessions {
				require.NotEmpty(t, r.closed())
			}
		})
	}
}

// goAll does all things at once, each some times.
func goAll(all *sync.WaitGroup, rnd *rand.Rand, things []func(*rand.Rand)) {
	for _, thing := range things {
		rnd := rand.New(rand.NewPCG(rnd.Uint64(), 0))
		all.Go(func() {
			for range 1 + rnd.IntN(6) {
				pause(rnd)
				thing(rnd)
			}
		})
	}
}

func (w *world) pollingThings(k *client) []func(*rand.Rand) {
	once := func(rnd *rand.Rand, f func()) {
		if rnd.IntN(8) == 0 {
			f()
		}
	}
	return []func(*rand.Rand){
		func(*rand.Rand) { _ = k.s.Send(text("x")) },
		func(*rand.Rand) { _ = k.s.Send(text("y")) },
		func(rnd *rand.Rand) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+rnd.IntN(40))*time.Millisecond)
			defer cancel()
			k.poll(cancelled(ctx))
		},
		func(rnd *rand.Rand) {
			k.post([]string{"4a", "4slow\x1e4b", "4bad\x1e4c", "3", "6", "4d\x1e1"}[min(rnd.IntN(12), 5-rnd.IntN(2))])
		},
		func(rnd *rand.Rand) {
			trial := w.dial(k.sid)
			if trial.err != nil {
				return
			}
			_ = trial.send("2probe")
			pause(rnd)
			_ = trial.send("5")
			pause(rnd)
			trial.take()
			_ = trial.send("4slow")
			trial.conn.Release(engine.ErrPeerClosed)
		},
		func(rnd *rand.Rand) { once(rnd, func() { k.s.Close(engine.ForcedClose) }) },
		func(*rand.Rand) { _, _ = k.s.Transport(), w.srv.Sessions(); k.s.Joined() },
	}
}

func (w *world) socketThings(k *socket, r *receiver) []func(*rand.Rand) {
	var release sync.Once
	return []func(*rand.Rand){
		func(*rand.Rand) { _ = r.s.Send(text("x")) },
		func(*rand.Rand) { k.take() },
		func(rnd *rand.Rand) { _ = k.send([]string{"4a", "4slow", "3", "4b", "4bad", "5"}[rnd.IntN(6)]) },
		func(*rand.Rand) { _ = k.send("4slow") },
		func(rnd *rand.Rand) {
			if rnd.IntN(8) == 0 {
				r.s.Close(engine.ForcedClose)
			}
		},
		func(rnd *rand.Rand) {
			if rnd.IntN(6) == 0 {
				release.Do(func() {
					k.conn.Release([]error{nil, engine.ErrPeerClosed, engine.ErrProtocol, errors.New("reset")}[rnd.IntN(4)])
				})
			}
		},
	}
}

// Send never blocks: not on a receiver that is busy, nor on a connection that
// takes nothing.
func TestSendNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.onReceive = func(s *engine.Session, _ eio.Packet) error { <-s.Done(); return nil }
		k := w.dial("")
		k.take()
		go func() { _ = k.send("4x") }()
		synctest.Wait()
		start := time.Now()
		for range 1000 {
			w.last().say("y")
		}
		require.Equal(t, start, time.Now())
		require.EqualValues(t, 1, k.woken.Load(), "and wakes the transport once")
	})
}

// A closed session does not wait for its busy receiver, but Closed does.
func TestCloseDuringReceive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		work := make(chan struct{})
		w.onReceive = func(*engine.Session, eio.Packet) error { <-work; return nil }
		k := w.dial("")
		k.take()
		for range 3 {
			go func() { _ = k.send("4x") }()
		}
		synctest.Wait()
		w.last().s.Close(engine.ForcedClose)
		require.Equal(t, "end", k.take())
		require.Empty(t, w.last().closed())
		close(work)
		synctest.Wait()
		require.Equal(t, engine.ForcedClose, w.last().closed())
		require.Equal(t, []string{"4x"}, w.last().messages(), "what still waited is dropped")
	})
}
