// heartbeat_test.go: pings, pongs, and the sessions that miss them.

package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// step is the coarsest step of the wheel of deadlines.
const step = 250 * time.Millisecond

// within demands that a point in time lies at want, or a little later.
func within(t *testing.T, want time.Duration, start time.Time) {
	t.Helper()
	late := time.Since(start) - want
	require.True(t, late >= 0 && late <= 2*step, "%v after the time", late)
}

func TestPingAtInterval(t *testing.T) {
	for _, c := range []engine.Config{
		{},
		{PingInterval: 5 * time.Second, PingTimeout: 4 * time.Second},
		{PingInterval: time.Second, PingTimeout: 60 * time.Second},
		{PingInterval: 10 * time.Minute, PingTimeout: time.Second},
	} {
		interval := c.PingInterval
		if interval == 0 {
			interval = 25 * time.Second
		}
		t.Run(fmt.Sprint(interval), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, c)
				k := w.dial("")
				require.Contains(t, k.take(), "sid")
				for range 3 {
					start := time.Now()
					<-k.wake
					within(t, interval, start)
					require.Equal(t, "2", k.take())
					require.NoError(t, k.send("3"))
				}
				require.Empty(t, w.last().closed())
			})
		})
	}
}

func TestPingAnswersPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		start := time.Now()
		require.Equal(t, "2", k.poll())
		within(t, 25*time.Second, start)
		require.Equal(t, "ok", k.post("3"))
		require.Equal(t, "2", k.poll())
		within(t, 50*time.Second, start)
	})
}

func TestPingTimeout(t *testing.T) {
	for _, c := range []struct {
		name   string
		during func(*testing.T, *socket) // after the ping, every second
		at     time.Duration             // of the end, after the handshake
	}{
		{"silence", func(*testing.T, *socket) {}, 45 * time.Second},
		{"messages do not count", func(t *testing.T, k *socket) { require.NoError(t, k.send("4x")) }, 45 * time.Second},
		{"other packets do not count", func(t *testing.T, k *socket) { require.NoError(t, k.send("6")) }, 45 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engine.Config{})
				k, r, start := w.dial(""), w.last(), time.Now()
				k.take()
				<-k.wake
				require.Equal(t, "2", k.take())
				for time.Since(start) < c.at-time.Second {
					time.Sleep(time.Second)
					c.during(t, k)
				}
				require.Empty(t, r.closed(), "not early")
				<-k.wake
				within(t, c.at, start)
				require.Equal(t, "end", k.take())
				require.Equal(t, engine.PingTimeout, r.closed())
				require.Zero(t, w.srv.Sessions())
			})
		})
	}
}

// Only the pong that was asked for starts the next interval.
func TestPongsBeforePingAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, start := w.dial(""), time.Now()
		k.take()
		for range 20 {
			time.Sleep(time.Second)
			require.NoError(t, k.send("3"))
		}
		<-k.wake
		within(t, 25*time.Second, start)
		require.Equal(t, "2", k.take())
	})
}

// A session without a poll ends as others do, and a request sees its end on time
// though the sweep may come later.
func TestPingTimeoutWithoutPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		time.Sleep(45*time.Second - 1)
		require.Equal(t, "ok", k.post("4still here"))
		time.Sleep(time.Nanosecond)
		require.Equal(t, unknownSession, k.poll())
		require.Equal(t, engine.PingTimeout, k.closed())
	})
}

func TestSweepWithoutRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		time.Sleep(45*time.Second - step)
		require.Empty(t, k.closed())
		time.Sleep(3 * step)
		require.Equal(t, engine.PingTimeout, k.closed())
		require.Equal(t, unknownSession, k.poll())
	})
}

// A poll that waits at the end of a session hears of it.
func TestPingTimeoutEndsPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		require.Equal(t, "2", k.poll())
		require.Equal(t, "1", k.poll())
		require.Equal(t, engine.PingTimeout, k.closed())
		require.Equal(t, unknownSession, k.poll())
	})
}

// While the application keeps the reader waiting, a pong may stand behind what it
// works on: the session is judged afterwards.
func TestVerdictWaitsForApplication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		work := make(chan struct{})
		w.onReceive = func(*engine.Session, eio.Packet) error { <-work; return nil }
		k := w.dial("")
		k.take()
		go func() {
			_ = k.send("4work")
			_ = k.send("3")
		}()
		time.Sleep(5 * time.Minute)
		require.Empty(t, w.last().closed())
		close(work)
		synctest.Wait()
		require.Equal(t, "2", k.take())
		time.Sleep(26 * time.Second)
		require.Equal(t, "2", k.take(), "the pong was taken")
		time.Sleep(21 * time.Second)
		require.Equal(t, engine.PingTimeout, w.last().closed())
	})
}

// A ping from the client is against the protocol.
func TestClientPing(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k := w.dial("")
	k.take()
	require.Error(t, k.send("2"))
	require.Equal(t, "end", k.take())
	require.Equal(t, engine.ParseError, w.last().closed())
}

func TestConnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{ConnectTimeout: 3 * time.Second})
		w.onOpen = func(*engine.Session) error { return nil }
		late, start := w.open(), time.Now()
		joined := w.open()
		joined.s.Joined()
		joined.s.Joined() // counts once
		answer := late.goPoll()
		time.Sleep(3*time.Second - step)
		require.Empty(t, late.closed())
		require.Equal(t, "1", <-answer)
		within(t, 3*time.Second, start)
		require.Equal(t, engine.ForcedClose, late.closed())
		time.Sleep(10 * time.Second)
		require.Empty(t, joined.closed())
	})
}
