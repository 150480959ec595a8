// sail.go: one step of a boat, and what happens when it meets something.

package app

import "math"

// sailLocked moves a boat on by one step.
func (g *game) sailLocked(b *boat) {
	if b.bot {
		g.pilotLocked(b)
	} else if b.away || g.step-b.steered > patience {
		b.power = 0
	}
	const dt = 1.0 / rate
	turn := math.Remainder(b.aim-b.heading, 2*math.Pi)
	b.heading += max(-turning*dt, min(turning*dt, turn))
	b.heading = math.Mod(b.heading+2*math.Pi, 2*math.Pi)
	b.pace = b.pace.plus(vec{math.Cos(b.heading), math.Sin(b.heading)}, thrust*b.power*dt)
	b.pace = b.pace.plus(b.pace, -drag*dt)
	b.at = b.at.plus(b.pace, dt)
	shore(b)
}

// shore keeps a boat in the pond.
func shore(b *boat) {
	middle := vec{scene / 2, scene / 2}
	out := middle.to(b.at)
	most := scene/2 - boatSize
	if far := out.length(); far > most {
		normal := vec{out.x / far, out.y / far}
		b.at = middle.plus(normal, most)
		if speed := b.pace.x*normal.x + b.pace.y*normal.y; speed > 0 {
			b.pace = b.pace.plus(normal, -1.5*speed)
		}
	}
}

// pilotLocked steers a boat that sails by itself to the nearest light, not too fast.
func (g *game) pilotLocked(b *boat) {
	nearest := g.lights[0]
	for _, light := range g.lights {
		if b.at.to(light).length() < b.at.to(nearest).length() {
			nearest = light
		}
	}
	way := b.at.to(nearest)
	b.aim, b.power = math.Atan2(way.y, way.x), 0.34
}

// meetLocked has two boats bounce off each other. Who rams the other one takes a light.
func (g *game) meetLocked(i, j int) []Score {
	a, b := g.slots[i], g.slots[j]
	if a == nil || b == nil {
		return nil
	}
	way := a.at.to(b.at)
	far := way.length()
	if far >= 2*boatSize || far == 0 {
		return nil
	}
	normal := vec{way.x / far, way.y / far}
	towards := func(p vec) float64 { return p.x*normal.x + p.y*normal.y }
	fast, other := towards(a.pace), -towards(b.pace)
	a.at, b.at = a.at.plus(normal, far/2-boatSize), b.at.plus(normal, boatSize-far/2)
	shore(a)
	shore(b)
	hit := fast + other
	if hit <= 0 {
		return nil
	}
	a.pace, b.pace = a.pace.plus(normal, -hit), b.pace.plus(normal, hit)
	if fast < other {
		return g.ramLocked(j, i, hit)
	}
	return g.ramLocked(i, j, hit)
}

func (g *game) ramLocked(by, victim int, hit float64) []Score {
	loser := g.slots[victim]
	if hit < ramming || loser.score == 0 || loser.away || g.step-loser.rammed < rate {
		return nil
	}
	loser.score--
	loser.rammed = g.step
	s := g.scoreLocked(by)
	s.From, s.Left = &victim, loser.score
	return []Score{s}
}

// collectLocked gives a boat the lights that it touches; others appear elsewhere.
func (g *game) collectLocked(i int) (scores []Score) {
	b := g.slots[i]
	if b == nil {
		return nil
	}
	for l, light := range g.lights {
		if b.at.to(light).length() < boatSize+lightSize {
			g.lights[l] = g.placeLocked()
			scores = append(scores, g.scoreLocked(i))
		}
	}
	return scores
}

// scoreLocked gives a boat one more. The last one wins the round.
func (g *game) scoreLocked(slot int) Score {
	b := g.slots[slot]
	b.score++
	g.n++
	s := Score{N: g.n, Slot: slot, Now: b.score, Won: b.score == goal}
	if s.Won {
		for _, each := range g.slots {
			if each != nil {
				each.score = 0
			}
		}
	}
	return s
}
