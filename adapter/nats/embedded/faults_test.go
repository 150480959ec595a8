// faults_test.go: a NATS that is killed and started again, stands still, is slow, or gone.

//go:build unix

package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/nats"
	"github.com/everwire/everwire/everwiretest"
)

// pause has the server stand still, and waits until it does.
func (p *process) pause(t *testing.T) {
	t.Helper()
	require.NoError(t, p.Process.Signal(syscall.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(p.Process.Pid, &status, syscall.WUNTRACED, nil)
	require.NoError(t, err)
	require.True(t, status.Stopped())
}

func (p *process) resume(t *testing.T) {
	t.Helper()
	require.NoError(t, p.Process.Signal(syscall.SIGCONT))
}

// load publishes 200 messages a second, to a room and to all by turns, until it is ended.
type load struct {
	from     *local
	count    atomic.Int64 // of the accepted
	stop     chan struct{}
	accepted chan []string
}

func begin(from *local) *load {
	l := &load{from: from, stop: make(chan struct{}), accepted: make(chan []string, 1)}
	go func() { // ends with the test
		var names []string
		defer func() { l.accepted <- names }()
		every := time.NewTicker(5 * time.Millisecond)
		defer every.Stop()
		for i := 0; ; i++ {
			select {
			case <-every.C:
			case <-l.stop:
				return
			}
			op := to(fmt.Sprint("event ", i))
			if i%2 == 0 {
				op.Rooms = []string{"room"}
			}
			if from.Publish(context.Background(), op) == nil {
				names = append(names, op.Event.Event)
				l.count.Add(1)
			}
		}
	}()
	return l
}

func (l *load) end() (accepted []string) {
	close(l.stop)
	return <-l.accepted
}

// while lets time pass, which is part of the fault.
func while(t *testing.T, d time.Duration) {
	t.Helper()
	start := time.Now()
	eventually(t, func() bool { return time.Since(start) > d }, "%v", d)
}

// came counts how many of the accepted have come; none may come twice.
func came(t *testing.T, l *local, accepted []string) (n int) {
	t.Helper()
	times := make(map[string]int)
	for _, name := range l.events() {
		times[name]++
		require.Equal(t, 1, times[name], "%s came twice", name)
	}
	for _, name := range accepted {
		n += times[name]
	}
	return n
}

// NATS is killed and started again under load: it goes on within 5 s, with all
// subscriptions, and what is lost is counted, to the message.
func TestRestart(t *testing.T) {
	p := launch(t, "0")
	out, in := connect(t, p, nats.Config{}), connect(t, p, nats.Config{})
	from, other := open(t, out), open(t, in)
	follow(t, from, other, "room")
	load := begin(from)
	eventually(t, func() bool { return len(other.events()) > 50 }, "messages before")
	p.pause(t) // what it is sent now gets lost
	n := load.count.Load()
	eventually(t, func() bool { return load.count.Load() > n+20 }, "messages on their way")
	p.kill()
	n = load.count.Load()
	eventually(t, func() bool { return load.count.Load() > n+100 }, "messages that wait")
	p.again(t)
	start := time.Now()
	var after []string
	eventually(t, func() bool {
		after = append(after, fmt.Sprint("after ", len(after)))
		require.NoError(t, from.Publish(t.Context(), to(after[len(after)-1], "room"))) // behind all that has waited
		return slices.ContainsFunc(other.events(), func(name string) bool { return strings.HasPrefix(name, "after") })
	}, "messages after")
	back := time.Since(start)
	accepted := append(load.end(), after...)
	require.NoError(t, from.Publish(t.Context(), to("last", "room")))
	eventually(t, func() bool { return other.has("last") }, "the last message")
	lost := len(accepted) - came(t, other, accepted)
	eventually(t, func() bool { return other.fault(adapter.Missed) >= lost }, "%d missed messages", lost)
	t.Logf("back after %v; of %d messages accepted, %d did not come; missed: %d; of the publisher: lost %d, refused %d; %+v",
		back.Round(time.Millisecond), len(accepted), lost, other.fault(adapter.Missed), from.fault(adapter.Lost), from.fault(adapter.Refused), out.Stats())
	require.Equal(t, uint64(from.fault(adapter.Lost)), out.Stats().Lost)
	require.Less(t, back, 5*time.Second)
	require.Positive(t, other.lostConnection(), "the gap is told")
	const heartbeats = 10 // may be among them
	require.LessOrEqual(t, other.fault(adapter.Missed), lost+heartbeats)
}

// While NATS stands still, what is published waits within the limit, is then refused, and
// comes in order when NATS goes on. Nobody waits, and no goroutine is left.
func TestStandsStill(t *testing.T) {
	p := launch(t, "0")
	out := connect(t, p, nats.Config{Queue: 256 << 10})
	from, other := open(t, out), open(t, connect(t, p, nats.Config{}))
	follow(t, from, other, "room")
	goroutines := runtime.NumGoroutine()
	p.pause(t)
	var accepted []string
	var err error
	start := time.Now()
	for i := 0; err == nil; i++ {
		require.Less(t, i, 10_000, "the queue has no end")
		op := to(fmt.Sprint("event ", i))
		if i%3 == 0 {
			op.Rooms = []string{"room"}
		}
		if err = from.Publish(t.Context(), op); err == nil {
			accepted = append(accepted, op.Event.Event)
		}
	}
	require.ErrorIs(t, err, nats.ErrQueueFull)
	require.Less(t, time.Since(start), 2*time.Second, "nobody waits")
	for i := range 200 { // rooms come and go meanwhile
		other.Adapter.(adapter.Follower).FollowRoom(fmt.Sprint(i), true, false)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+64+5, "goroutines")
	require.Positive(t, from.fault(adapter.Refused))
	p.resume(t)
	eventually(t, func() bool { return other.has(accepted[len(accepted)-1]) }, "the last message")
	require.Equal(t, accepted, other.events())
	require.Zero(t, out.Stats().Lost)
	require.LessOrEqual(t, other.fault(adapter.Missed), from.fault(adapter.Refused), "no other is missed")
	follow(t, from, other, "199")
	eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+5 }, "goroutines as before")
}

