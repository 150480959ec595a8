// faults_test.go: a Redis that is slow, stopped, or gone for a while.

//go:build unix

package redis_test

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

// pair opens two nodes at a Redis of their own.
func pair(t *testing.T, c redis.Config) (from adapter.Adapter, l *local, process *exec.Cmd, stats func() redis.Stats) {
	t.Helper()
	server(t) // skips if there is none
	process, address := start(t)
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	own := goredis.NewClient(&goredis.Options{Addr: address, DisableIdentity: true})
	t.Cleanup(func() { require.NoError(t, own.Close()) })
	c.Client = own
	one, err := redis.New(c)
	require.NoError(t, err)
	two, err := redis.New(c)
	require.NoError(t, err)
	l = new(local)
	from = open(t, one, "/", new(local))
	open(t, two, "/", l)
	return from, l, process, one.Stats
}

// clientOf is a client of a Redis of its own.
func clientOf(t *testing.T, process *exec.Cmd) *goredis.Client {
	t.Helper()
	c := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:" + process.Args[2], DisableIdentity: true})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// While Redis stands still, what is published waits within the limit, is then refused, and
// arrives in order when Redis goes on.
func TestRedisStandsStill(t *testing.T) {
	t.Parallel()
	from, l, process, stats := pair(t, redis.Config{Queue: 64 << 10})
	emit(t, from, "before")
	l.has(t, "before")
	require.NoError(t, process.Process.Signal(syscall.SIGSTOP))
	t.Cleanup(func() { _ = process.Process.Signal(syscall.SIGCONT) })
	accepted := []string{"before"}
	start := time.Now()
	var err error
	for i := 0; err == nil; i++ {
		require.Less(t, i, 10_000, "the queue has no end")
		name := fmt.Sprint("event ", i)
		if err = from.Publish(t.Context(), emission(name)); err == nil {
			accepted = append(accepted, name)
		}
	}
	require.ErrorIs(t, err, redis.ErrQueueFull)
	require.Less(t, time.Since(start), time.Second, "nobody waits")
	require.NoError(t, process.Process.Signal(syscall.SIGCONT))
	l.has(t, accepted[len(accepted)-1])
	require.Equal(t, accepted, l.events())
	require.Equal(t, redis.Stats{Published: uint64(len(accepted)), Refused: 1}, ignored(stats()))
}

// ignored leaves out what other nodes have sent.
func ignored(s redis.Stats) redis.Stats {
	s.Ignored = 0
	return s
}

// Redis is killed and comes back empty: subscriptions are there again, what was published
// meanwhile arrives with streams, and nothing comes twice.
func TestRedisRestarts(t *testing.T) {
	t.Parallel()
	for name, config := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, l, process, stats := pair(t, config)
			emit(t, from, "before")
			l.has(t, "before")
			require.NoError(t, process.Process.Kill())
			_ = process.Wait()
			emit(t, from, "meanwhile") // the first may be lost: it is sent on the dead connection
			restart(t, process)
			n := 0
			eventually(t, func() bool {
				n++
				return from.Publish(t.Context(), emission(fmt.Sprint("after ", n))) == nil && strings.Contains(fmt.Sprint(l.events()), "after")
			}, "an event after the restart")
			seen := make(map[string]bool)
			for _, name := range l.events() {
				require.False(t, seen[name], "%s came twice", name)
				seen[name] = true
			}
			require.Zero(t, stats().Refused)
			eventually(t, func() bool {
				answers, err := ask(from, &adapter.Op{Kind: adapter.Fetch})
				return err == nil && len(answers) == 1
			}, "an answer of the other node, whose subscriptions are back")
		})
	}
}

// restart starts the command again, until the test ends.
func restart(t *testing.T, old *exec.Cmd) {
	t.Helper()
	again := exec.Command(old.Path, old.Args[1:]...)
	require.NoError(t, again.Start())
	t.Cleanup(func() {
		_ = again.Process.Kill()
		_ = again.Wait()
	})
}

// A message that is too large is refused, not sent.
func TestTooLarge(t *testing.T) {
	for name, config := range modes {
		config.MaxMessage = 1000
		a := open(t, cluster(t, 1, config)[0], "/", new(local))
		op := emission("x")
		op.Event.Args = []any{strings.Repeat("x", 2000)}
		require.ErrorIs(t, a.Publish(t.Context(), op), redis.ErrTooLarge, name)
	}
}
