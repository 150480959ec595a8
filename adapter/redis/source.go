// source.go: entries that have come before.

package redis

// sources knows which entries have come lately, by the queues that they are of: one that
// was sent again may be there twice.
type sources map[string]*window

// maxSources is how many queues are remembered, of which each costs 150 bytes.
const maxSources = 4096

// again tells whether the entry has come before, and how many of its queue are missing just
// before it.
func (s *sources) again(values map[string]any) (again bool, gap int) {
	queue, serial, ok := token(values)
	if !ok {
		return false, 0
	}
	if *s == nil || len(*s) >= maxSources && (*s)[queue] == nil {
		*s = make(sources)
	}
	w := (*s)[queue]
	if w == nil {
		w = new(window)
		(*s)[queue] = w
	} else if serial > w.top {
		gap = int(min(serial-w.top-1, 1<<30))
	}
	return w.again(serial), gap
}

// window is which of the latest numbers have come.
type window struct {
	top  uint64
	bits [windowSize / 64]uint64
}

const windowSize = 1024

func (w *window) again(n uint64) bool {
	switch {
	case n > w.top:
		for skip := min(n-w.top, windowSize); skip > 0; skip-- {
			w.top++
			w.bits[w.top%windowSize/64] &^= 1 << (w.top % 64)
		}
		if w.top != n { // all were cleared
			w.top = n
		}
	case w.top-n >= windowSize:
		return true
	}
	bit := uint64(1) << (n % 64)
	was := w.bits[n%windowSize/64]&bit != 0
	w.bits[n%windowSize/64] |= bit
	return was
}
