// cluster_test.go: nodes that come, fall silent and leave.

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/namespace/sio"
)

// local is a namespace that does as it is told.
type local func(ctx context.Context, op *adapter.Op, answer func(adapter.Answer) error) error

func (l local) Apply(ctx context.Context, op *adapter.Op, answer func(adapter.Answer) error) error {
	return l(ctx, op, answer)
}

// counted has n sockets.
func counted(n int) local {
	return func(_ context.Context, _ *adapter.Op, answer func(adapter.Answer) error) error {
		if answer == nil {
			return nil
		}
		return answer(adapter.Answer{Count: n})
	}
}

// hung has a socket, which does not acknowledge.
func hung(ctx context.Context, _ *adapter.Op, answer func(adapter.Answer) error) error {
	if err := answer(adapter.Answer{Count: 1}); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// wire is a bus that can be cut.
type wire struct {
	cluster.Bus
	cut atomic.Bool
}

func (w *wire) Publish(ctx context.Context, topic string, payload []byte) error {
	if w.cut.Load() {
		return errors.New("cut")
	}
	return w.Bus.Publish(ctx, topic, payload)
}

// open opens "/" on the bus. The adapter is closed by the caller: within its bubble.
func open(t *testing.T, b cluster.Bus, l adapter.Local) adapter.Adapter {
	t.Helper()
	a, err := cluster.Over(b, cluster.Config{}).Open("/", l)
	require.NoError(t, err)
	return a
}

// ask adds up the counts.
func ask(a adapter.Adapter, kind adapter.Kind) (n int, took time.Duration, err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for answer, failure := range a.Ask(ctx, &adapter.Op{Kind: kind, Event: sio.Emission{Event: "ask"}}) {
		n += answer.Count
		err = failure
	}
	return n, time.Since(start), err
}

// Nodes that have nothing to say are not forgotten.
func TestQuietNodesStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		one, two, three := open(t, &bus, counted(1)), open(t, &bus, counted(2)), open(t, &bus, counted(4))
		for range 3 {
			time.Sleep(20 * time.Second)
			n, _, err := ask(one, adapter.Count)
			require.NoError(t, err)
			require.Equal(t, 6, n)
		}
		require.NoError(t, errors.Join(one.Close(), two.Close(), three.Close()))
	})
}

// The others of a node that dies are told its name within 10 s, and what was answered
// before.
func TestNodeDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		w := &wire{Bus: &bus}
		one, two, three := open(t, &bus, counted(1)), open(t, &bus, counted(2)), open(t, w, local(hung))
		time.Sleep(time.Second)
		time.AfterFunc(time.Second, func() { w.cut.Store(true) })

		n, took, err := ask(one, adapter.Call)
		require.Equal(t, 3, n, "two clients of node two, which answer nothing, and one of three")
		var missing *adapter.MissingError
		require.ErrorAs(t, err, &missing)
		require.Equal(t, 1, missing.Count)
		require.Len(t, missing.Nodes, 1)
		require.Regexp(t, "^[0-9a-f]{16}$", missing.Nodes[0])
		require.Greater(t, took, 59*time.Second, "the clients of the node that lives are waited for")

		n, took, err = ask(one, adapter.Count)
		require.NoError(t, err, "it is out of the counts")
		require.Equal(t, 2, n)
		require.Zero(t, took)
		require.NoError(t, errors.Join(one.Close(), two.Close()))
		require.Error(t, three.Close(), "it cannot say goodbye")
	})
}

// Who waits for the one node that dies does not wait for its own end.
func TestWaitingEndsWithTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		w := &wire{Bus: &bus}
		one, two := open(t, &bus, counted(1)), open(t, w, local(hung))
		time.Sleep(time.Second)
		time.AfterFunc(time.Second, func() { w.cut.Store(true) })
		n, took, err := ask(one, adapter.Call)
		require.Equal(t, 1, n)
		require.ErrorAs(t, err, new(*adapter.MissingError))
		require.LessOrEqual(t, took, 11*time.Second)
		require.NoError(t, one.Close())
		require.Error(t, two.Close())
	})
}

// A node that leaves says so, and nobody waits for it.
func TestNodeLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		one, two := open(t, &bus, counted(1)), open(t, &bus, local(hung))
		time.Sleep(time.Second)
		time.AfterFunc(time.Second, func() { require.NoError(t, two.Close()) })
		_, took, err := ask(one, adapter.Call)
		require.ErrorAs(t, err, new(*adapter.MissingError))
		require.Equal(t, time.Second, took)
		require.NoError(t, one.Close())
	})
}

// An end of the time is told as such, with who has not answered.
func TestTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		one, two := open(t, &bus, counted(1)), open(t, &bus, local(hung))
		for _, kind := range []adapter.Kind{adapter.Count, adapter.Serve} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			var err error
			for _, failure := range one.Ask(ctx, &adapter.Op{Kind: kind, Event: sio.Emission{Event: "ask"}}) {
				err = failure
			}
			cancel()
			if kind == adapter.Serve {
				require.NoError(t, err, "the node has answered")
				continue
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorAs(t, err, new(*adapter.MissingError))
		}
		require.NoError(t, errors.Join(one.Close(), two.Close()))
	})
}

// Whoever can publish can send anything.
func TestHostile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		one, two := open(t, &bus, counted(1)), open(t, &bus, counted(2))
		for _, payload := range []string{
			"", "{", "null", "[]", `{"uid":"x"}`, `{"uid":"x","nsp":"/","type":3}`, `{"uid":"x","nsp":"/","type":99}`,
			`{"uid":"x","nsp":"/","type":7,"data":{"opts":{"rooms":[{}]},"requestId":"r"}}`,
			"\xc1", "\xdf\xff\xff\xff\xff", "\x80\x04\x95",
		} {
			require.NoError(t, bus.Publish(t.Context(), "everwire.Lw.all", []byte(payload)))
		}
		for i := range 10_000 {
			require.NoError(t, bus.Publish(t.Context(), "everwire.Lw.all", fmt.Appendf(nil, `{"uid":"node-%d","nsp":"/","type":2}`, i)))
		}
		_, _, err := ask(one, adapter.Count)
		var missing *adapter.MissingError
		require.ErrorAs(t, err, &missing)
		require.LessOrEqual(t, missing.Count, 4096)

		time.Sleep(20 * time.Second)
		n, _, err := ask(one, adapter.Count)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.NoError(t, errors.Join(one.Close(), two.Close()))
	})
}
