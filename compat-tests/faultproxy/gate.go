// gate.go: where in the bytes of one direction the faults begin.

package faultproxy

import "math"

// gate follows the bytes of one direction, as they come from their source.
type gate struct {
	link    Link
	passed  int64 // bytes so far
	matched int   // of the four bytes that end a head
	head    int64 // length of the first head; 0 is unknown
}

// verdict is what becomes of some bytes.
type verdict struct {
	forward   []byte
	swallowed bool // the bytes behind forward, and all that follow, are lost
	cut       bool // behind forward the connection ends
}

// take decides about the next bytes.
func (g *gate) take(p []byte) verdict {
	g.findHead(p)
	swallow, cut := g.offset(g.link.Swallow), g.offset(g.link.Cut)
	begin, end := g.passed, g.passed+int64(len(p))
	g.passed = end
	v := verdict{forward: p}
	if cut <= end {
		v.cut = true
		v.forward = p[:max(cut-begin, 0)]
	}
	if swallow < begin+int64(len(v.forward)) {
		v.swallowed = true
		v.forward = p[:max(swallow-begin, 0)]
	}
	return v
}

// atStart tells whether the connection is cut before its first byte.
func (g *gate) atStart() bool { return g.link.Cut == AfterByte(0) }

// offset is the number of bytes before a point, as far as that is known.
func (g *gate) offset(p Point) int64 {
	switch {
	case p.from == fromStart:
		return p.bytes
	case p.from == fromHead && g.head > 0:
		return g.head + p.bytes
	}
	return math.MaxInt64
}

// findHead looks for the empty line that ends the first head.
func (g *gate) findHead(p []byte) {
	const end = "\r\n\r\n"
	for i := 0; i < len(p) && g.head == 0; i++ {
		switch {
		case p[i] == end[g.matched]:
			g.matched++
		case p[i] == '\r':
			g.matched = 1
		default:
			g.matched = 0
		}
		if g.matched == len(end) {
			g.head = g.passed + int64(i) + 1
		}
	}
}
