// game.go: the rules, and how boats move. It sends nothing.

package app

import (
	"math"
	"math/rand/v2"
	"sync"
)

const (
	rate      = 30     // steps a second
	scene     = 1000.0 // diameter of the pond, in units
	slots     = 12     // boats
	crowd     = 4      // boats that there are at least: what lacks sails by itself
	lights    = 18
	goal      = 15
	boatSize  = 24.0
	lightSize = 10.0
	thrust    = 620.0 // units a second, each second
	drag      = 1.6   // part of its speed that a boat would lose in a second
	turning   = 7.0   // radians a second
	ramming   = 170.0 // units a second, from which on a push costs the other one a light
	patience  = rate  // steps for which a boat goes on without being steered
)

var botNames = []string{"Bramble", "Pike", "Thistle", "Wren"}

type vec struct{ x, y float64 }

func (a vec) plus(b vec, times float64) vec { return vec{a.x + b.x*times, a.y + b.y*times} }
func (a vec) to(b vec) vec                  { return vec{b.x - a.x, b.y - a.y} }
func (a vec) length() float64               { return math.Hypot(a.x, a.y) }

// A boat that sails.
type boat struct {
	name     string
	bot      bool
	away     bool // has lost its connection
	score    int
	at, pace vec
	heading  float64 // radians
	aim      float64 // where it wants to head
	power    float64 // from 0 to 1
	steered  uint32  // the step when it was steered last
	rammed   uint32  // the step when it was rammed last: it is left in peace for a second
}

// A game is a pond with boats and lights. Its methods may be called concurrently.
type game struct {
	mu     sync.Mutex // guards what follows
	random *rand.Rand
	step   uint32
	rev, n int64
	slots  [slots]*boat
	lights []vec
}

// newGame returns a pond with boats that sail by themselves. The same seed is the same
// game.
func newGame(seed uint64) *game {
	g := &game{random: rand.New(rand.NewPCG(seed, seed))}
	for range lights {
		g.lights = append(g.lights, g.placeLocked())
	}
	g.mendLocked()
	return g
}

// enter gives somebody a boat, and returns its slot; -1 if there is none.
func (g *game) enter(name string) (int, Crew) {
	g.mu.Lock()
	defer g.mu.Unlock()
	slot := -1
	for i, b := range g.slots {
		if b == nil || b.bot {
			slot = i
			break
		}
	}
	if slot >= 0 {
		g.slots[slot] = g.launchLocked(name)
		g.mendLocked()
	}
	return slot, g.crewLocked(true)
}

func (g *game) exit(slot int) Crew {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slots[slot] = nil
	g.mendLocked()
	return g.crewLocked(true)
}

func (g *game) rename(slot int, name string) Crew {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slots[slot].name = name
	return g.crewLocked(true)
}

// steer aims a boat at a direction in parts of 256 of a turn.
func (g *game) steer(slot int, direction, power byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.slots[slot]
	b.aim, b.power, b.steered = float64(direction)/256*2*math.Pi, float64(power)/255, g.step
}

// lose notes that a boat has lost its connection, or has one again.
func (g *game) lose(slot int, away bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slots[slot].away = away
}

// advance is one step of all. It returns the frame, and what happened to the score.
func (g *game) advance() (frame []byte, scores []Score) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.step++
	for _, b := range g.slots {
		if b != nil {
			g.sailLocked(b)
		}
	}
	for i := range g.slots {
		for j := range i {
			scores = append(scores, g.meetLocked(i, j)...)
		}
		scores = append(scores, g.collectLocked(i)...)
	}
	return g.frameLocked(), scores
}

// mendLocked has boats sail by themselves where too few people do, and no others.
func (g *game) mendLocked() {
	there := 0
	for _, b := range g.slots {
		if b != nil && !b.bot {
			there++
		}
	}
	for i, b := range g.slots {
		if b != nil && b.bot {
			g.slots[i] = nil
			if there < crowd {
				g.slots[i] = b
				there++
			}
		}
	}
	for i := 0; there < crowd; i++ {
		if g.slots[i] == nil {
			g.slots[i] = g.launchLocked(botNames[i])
			g.slots[i].bot = true
			there++
		}
	}
}

func (g *game) launchLocked(name string) *boat {
	return &boat{name: name, at: g.placeLocked(), heading: g.random.Float64() * 2 * math.Pi}
}

// placeLocked returns a place somewhere in the pond.
func (g *game) placeLocked() vec {
	far, angle := math.Sqrt(g.random.Float64())*(scene/2-60), g.random.Float64()*2*math.Pi
	return vec{scene/2 + far*math.Cos(angle), scene/2 + far*math.Sin(angle)}
}

// crewLocked returns all boats; changed gives the list a new Rev.
func (g *game) crewLocked(changed bool) Crew {
	if changed {
		g.rev++
	}
	c := Crew{Boats: []Boat{}, Rev: g.rev, N: g.n}
	for slot, b := range g.slots {
		if b != nil {
			c.Boats = append(c.Boats, Boat{Slot: slot, Name: b.name, Bot: b.bot, Score: b.score})
		}
	}
	return c
}