// A slow NATS delays, and loses nothing.
func TestSlow(t *testing.T) {
	p := launch(t, "0")
	from, other := open(t, connect(t, p, nats.Config{})), open(t, connect(t, p, nats.Config{}))
	follow(t, from, other, "room")
	load := begin(from)
	for range 5 {
		n := len(other.events())
		p.pause(t)
		while(t, 100*time.Millisecond)
		p.resume(t)
		eventually(t, func() bool { return len(other.events()) > n+20 }, "messages")
	}
	accepted := load.end()
	eventually(t, func() bool { return len(other.events()) == len(accepted) }, "all messages")
	require.Equal(t, accepted, other.events())
	require.Zero(t, other.fault(adapter.Missed))
}

// A connection that was closed, or has given up, is an error of all that is asked for.
func TestConnectionGone(t *testing.T) {
	p := launch(t, "0")
	conn, err := natsgo.Connect("nats://"+p.address, natsgo.MaxReconnects(1), natsgo.ReconnectWait(10*time.Millisecond))
	require.NoError(t, err)
	bus, err := nats.New(nats.Config{Conn: conn})
	require.NoError(t, err)
	l := open(t, bus)
	p.kill()
	eventually(t, func() bool { return errors.Is(l.Publish(t.Context(), to("x")), nats.ErrClosed) }, "an error")
	_, err = bus.Subscribe(t.Context(), "x", func([]byte) {})
	require.ErrorIs(t, err, nats.ErrClosed)
	_, err = cluster.Over(bus, short).Open("/other", new(local))
	require.ErrorIs(t, err, nats.ErrClosed)
	require.Positive(t, l.fault(adapter.Refused))
	require.NoError(t, bus.Close())
	require.NoError(t, bus.Close())
}

// A NATS that is not there yet is waited for: for Config.Timeout when a namespace is opened.
func TestNotThereYet(t *testing.T) {
	p := launch(t, "0")
	p.kill()
	conn, err := natsgo.Connect("nats://"+p.address, append(nats.Options(), natsgo.RetryOnFailedConnect(true))...)
	require.NoError(t, err)
	defer conn.Close()
	bus, err := nats.New(nats.Config{Conn: conn})
	require.NoError(t, err)
	c := short
	c.Timeout = 100 * time.Millisecond
	start := time.Now()
	_, err = cluster.Over(bus, c).Open("/", new(local))
	require.ErrorContains(t, err, "deadline")
	require.Less(t, time.Since(start), 10*time.Second)
	p.again(t)
	l := open(t, bus)
	require.NoError(t, l.Publish(t.Context(), to("x")))
	eventually(t, func() bool { return bus.Stats().Published > 0 }, "a confirmation")
	require.NoError(t, l.Close())
	require.NoError(t, bus.Close())
}

// Close publishes what waits, or tells how many are lost.
func TestCloseDrains(t *testing.T) {
	p := launch(t, "0")
	out, in := connect(t, p, nats.Config{}), connect(t, p, nats.Config{})
	got := make(chan string, 2000)
	_, err := in.Subscribe(t.Context(), "x", func(payload []byte) { got <- string(payload) })
	require.NoError(t, err)
	for i := range 1000 {
		require.NoError(t, out.Publish(t.Context(), "x", fmt.Append(nil, i)))
	}
	require.NoError(t, out.Close())
	eventually(t, func() bool { return len(got) == 1000 }, "all messages")
	require.ErrorIs(t, out.Publish(t.Context(), "x", nil), nats.ErrClosed)

	again := connect(t, p, nats.Config{})
	p.pause(t)
	for range 7 {
		require.NoError(t, again.Publish(t.Context(), "x", nil))
	}
	start := time.Now()
	require.ErrorContains(t, again.Close(), "7 messages are lost")
	require.Less(t, time.Since(start), 10*time.Second)
	p.resume(t)
}

// While NATS stands still, sockets of this node get what is sent at once, and who asks is
// told who has not answered.
func TestLocalDeliveryGoesOn(t *testing.T) {
	p := launch(t, "0")
	c := short
	c.Timeout = 200 * time.Millisecond
	var servers []*everwire.Server
	var inboxes []*everwiretest.Inbox[report]
	for range 2 {
		srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(connect(t, p, nats.Config{}), c), Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		client := everwiretest.Start(t, srv).Connect(t)
		servers, inboxes = append(servers, srv), append(inboxes, everwiretest.Collect(client, reported))
	}
	eventually(t, func() bool {
		n, err := servers[0].CountSockets(t.Context())
		return n == 2 && err == nil
	}, "both sockets")
	p.pause(t)
	for i := range 100 {
		require.NoError(t, reported.Emit(servers[0], report{Pages: i}))
		require.Equal(t, i, inboxes[0].Next(t).Pages)
	}
	require.Empty(t, inboxes[1].All())
	n, err := servers[0].CountSockets(t.Context())
	require.Equal(t, 1, n)
	var missing *adapter.MissingError
	require.ErrorAs(t, err, &missing)
	require.Len(t, missing.Nodes, 1)
	p.resume(t)
	for i := range 100 {
		require.Equal(t, i, inboxes[1].Next(t).Pages)
	}
}
