// yield_test.go: clients that are wanted at another node than the one that has them.

//go:build unix

package redis_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
	"github.com/everwire/everwire/adapter/redis"
)

// yielder gives up the client that it has.
type yielder struct {
	*local
	yield func(pid string)
}

func (y yielder) Yield(pid string) { y.yield(pid) }

// yielding opens a namespace on a node that gives up clients as it is told.
func yielding(t *testing.T, c redis.Config, yield func(pid string)) (adapter.Recoverer, *local) {
	l := new(local)
	a, err := cluster(t, 1, c)[0].Open("/", yielder{l, yield})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	return a.(adapter.Recoverer), l
}

// A client comes back before the node that it comes from knows that it has gone.
func TestYield(t *testing.T) {
	c := redis.Config{Mode: redis.Streams, Prefix: prefixes(), Sessions: prefixes() + ":session:"}
	asked := make(chan string, 1)
	one, near := yielding(t, c, func(pid string) { asked <- pid })
	two := open(t, cluster(t, 1, c)[0], "/", new(local)).(adapter.Recoverer)
	mark := relay(t, one, near, emission("e"))
	back := make(chan error, 1)
	go func() { // ends with Restore
		_, err := two.Restore(context.Background(), pid, mark, 1000)
		back <- err
	}()
	require.Equal(t, pid, <-asked)
	save(t, one, saved())
	require.NoError(t, <-back)
}

// A node has saved the client between the look of another and its question.
func TestYieldTooLate(t *testing.T) {
	c := redis.Config{Mode: redis.Streams, Prefix: prefixes(), Sessions: prefixes() + ":session:"}
	one, _ := yielding(t, c, func(string) {})
	answers := client(t).Subscribe(t.Context(), c.Prefix+"#/#other#")
	defer answers.Close()
	_, err := answers.Receive(t.Context())
	require.NoError(t, err)
	question, err := wire.AppendMsgpack(nil, wire.Map{
		{Name: "uid", Value: "other"}, {Name: "nsp", Value: "/"}, {Name: "type", Value: int(node.Yield)},
		{Name: "data", Value: wire.Map{{Name: "pid", Value: pid}}},
	})
	require.NoError(t, err)
	c2 := client(t)
	var m *goredis.Message
	eventually(t, func() bool { // again, if the node has taken too long to hear the question
		save(t, one, saved())
		require.NoError(t, c2.Publish(t.Context(), c.Prefix+"#/#", question).Err())
		got, err := answers.ReceiveTimeout(t.Context(), 200*time.Millisecond)
		m, _ = got.(*goredis.Message)
		return err == nil
	}, "an answer")
	v, err := wire.ParseMsgpack([]byte(m.Payload))
	require.NoError(t, err)
	require.Equal(t, int(node.Yielded), node.TreeOf(v).Int("type"))
	require.Equal(t, pid, node.TreeOf(v).Tree("data").String("pid"))
}

// calls returns how often a Redis was told a command.
func calls(t *testing.T, c *goredis.Client, command string) int {
	t.Helper()
	info := c.Info(t.Context(), "commandstats").Val()
	m := regexp.MustCompile(`cmdstat_` + regexp.QuoteMeta(command) + `:calls=(\d+)`).FindStringSubmatch(info)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	require.NoError(t, err)
	return n
}

// Whoever makes up a private ID costs two looks, and what cannot be one costs nothing.
func TestMadeUpIDs(t *testing.T) {
	t.Parallel()
	from, _, process, _ := pair(t, redis.Config{Mode: redis.Streams})
	c := clientOf(t, process)
	restore := func(pid string) {
		_, err := from.(adapter.Recoverer).Restore(context.Background(), pid, "", 1000)
		require.ErrorIs(t, err, adapter.ErrNotSaved)
	}
	for _, pid := range []string{"", "short", "pid of 20 characters", "pid-of-20-character\n", "pid-of-20-characters-and-more", "pïd-of-20-character"} {
		restore(pid)
	}
	require.Zero(t, calls(t, c, "exec"))
	restore("made-up-private-zero") // counts the nodes
	var all sync.WaitGroup
	const strangers = 200
	for i := range strangers {
		all.Go(func() { restore(fmt.Sprintf("made-up-private-%04d", i)) })
	}
	all.Wait()
	require.Equal(t, 2*(strangers+1), calls(t, c, "exec"))
	require.LessOrEqual(t, calls(t, c, "publish"), strangers+1)
	require.Less(t, calls(t, c, "pubsub|numsub"), strangers, "the nodes are counted now and then")
}
