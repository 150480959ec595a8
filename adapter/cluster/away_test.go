// away_test.go: a bus that is away, and comes back.

package cluster_test

import (
	"context"
	"errors"
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

// outage is a bus that takes everything and brings nothing while it is away, and does not
// let anybody subscribe.
type outage struct {
	memory.Bus
	away atomic.Bool
}

func (o *outage) Publish(ctx context.Context, topic string, payload []byte) error {
	if o.away.Load() {
		return nil
	}
	return o.Bus.Publish(ctx, topic, payload)
}

func (o *outage) Subscribe(ctx context.Context, topic string, f func([]byte)) (func(), error) {
	if o.away.Load() {
		<-ctx.Done()
		return nil, errors.New("no bus")
	}
	return o.Bus.Subscribe(ctx, topic, f)
}

// reasons are those of faults, nil for the end of an outage.
func (m *member) reasons() (list []error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.faults {
		list = append(list, f.Err)
	}
	return list
}

// While the bus is away, nobody is called gone, and who asks is told what is wrong. When it is
// back, the time of those begins again who are gone indeed.
func TestBusIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus outage
		w := &wire{Bus: &bus}
		one, two, dead := newMember(t, &bus, cluster.Config{}), open(t, &bus, counted(2)), open(t, w, counted(4))
		time.Sleep(time.Second)
		count := func() (int, time.Duration, error) { return ask(one, adapter.Count) }
		n, _, err := count()
		require.NoError(t, err)
		require.Equal(t, 6, n)
		bus.away.Store(true)
		time.Sleep(20 * time.Second)
		n, took, err := count()
		require.Zero(t, n)
		require.ErrorIs(t, err, cluster.ErrAway)
		require.Zero(t, took)
		require.Equal(t, []error{cluster.ErrAway}, one.reasons())
		w.cut.Store(true)
		bus.away.Store(false)
		time.Sleep(4 * time.Second)
		_, took, err = count()
		var missing *adapter.MissingError
		require.ErrorAs(t, err, &missing, "both are known, and one is silent")
		require.Equal(t, 1, missing.Count)
		require.LessOrEqual(t, took, 6*time.Second)
		require.Equal(t, []error{cluster.ErrAway, nil}, one.reasons()[:2])
		time.Sleep(10 * time.Second) // the heartbeat that told of the bus may have come late
		n, took, err = count()
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Zero(t, took)
		require.NoError(t, errors.Join(one.Close(), two.Close()))
		require.Error(t, dead.Close())
	})
}

// A namespace that is opened while the bus is away joins the others when it is back, and
// does not keep anybody waiting until then.
func TestOpenWhileTheBusIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus outage
		here, there := cluster.Over(&bus, cluster.Config{}), cluster.Over(&bus, cluster.Config{})
		m, l := &member{}, &member{}
		main, err := here.Open("/", l)
		require.NoError(t, err)
		other, err := there.Open("/late", counted(3))
		require.NoError(t, err)
		bus.away.Store(true)
		start := time.Now()
		late, err := here.Open("/late", m)
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(start))
		require.Len(t, m.reasons(), 1)
		require.ErrorContains(t, m.reasons()[0], "no bus")
		time.Sleep(20 * time.Second)
		bus.away.Store(false)
		time.Sleep(7 * time.Second)
		require.Contains(t, m.reasons(), error(nil))
		n, _, err := ask(late, adapter.Count)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.NoError(t, other.Publish(t.Context(), &adapter.Op{Event: sio.Emission{Event: "e"}}))
		synctest.Wait()
		require.Equal(t, []string{"e"}, m.events())
		bus.away.Store(true)
		gone, err := here.Open("/gone", &member{})
		require.NoError(t, err)
		require.NoError(t, errors.Join(gone.Close(), late.Close(), other.Close(), main.Close()), "while it is waiting, too")
		_, err = cluster.Over(&bus, cluster.Config{}).Open("/", &member{})
		require.ErrorContains(t, err, "no bus", "the first namespace")
	})
}
