// backoff.go: how long to wait before the next try.

package client

import (
	"errors"
	"time"
)

// Backoff is a wait that doubles with each failure in a row, from Min to Max. A
// zero field means its default.
type Backoff struct {
	Min    time.Duration // default 1 s
	Max    time.Duration // default 5 s
	Jitter float64       // by which part it is changed at random; default 0.5, negative for none
}

func (b *Backoff) fill() error {
	if b.Min < 0 || b.Max < 0 || b.Jitter > 1 {
		return errors.New("client: Options.Reconnect: Min and Max must not be negative, Jitter not above 1")
	}
	b.Min = orDefault(b.Min, time.Second)
	b.Max = max(orDefault(b.Max, 5*time.Second), b.Min)
	b.Jitter = max(orDefault(b.Jitter, 0.5), 0)
	return nil
}

// delay returns the wait after n failures. random is in [0,1).
func (b Backoff) delay(n int, random float64) time.Duration {
	d := b.Min
	for ; n > 0 && d < b.Max; n-- {
		d *= 2
	}
	d += time.Duration(float64(d) * b.Jitter * (2*random - 1))
	return min(d, b.Max)
}
