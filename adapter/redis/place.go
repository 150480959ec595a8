// place.go: IDs of a stream's entries, <milliseconds>-<number>, which are places in it.

package redis

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// nowhere is the place before the first entry.
const nowhere = "0-0"

// place is an ID in numbers.
type place struct{ ms, seq uint64 }

func placeOf(id string) (p place, ok bool) {
	ms, seq, ok := strings.Cut(id, "-")
	if !ok || len(id) > 41 {
		return p, false
	}
	var errMS, errSeq error
	p.ms, errMS = strconv.ParseUint(ms, 10, 64)
	p.seq, errSeq = strconv.ParseUint(seq, 10, 64)
	return p, errMS == nil && errSeq == nil
}

func (p place) String() string {
	return strconv.FormatUint(p.ms, 10) + "-" + strconv.FormatUint(p.seq, 10)
}

// behind tells whether an entry stands behind another. What is no ID stands before all.
func behind(id, other string) bool {
	a, ok := placeOf(id)
	b, _ := placeOf(other)
	return ok && cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.seq, b.seq)) > 0
}

// next is the first ID behind another.
func next(id string) string {
	p, _ := placeOf(id)
	if p.seq++; p.seq == 0 {
		p.ms++
	}
	return p.String()
}

// before is the last ID before another.
func before(id string) string {
	p, _ := placeOf(id)
	if p.seq == 0 {
		return place{p.ms - 1, math.MaxUint64}.String()
	}
	return place{p.ms, p.seq - 1}.String()
}
