// points.go: at which bytes of a direction which faults begin.

package sim

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// point is a fault that begins behind the first at bytes of a direction.
type point struct {
	at   int64
	kind Kind
	wait time.Duration // of Freeze
}

// drawPoints draws the faults of a direction, in the order of their bytes. Each draws as often in any weather.
func drawPoints(rng *rand.Rand, w *Weather) []point {
	var points []point
	for _, f := range []struct {
		kind Kind
		prob float64
	}{{Reset, w.Reset}, {Finish, w.Finish}, {Freeze, w.Freeze}, {Swallow, w.Swallow}, {Buffer, w.Buffer}} {
		u, at, wait := rng.Float64(), drawOffset(rng, w.Reach), randUpTo(rng, w.FreezeFor)
		if u < f.prob {
			points = append(points, point{at, f.kind, wait})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	return points
}

// drawOffset draws a number of bytes below reach, small ones as likely as great ones: what a connection begins with,
// a handshake and a few short frames, shall be hit as often as what follows.
func drawOffset(rng *rand.Rand, reach int) int64 {
	u := rng.Float64()
	if rng.IntN(2) == 0 {
		return int64(u * float64(reach))
	}
	return int64(math.Pow(float64(reach)+1, u)) - 1
}

// dice are the random numbers of one chunk. The direction draws once for them, however often they are rolled.
type dice uint64

// roll returns a number in [0, 1) (SplitMix64).
func (d *dice) roll() float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

func (d *dice) upTo(t time.Duration) time.Duration { return time.Duration(d.roll() * float64(t)) }
