// arena_test.go: scores arrive each, frames when they can.

package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

// everywhere runs a test in a bubble, over each transport.
func everywhere(t *testing.T, f func(t *testing.T, a *arena, arrive func(name string) *page)) {
	for _, transport := range []string{client.WebSocket, client.SSE, client.Polling} {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				own, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
				require.NoError(t, err)
				a := openArena(own, newGame(1))
				srv := everwiretest.Start(t, own)
				f(t, a, func(name string) *page { return arrive(t, srv, name, transport) })
			})
		})
	}
}

type page struct {
	*everwiretest.Client
	welcome Welcome
	frames  *everwiretest.Inbox[[]byte]
	scores  *everwiretest.Inbox[Score]
	crews   *everwiretest.Inbox[Crew]
}

func arrive(t *testing.T, srv *everwiretest.Server, name, transport string) *page {
	t.Helper()
	p := &page{Client: srv.NewClient(t, everwiretest.Over(transport), everwiretest.Auth(Hello{name}))}
	opening := everwiretest.Collect(p.Client, Opening)
	p.frames, p.scores, p.crews = everwiretest.Collect(p.Client, Frame), everwiretest.Collect(p.Client, Scored), everwiretest.Collect(p.Client, Joined)
	require.NoError(t, p.Connect(t.Context()))
	p.welcome = opening.Next(t)
	return p
}

// play has so many steps of the game happen, at its pace.
func (a *arena) play(steps int) {
	for range steps {
		a.tell(a.game.advance())
		time.Sleep(time.Second / rate) // of the bubble's time
	}
}

func TestScoresHaveNoGapThroughCuts(t *testing.T) {
	everywhere(t, func(t *testing.T, a *arena, arrive func(string) *page) {
		ann := arrive("ann")
		for range 5 {
			a.play(5 * rate)
			ann.Cut()
			a.play(5 * rate)
			ann.Offline()
			a.play(5 * rate)
			ann.Resume()
		}
		time.Sleep(time.Minute) // of the bubble's time: it is back
		n := ann.welcome.Crew.N
		for _, s := range ann.scores.All() {
			require.Equal(t, n+1, s.N)
			n++
		}
		assert.Equal(t, a.game.n, n)
		assert.Greater(t, n, int64(10))
	})
}

func TestFramesAreLeftOutForWhoIsAway(t *testing.T) {
	everywhere(t, func(t *testing.T, a *arena, arrive func(string) *page) {
		ann, ben := arrive("ann"), arrive("ben")
		a.play(rate)
		assert.NotEmpty(t, ann.frames.All())
		ann.Offline()
		synctest.Wait()
		ann.frames.All()
		ben.frames.All()
		a.play(10 * rate)
		_, boats, _ := readFrame(t, ben.frames.Next(t))
		assert.True(t, boats[ann.welcome.You].away, "others see it")
		assert.False(t, boats[ben.welcome.You].away)
		ann.Resume()
		time.Sleep(time.Minute) // of the bubble's time
		assert.Empty(t, ann.frames.All(), "of that time")
		a.play(rate)
		frames := ann.frames.All()
		require.NotEmpty(t, frames)
		step, boats, _ := readFrame(t, frames[len(frames)-1])
		assert.InDelta(t, a.game.step, step, 3)
		assert.False(t, boats[ann.welcome.You].away)
		assert.Len(t, boats, crowd, "the boat is still there")
	})
}

func TestSteering(t *testing.T) {
	everywhere(t, func(t *testing.T, a *arena, arrive func(string) *page) {
		ann, ben := arrive("ann"), arrive("ben")
		boat := a.game.slots[ann.welcome.You]
		boat.at = vec{scene / 2, scene / 2}
		for range 20 {
			require.NoError(t, Steer.Emit(ann, []byte{128, 255})) // to the left
			a.play(1)
		}
		frames := ben.frames.All()
		require.NotEmpty(t, frames)
		_, boats, _ := readFrame(t, frames[len(frames)-1])
		assert.Less(t, boats[ann.welcome.You].at.x, scene/2-20)

		for _, wrong := range [][]byte{nil, {1}, {1, 2, 3}} {
			_, err := everwire.RPC[[]byte, any](Steer).Call(t.Context(), ann, wrong)
			var e *everwire.Error
			require.ErrorAs(t, err, &e)
			assert.Contains(t, []string{"invalid", "bad_request"}, e.Code)
		}
	})
}

func TestCrew(t *testing.T) {
	everywhere(t, func(t *testing.T, a *arena, arrive func(string) *page) {
		ann := arrive("ann")
		ben := arrive("  ben  okafor, of the harbour ")
		nameOf := func(c Crew, slot int) string {
			for _, b := range c.Boats {
				if b.Slot == slot {
					return b.Name
				}
			}
			return ""
		}
		assert.Equal(t, "ben okafor, of t", nameOf(ann.crews.Next(t), ben.welcome.You))
		require.NoError(t, Renamed.Emit(ben, Name{"Ben"}))
		assert.Equal(t, "Ben", nameOf(ann.crews.Next(t), ben.welcome.You))
		require.NoError(t, ben.Close(t.Context()))
		assert.Contains(t, strings.Join(botNames, " "), nameOf(ann.crews.Next(t), ben.welcome.You), "it sails by itself")
	})
}

func TestLookingOn(t *testing.T) {
	everywhere(t, func(t *testing.T, a *arena, arrive func(string) *page) {
		for range slots {
			arrive("ann")
		}
		late := arrive("late")
		assert.Equal(t, -1, late.welcome.You)
		require.NoError(t, Steer.Emit(late, []byte{0, 255}))
		require.NoError(t, Renamed.Emit(late, Name{"x"}))
		late.Cut()
		a.play(2 * rate)
		assert.NotEmpty(t, late.frames.All())
		require.NoError(t, late.Close(t.Context()))
	})
}
