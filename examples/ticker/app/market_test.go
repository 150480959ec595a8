// market_test.go: what is listed, and how it moves.

package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestListed(t *testing.T) {
	symbols, names, sectors := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, i := range listed() {
		symbols[i.Symbol], names[i.Name] = true, true
		sectors[i.Sector]++
	}
	assert.Len(t, symbols, instruments)
	assert.Len(t, names, instruments)
	assert.Len(t, sectors, 6)
}

func TestStepMovesByOneTickAtMost(t *testing.T) {
	m := newMarket(7)
	now := time.UnixMilli(1234)
	matches := 0
	for range stepsAMatch * 10 {
		ticks, played := m.step(now)
		assert.Len(t, ticks, ticksAStep)
		seen := map[int]bool{}
		for _, tick := range ticks {
			assert.False(t, seen[tick.ID], "twice in a step")
			seen[tick.ID] = true
			assert.Positive(t, tick.Price)
			assert.Equal(t, int64(1234), tick.Time)
		}
		matches += len(played)
	}
	assert.Equal(t, 10, matches)
}

func TestChartsEndWithTheLastTick(t *testing.T) {
	m := newMarket(7)
	last := map[int]Tick{}
	for range 100 {
		ticks, _ := m.step(time.Now())
		for _, tick := range ticks {
			last[tick.ID] = tick
		}
	}
	for _, want := range []int{-1, 0, 1, 10, keepPast, keepPast + 1} {
		for _, c := range m.charts([]int{0, 500, 999}, want) {
			assert.Equal(t, last[c.ID].N, c.N)
			assert.Len(t, c.Past, min(max(want, 0), keepPast))
			if want > 0 {
				assert.Equal(t, last[c.ID].Price, c.Past[len(c.Past)-1])
			}
		}
	}
}

func TestSameSeedSameMarket(t *testing.T) {
	a, b := newMarket(3), newMarket(3)
	for range 10 {
		ticks, matches := a.step(time.Time{})
		other, others := b.step(time.Time{})
		assert.Equal(t, ticks, other)
		assert.Equal(t, matches, others)
	}
	c, _ := newMarket(4).step(time.Time{})
	d, _ := newMarket(3).step(time.Time{})
	assert.NotEqual(t, c, d)
}
