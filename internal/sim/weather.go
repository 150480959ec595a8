// weather.go: how likely which fault is.

package sim

import "time"

// Weather is what a network does to its connections. Numbers without a unit are probabilities. The zero value does
// nothing at all, and takes no time for it: what is written is there when Write returns.
type Weather struct {
	Latency time.Duration // each way, at least
	Jitter  time.Duration // beside it, at most

	// Of what is written in one instant.
	Late  float64 // comes up to LateBy later
	Split float64 // comes in pieces, at several instants
	Merge float64 // comes together with what was written before

	LateBy time.Duration

	// Of each direction of a connection, from some byte on that is drawn from its first Reach.
	Reset   float64 // the connection is reset
	Finish  float64 // the connection is closed, both ways
	Freeze  float64 // nothing comes for up to FreezeFor
	Swallow float64 // what follows is lost, and nobody is told
	Buffer  float64 // what follows comes when its sender has closed the direction, or not at all

	Reach     int
	FreezeFor time.Duration

	// Of each connection.
	Idle    float64       // it is reset when IdleFor nothing was written either way
	IdleFor time.Duration // at least, and at most twice that

	Refuse    float64       // of each dial: it and all that follow are refused
	RefuseFor time.Duration // at most

	// Of each connection that begins with an HTTP request, but for WebSockets. Such a connection must be for one
	// request only.
	LoseAnswer float64 // the server has it, and its answer is lost with the connection
	Duplicate  float64 // the server has it a second time, up to AgainBy later
	Overtake   float64 // the client has a reset, and the server the request, up to AgainBy later
	AgainBy    time.Duration
}

func (w *Weather) none() bool { return *w == Weather{} }

// Calm is a good network.
func Calm() Weather { return Weather{Latency: 10 * time.Millisecond, Jitter: 5 * time.Millisecond} }

// Storm is a network where no connection lives for long.
func Storm() Weather {
	return Weather{
		Latency: 10 * time.Millisecond, Jitter: 40 * time.Millisecond,
		Late: 0.02, LateBy: 3 * time.Second, Split: 0.3, Merge: 0.1,
		Reset: 0.12, Finish: 0.08, Freeze: 0.06, Swallow: 0.08, Buffer: 0.04,
		Reach: 6000, FreezeFor: 20 * time.Second,
		Idle: 0.1, IdleFor: 5 * time.Second, Refuse: 0.05, RefuseFor: time.Second,
		LoseAnswer: 0.06, Duplicate: 0.06, Overtake: 0.06, AgainBy: 3 * time.Second,
	}
}
