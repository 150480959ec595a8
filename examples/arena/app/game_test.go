// game_test.go: the rules.

package app

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readFrame takes a frame apart, as arena.js does.
func readFrame(t *testing.T, b []byte) (step uint32, boats map[int]boat, lights []vec) {
	t.Helper()
	take := func(n int) []byte {
		require.GreaterOrEqual(t, len(b), n)
		head := b[:n]
		b = b[n:]
		return head
	}
	place := func() vec {
		x, y := take(2), take(2)
		return vec{float64(binary.BigEndian.Uint16(x)) / 8, float64(binary.BigEndian.Uint16(y)) / 8}
	}
	step, boats = binary.BigEndian.Uint32(take(4)), map[int]boat{}
	for range take(1)[0] {
		slot, at := int(take(1)[0]), place()
		rest := take(3)
		boats[slot] = boat{at: at, heading: float64(rest[0]) / 256 * 2 * math.Pi, power: float64(rest[1]) / 255, away: rest[2] == 1}
	}
	for range take(1)[0] {
		lights = append(lights, place())
	}
	assert.Empty(t, b)
	return step, boats, lights
}

func TestFrameTellsWhereEverythingIs(t *testing.T) {
	g := newGame(1)
	slot, _ := g.enter("Ann")
	g.steer(slot, 64, 255)
	var frame []byte
	for range 10 {
		frame, _ = g.advance()
	}
	step, boats, lit := readFrame(t, frame)
	assert.EqualValues(t, 10, step)
	assert.Len(t, boats, crowd)
	require.Len(t, lit, lights)
	for s, b := range boats {
		assert.InDelta(t, g.slots[s].at.x, b.at.x, 0.125)
		assert.InDelta(t, g.slots[s].at.y, b.at.y, 0.125)
		assert.InDelta(t, 1, math.Cos(g.slots[s].heading-b.heading), 0.001)
	}
	assert.EqualValues(t, 1, boats[slot].power)
	assert.InDelta(t, g.lights[0].x, lit[0].x, 0.125)
}

func TestBoatsStayInThePondAndScoresHaveNoGap(t *testing.T) {
	g := newGame(7)
	random := rand.New(rand.NewPCG(7, 7))
	var people []int
	for range 6 {
		slot, _ := g.enter("Ann")
		people = append(people, slot)
	}
	wins, rams, last := 0, 0, int64(0)
	for range 20_000 {
		for _, slot := range people {
			if random.IntN(20) == 0 {
				g.steer(slot, byte(random.IntN(256)), 255)
			}
		}
		_, scores := g.advance()
		for _, s := range scores {
			last++
			require.Equal(t, last, s.N)
			require.LessOrEqual(t, s.Now, goal)
			require.Equal(t, s.Now == goal, s.Won)
			if s.Won {
				wins++
			}
			if s.From != nil {
				rams++
			}
		}
		for _, b := range g.slots {
			if b != nil {
				require.LessOrEqual(t, vec{scene / 2, scene / 2}.to(b.at).length(), scene/2-boatSize+0.001)
				require.GreaterOrEqual(t, b.score, 0)
			}
		}
	}
	assert.Positive(t, wins)
	assert.Positive(t, rams)
}

func TestThereIsAlwaysACrowd(t *testing.T) {
	g := newGame(1)
	count := func(c Crew) (people, bots int) {
		for _, b := range c.Boats {
			if b.Bot {
				bots++
			} else {
				people++
			}
		}
		return people, bots
	}
	for want := 1; want <= slots; want++ {
		slot, crew := g.enter("Ann")
		assert.GreaterOrEqual(t, slot, 0)
		people, bots := count(crew)
		assert.Equal(t, want, people)
		assert.Equal(t, max(crowd-want, 0), bots)
		assert.EqualValues(t, want, crew.Rev)
	}
	slot, _ := g.enter("one too many")
	assert.Equal(t, -1, slot)
	for left := slots - 1; left >= 0; left-- {
		people, bots := count(g.exit(left))
		assert.Equal(t, left, people)
		assert.Equal(t, max(crowd-left, 0), bots)
	}
}

func TestRamming(t *testing.T) {
	for name, c := range map[string]struct {
		change func(by, victim *boat)
		takes  bool
	}{
		"fast":               {func(_, _ *boat) {}, true},
		"slow":               {func(by, _ *boat) { by.pace.x = ramming / 2 }, false},
		"who has nothing":    {func(_, victim *boat) { victim.score = 0 }, false},
		"who is away":        {func(_, victim *boat) { victim.away = true }, false},
		"who was just":       {func(_, victim *boat) { victim.rammed = 100 }, false},
		"who flees as fast":  {func(by, victim *boat) { victim.pace = by.pace }, false},
		"who comes, slower":  {func(_, victim *boat) { victim.pace.x = -10 }, true},
		"past it, not at it": {func(by, _ *boat) { by.pace = vec{0, 300} }, false},
	} {
		g := newGame(1)
		g.step = 110
		by, victim := g.slots[0], g.slots[1]
		*by = boat{at: vec{500, 500}, pace: vec{300, 0}}
		*victim = boat{at: vec{540, 500}, score: 3}
		c.change(by, victim)
		scores := g.meetLocked(0, 1)
		assert.Equal(t, c.takes, len(scores) == 1, name)
		if c.takes {
			assert.Equal(t, 1, *scores[0].From, name)
			assert.Equal(t, 2, scores[0].Left, name)
			assert.Equal(t, 1, by.score, name)
		}
		assert.GreaterOrEqual(t, by.at.to(victim.at).length(), 2*boatSize-0.001, "%s: they are apart", name)
	}
}

func TestBoatStopsWhenNobodySteersIt(t *testing.T) {
	for name, lost := range map[string]bool{"page that is silent": false, "page that has lost its connection": true} {
		g := newGame(1)
		slot, _ := g.enter("Ann")
		g.steer(slot, 0, 255)
		g.lose(slot, lost)
		for range patience + 5*rate {
			g.advance()
		}
		assert.Zero(t, g.slots[slot].power, name)
		assert.Less(t, g.slots[slot].pace.length(), ramming, name)
	}
}
