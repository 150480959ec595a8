// plan_test.go: what a seed decides about its run.

package sim_test

import (
	"math/rand/v2"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/internal/sim"
)

// plan is what a seed decides about its run.
type plan struct {
	seed    uint64
	weather sim.Weather
	storm   time.Duration
	clients int
	buffer  int  // of the clients; 0 is the default
	mayEnd  bool // sessions may end: their window is short, and users leave
	dismiss bool // the server sends a client away
	calm    bool // no faults, and users stay on one connection
	server  everwire.Config
	trace   bool
	show    int
}

func drawPlan(seed uint64) plan {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := plan{seed: seed, weather: sim.Storm(), clients: 1 + rng.IntN(3), storm: 10*time.Second + upTo(rng, 20*time.Second)}
	p.mayEnd = rng.IntN(6) == 0
	p.server.Resume.Window = time.Hour
	if p.mayEnd {
		p.server.Resume.Window = time.Second + upTo(rng, 5*time.Second)
		if rng.IntN(2) == 0 {
			p.server.Resume.Buffer = 160 << 10
		}
	}
	p.dismiss = !p.mayEnd && rng.IntN(3) == 0
	if rng.IntN(6) == 0 {
		p.buffer = 64 << 10
	}
	if rng.IntN(2) == 0 {
		p.server.PingInterval, p.server.PingTimeout = 3*time.Second, 2*time.Second
	}
	bad := rng.Float64() // not every network is as bad
	for _, f := range []*float64{&p.weather.Reset, &p.weather.Finish, &p.weather.Freeze, &p.weather.Swallow, &p.weather.Buffer,
		&p.weather.Idle, &p.weather.LoseAnswer, &p.weather.Duplicate, &p.weather.Overtake} {
		*f *= bad + rng.Float64()
	}
	return p
}

// inCalm is the plan without the storm.
func (p plan) inCalm() plan {
	p.calm, p.weather = true, sim.Calm()
	return p
}
