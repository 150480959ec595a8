// market.go: a thousand prices that move, and matches that are played. It sends nothing.

package app

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	instruments = 1000
	ticksAStep  = 250 // instruments that move in a step
	keepPast    = 240 // prices in a chart
	stepsAMatch = 30  // between two minutes of a match
)

// A market is all that has a price or a score. Its methods may be called concurrently.
type market struct {
	mu      sync.Mutex // guards what follows
	random  *rand.Rand
	steps   int
	listed  []Instrument
	stocks  []stock
	matches []Match
}

type stock struct {
	open, price int64 // cents
	wild        float64
	n           int64
	past        []int64 // oldest first
}

// newMarket returns a market with a past. The same seed moves the same way.
func newMarket(seed uint64) *market {
	m := &market{random: rand.New(rand.NewPCG(seed, seed)), listed: listed(), matches: fixtures()}
	for range m.listed {
		price := int64(math.Exp(m.random.NormFloat64()*0.9+4.2)*100) + 100
		m.stocks = append(m.stocks, stock{open: price, price: price, wild: 0.0004 + 0.0016*m.random.Float64()})
	}
	for i := range m.stocks {
		for range keepPast {
			m.moveLocked(i)
		}
	}
	for i := range m.matches {
		m.matches[i].Minute = m.random.IntN(80)
		m.matches[i].Goals = [2]int{m.random.IntN(3), m.random.IntN(3)}
	}
	return m
}

func (m *market) board() Board {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Board{Instruments: m.listed, Matches: slices.Clone(m.matches)}
}

// charts returns the past of instruments, at most so many prices.
func (m *market) charts(ids []int, past int) []Chart {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := []Chart{}
	for _, id := range ids {
		s := &m.stocks[id]
		from := max(len(s.past)-max(past, 0), 0)
		all = append(all, Chart{ID: id, N: s.n, Open: s.open, Past: slices.Clone(s.past[from:])})
	}
	return all
}

// step moves some instruments, each at most once, and now and then a match.
func (m *market) step(now time.Time) (ticks []Tick, matches []Match) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps++
	first := m.random.IntN(instruments)
	for i := range ticksAStep {
		id := (first + i*instruments/ticksAStep + m.random.IntN(instruments/ticksAStep)) % instruments
		m.moveLocked(id)
		s := &m.stocks[id]
		ticks = append(ticks, Tick{ID: id, N: s.n, Price: s.price, Time: now.UnixMilli()})
	}
	if i := m.steps % (stepsAMatch * len(m.matches)); i%stepsAMatch == 0 {
		matches = append(matches, m.playLocked(i/stepsAMatch))
	}
	return ticks, matches
}

// moveLocked gives an instrument its next price: some way up or down, and a little back
// to where the day began.
func (m *market) moveLocked(id int) {
	s := &m.stocks[id]
	back := float64(s.open-s.price) / float64(s.open) * 0.004
	move := math.Round(float64(s.price) * (m.random.NormFloat64()*s.wild + back))
	if move == 0 {
		move = float64(1 - 2*m.random.IntN(2))
	}
	s.price = max(s.price+int64(move), 1)
	s.n++
	if len(s.past) == keepPast {
		s.past = slices.Delete(s.past, 0, 1)
	}
	s.past = append(s.past, s.price)
}

// playLocked is the next minute of a match; after the last one it begins anew.
func (m *market) playLocked(i int) Match {
	match := &m.matches[i]
	if match.Minute++; match.Minute > 90 {
		match.Minute, match.Goals = 1, [2]int{}
	}
	if m.random.IntN(20) == 0 {
		match.Goals[m.random.IntN(2)]++
	}
	return *match
}
