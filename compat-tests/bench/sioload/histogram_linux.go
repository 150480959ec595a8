// histogram_linux.go: latencies.

package main

import "math/bits"

// histogram counts nanoseconds in 32 buckets per power of two: its error is below 3.2 %.
type histogram struct {
	counts [64 * 32]uint64
	n      uint64
}

func (h *histogram) add(v int64) {
	h.counts[bucket(uint64(max(v, 0)))]++
	h.n++
}

// bucket is the value itself below 64; from there, the power of two and the five bits that follow the first one.
func bucket(u uint64) int {
	if u < 64 {
		return int(u)
	}
	e := bits.Len64(u) - 6
	return e*32 + int(u>>e)
}

// middle is the value in the middle of a bucket.
func middle(i int) uint64 {
	if i < 64 {
		return uint64(i)
	}
	e := i/32 - 1
	return uint64(i-e*32)<<e + uint64(1)<<e/2
}

// quantile is in microseconds; 0 when nothing was added.
func (h *histogram) quantile(q float64) float64 {
	want := uint64(q * float64(h.n))
	var sum uint64
	for i, c := range h.counts {
		if sum += c; sum > want {
			return float64(middle(i)) / 1e3
		}
	}
	return 0
}
