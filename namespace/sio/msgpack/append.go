// append.go: values in the form that the official encoder gives them.

package msgpack

import (
	"math"
	"unicode/utf8"
)

// An appender writes values in their shortest form.
type appender struct{ out []byte }

func (a *appender) add(b ...byte)   { a.out = append(a.out, b...) }
func (a *appender) null()           { a.add(0xc0) }
func (a *appender) undefined()      { a.add(fixext1, 0, 0) }
func (a *appender) bool(on bool)    { a.add(0xc2 + byte(btoi(on))) }
func (a *appender) object(n int)    { a.head(0x80, 0x10, 0xde-1, n) }
func (a *appender) array(n int)     { a.head(0x90, 0x10, 0xdc-1, n) }
func (a *appender) float(f float64) { a.number(0xcb, 8, math.Float64bits(f)) }

func (a *appender) date(ms int64) {
	a.add(fixext8, 0)
	a.tail(8, uint64(ms))
}

// number writes a first byte and size bytes of u.
func (a *appender) number(first byte, size int, u uint64) {
	a.add(first)
	a.tail(size, u)
}

func (a *appender) tail(size int, u uint64) {
	for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
		a.add(byte(u >> shift))
	}
}

// head writes the length of a string, an array or a map: in the first byte if it
// is below short, else in one byte (strings alone), two or four after it. wide is
// the first byte for one byte of length.
func (a *appender) head(fixed byte, short int, wide byte, n int) {
	switch {
	case n < short:
		a.add(fixed | byte(n))
	case n <= math.MaxUint8 && fixed == fixstr:
		a.number(wide, 1, uint64(n))
	case n <= math.MaxUint16:
		a.number(wide+1, 2, uint64(n))
	default:
		a.number(wide+2, 4, uint64(n))
	}
}

const fixstr = 0xa0

// string writes text; invalid UTF-8 in it becomes U+FFFD.
func (a *appender) string(text string) {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	a.head(fixstr, 0x20, 0xd9, len(text))
	a.out = append(a.out, text...)
}

// text is string for bytes.
func (a *appender) text(text []byte) {
	if !utf8.Valid(text) {
		a.string(string(text))
		return
	}
	a.head(fixstr, 0x20, 0xd9, len(text))
	a.out = append(a.out, text...)
}

func (a *appender) bytes(data []byte) {
	switch n := len(data); {
	case n <= math.MaxUint8:
		a.number(0xc4, 1, uint64(n))
	case n <= math.MaxUint16:
		a.number(0xc5, 2, uint64(n))
	default:
		a.number(0xc6, 4, uint64(n))
	}
	a.out = append(a.out, data...)
}

func (a *appender) uint(u uint64) {
	switch {
	case u < 0x80:
		a.add(byte(u))
	case u <= math.MaxUint8:
		a.number(0xcc, 1, u)
	case u <= math.MaxUint16:
		a.number(0xcd, 2, u)
	case u <= math.MaxUint32:
		a.number(0xce, 4, u)
	default:
		a.number(0xcf, 8, u)
	}
}

func (a *appender) int(n int64) {
	switch u := uint64(n); {
	case n >= 0:
		a.uint(u)
	case n >= -0x20:
		a.add(byte(n))
	case n >= math.MinInt8:
		a.number(0xd0, 1, u)
	case n >= math.MinInt16:
		a.number(0xd1, 2, u)
	case n >= math.MinInt32:
		a.number(0xd2, 4, u)
	default:
		a.number(0xd3, 8, u)
	}
}
