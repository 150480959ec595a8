// append.go: values in the form that the official encoder gives them.

package pack

import (
	"math"
	"unicode/utf8"
)

// An Appender appends values to Out in their shortest form.
type Appender struct{ Out []byte }

func (a *Appender) add(b ...byte) { a.Out = append(a.Out, b...) }
func (a *Appender) Null()         { a.add(0xc0) }
func (a *Appender) Undefined()    { a.add(fixext1, 0, 0) }
func (a *Appender) Bool(on bool) {
	if on {
		a.add(0xc3)
	} else {
		a.add(0xc2)
	}
}

func (a *Appender) Object(n int)    { a.head(0x80, 0x10, 0xde-1, n) }
func (a *Appender) Array(n int)     { a.head(0x90, 0x10, 0xdc-1, n) }
func (a *Appender) Float(f float64) { a.number(0xcb, 8, math.Float64bits(f)) }

func (a *Appender) Date(ms int64) {
	a.add(fixext8, 0)
	a.tail(8, uint64(ms))
}

// number writes a first byte and size bytes of u.
func (a *Appender) number(first byte, size int, u uint64) {
	a.add(first)
	a.tail(size, u)
}

func (a *Appender) tail(size int, u uint64) {
	for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
		a.add(byte(u >> shift))
	}
}

// head writes the length of a string, an array or a map: in the first byte if it
// is below short, else in one byte (strings alone), two or four after it. wide is
// the first byte for one byte of length.
func (a *Appender) head(fixed byte, short int, wide byte, n int) {
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

// SetLength completes the head of an empty array or map, which was written at Out[head], when its n values or members
// stand behind it: most are so short that nothing has to move.
func (a *Appender) SetLength(head, n int) {
	if n < 0x10 {
		a.Out[head] |= byte(n)
		return
	}
	wide, size := byte(0xdc), 2
	if a.Out[head] == 0x80 {
		wide = 0xde
	}
	if n > math.MaxUint16 {
		wide, size = wide+1, 4
	}
	a.Out = append(a.Out, make([]byte, size)...)
	copy(a.Out[head+1+size:], a.Out[head+1:])
	before := Appender{a.Out[:head]}
	before.number(wide, size, uint64(n))
}

const fixstr = 0xa0

// String writes text; invalid UTF-8 in it becomes U+FFFD.
func (a *Appender) String(text string) {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	a.head(fixstr, 0x20, 0xd9, len(text))
	a.Out = append(a.Out, text...)
}

// Text is String for bytes.
func (a *Appender) Text(text []byte) {
	if !utf8.Valid(text) {
		a.String(string(text))
		return
	}
	a.head(fixstr, 0x20, 0xd9, len(text))
	a.Out = append(a.Out, text...)
}

func (a *Appender) Bytes(data []byte) {
	switch n := len(data); {
	case n <= math.MaxUint8:
		a.number(0xc4, 1, uint64(n))
	case n <= math.MaxUint16:
		a.number(0xc5, 2, uint64(n))
	default:
		a.number(0xc6, 4, uint64(n))
	}
	a.Out = append(a.Out, data...)
}

func (a *Appender) Uint(u uint64) {
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

func (a *Appender) Int(n int64) {
	switch u := uint64(n); {
	case n >= 0:
		a.Uint(u)
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
