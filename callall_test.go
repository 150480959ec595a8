// callall_test.go: typed questions to many, and between servers.

package everwire_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/engine/enginetest"
)

const vote = everwire.RPC2[string, int, bool]("vote")

// ballot is one answer as it came.
type ballot struct {
	yes bool
	err error
}

// count asks, and delivers the answers.
func count(ctx context.Context, n *everwire.Namespace) <-chan ballot {
	ballots := make(chan ballot, 9)
	go func() {
		defer close(ballots)
		for yes, err := range vote.CallAll(ctx, n, "tea?", 5) {
			ballots <- ballot{yes, err}
		}
	}()
	return ballots
}

func TestCallAll(t *testing.T) {
	inMemory(t, func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer) {
		peers := []*enginetest.Peer{dial(), dial(), dial(), dial()}
		ballots := count(t.Context(), n)
		for _, p := range peers {
			require.Equal(t, `420["vote","tea?",5]`, p.Next())
		}
		require.NoError(t, peers[2].Send("430[true]"))
		require.Equal(t, ballot{yes: true}, <-ballots, "the others have not answered")
		require.NoError(t, peers[0].Send(`430[{"error":{"code":"asleep","message":"zzz"}}]`))
		require.Equal(t, ballot{err: &everwire.Error{Code: "asleep", Message: "zzz"}}, <-ballots)
		require.NoError(t, peers[1].Send(`430["perhaps"]`))
		require.ErrorIs(t, (<-ballots).err, everwire.ErrAnswer)
		peers[3].Close()
		require.ErrorIs(t, (<-ballots).err, everwire.ErrDisconnected)
		_, more := <-ballots
		require.False(t, more)
	})
}

// Leaving the loop gives the other answers up; ctx ends it as well.
func TestCallAllEnds(t *testing.T) {
	inMemory(t, func(t *testing.T, n *everwire.Namespace, dial func() *enginetest.Peer) {
		p, q := dial(), dial()
		ended := make(chan bool)
		go func() {
			for range vote.CallAll(t.Context(), n, "tea?", 5) {
				break
			}
			close(ended)
		}()
		synctest.Wait()
		require.NoError(t, p.Send("430[true]"))
		<-ended
		require.NoError(t, q.Send("430[true]")) // too late, and no harm

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		ballots := count(ctx, n)
		synctest.Wait()
		require.NoError(t, q.Send("431[false]"))
		require.Equal(t, ballot{}, <-ballots)
		require.ErrorIs(t, (<-ballots).err, everwire.ErrTimeout)
		require.Equal(t, time.Second, time.Since(start))
	})
}

// Servers ask each other with the same events.
func TestCallAllBetweenServers(t *testing.T) {
	var hub memory.Hub
	list := make([]*everwire.Server, 3)
	for i := range list {
		srv, err := everwire.New(everwire.Config{Adapter: &hub})
		require.NoError(t, err)
		defer func() { require.NoError(t, srv.Shutdown(t.Context())) }()
		list[i] = srv
		everwire.Handle2(srv.Of("/").Servers(), vote, func(_ *everwire.Ctx, topic string, limit int) (bool, error) {
			return topic == "tea?" && limit == i, nil
		})
	}
	answers := map[bool]int{}
	for yes, err := range vote.CallAll(t.Context(), list[0].Of("/").Servers(), "tea?", 2) {
		require.NoError(t, err)
		answers[yes]++
	}
	require.Equal(t, map[bool]int{true: 1, false: 1}, answers)
}
