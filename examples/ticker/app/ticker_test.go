// ticker_test.go: pages get what they watch, gapless or the latest, and nothing else.

package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
	"github.com/everwire/everwire/examples/site/sitetest"
)

// everywhere runs a test in a bubble, over each transport.
func everywhere(t *testing.T, f func(t *testing.T, srv *everwiretest.Server, tick *ticker, c *everwiretest.Client)) {
	for _, transport := range []string{client.WebSocket, client.SSE, client.Polling} {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				own, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
				require.NoError(t, err)
				tick := openTicker(own, newMarket(1))
				srv := everwiretest.Start(t, own)
				f(t, srv, tick, srv.Connect(t, everwiretest.Over(transport)))
			})
		})
	}
}

func watch(t *testing.T, c *everwiretest.Client, view View) map[int]Chart {
	t.Helper()
	answer, err := Watch.Call(t.Context(), c, view)
	require.NoError(t, err)
	byID := map[int]Chart{}
	for _, chart := range answer.Charts {
		byID[chart.ID] = chart
	}
	require.Len(t, byID, len(view.IDs))
	return byID
}

// move has the market make so many steps.
func move(tick *ticker, steps int) {
	for range steps {
		tick.tell(tick.market.step(time.Now()))
	}
}

func TestTicksFollowTheirChartWithoutGap(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *everwiretest.Server, tick *ticker, c *everwiretest.Client) {
		inbox := everwiretest.Collect(c, Ticked)
		charts := watch(t, c, View{IDs: []int{1, 500, 999}, Every: true, Past: 10})
		for i := range 5 {
			move(tick, 20)
			if i%2 == 0 {
				c.Cut()
			}
		}
		move(tick, 20)
		synctest.Wait()
		time.Sleep(time.Minute) // of the bubble's time: whoever was cut is back
		n, seen := map[int]int64{}, 0
		for _, got := range inbox.All() {
			require.Contains(t, charts, got.ID, "not watched")
			if n[got.ID] == 0 {
				n[got.ID] = charts[got.ID].N
			}
			require.Equal(t, n[got.ID]+1, got.N)
			n[got.ID]++
			seen++
		}
		assert.Greater(t, seen, 30)
		for id, last := range n {
			assert.Equal(t, tick.market.charts([]int{id}, 0)[0].N, last)
		}
	})
}

func TestSlowPageGetsTheLatest(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *everwiretest.Server, tick *ticker, c *everwiretest.Client) {
		inbox := everwiretest.Collect(c, Ticked)
		ids := []int{1, 2, 3}
		watch(t, c, View{IDs: ids})
		c.Offline()
		move(tick, 150)
		c.Resume()
		time.Sleep(10 * time.Second) // of the bubble's time
		got := inbox.All()
		assert.Less(t, len(got), 20, "150 steps were about 110 ticks")
		last := map[int]Tick{}
		for _, tick := range got {
			last[tick.ID] = tick
		}
		for _, chart := range tick.market.charts(ids, 1) {
			assert.Equal(t, chart.N, last[chart.ID].N)
			assert.Equal(t, chart.Past[0], last[chart.ID].Price)
		}
	})
}

func TestWatchLeavesWhatIsGone(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *everwiretest.Server, tick *ticker, c *everwiretest.Client) {
		watch(t, c, View{IDs: []int{1, 2}})
		watch(t, c, View{IDs: []int{2, 3}, Every: true})
		s := everwiretest.SocketOf(t, tick.srv, c)
		assert.ElementsMatch(t, []string{"every:2", "every:3"}, s.Rooms())
		watch(t, c, View{})
		assert.Empty(t, s.Rooms())
	})
}

func TestWatchRefuses(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *everwiretest.Server, tick *ticker, c *everwiretest.Client) {
		watch(t, c, View{IDs: []int{1}})
		for code, ids := range map[string][]int{"too_many": make([]int, maxWatched+1), "unknown": {instruments}} {
			_, err := Watch.Call(t.Context(), c, View{IDs: ids})
			var e *everwire.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, code, e.Code)
		}
		assert.Equal(t, []string{"latest:1"}, everwiretest.SocketOf(t, tick.srv, c).Rooms(), "nothing has changed")
	})
}

func TestMarketRestsWhileNobodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		tick := openTicker(own, newMarket(1))
		srv := everwiretest.Start(t, own)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { tick.run(ctx); close(done) }() // ends with ctx
		before := tick.market.charts([]int{1}, 1)
		time.Sleep(5 * time.Second)
		assert.Equal(t, before, tick.market.charts([]int{1}, 1))
		c := srv.Connect(t)
		inbox := everwiretest.Collect(c, Scored)
		time.Sleep(5 * time.Second)
		assert.NotEqual(t, before, tick.market.charts([]int{1}, 1))
		assert.NotEmpty(t, inbox.All())
		stop()
		<-done
	})
}

func TestPage(t *testing.T) {
	app, err := New()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, app.Shutdown(context.Background())) })
	sitetest.Page(t, app)
}
