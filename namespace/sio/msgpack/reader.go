// reader.go: MessagePack taken apart, one head at a time, without allocation.

package msgpack

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// kind is what a value is for Socket.IO.
type kind uint8

const (
	invalid kind = iota
	null
	boolean
	integer  // fits into an int64
	unsigned // does not
	float
	str
	bin
	array
	object
	undefined
	date
	extension // of a type that the official parser does not know
)

// reader reads values from front to back. After next, the fields below i describe
// the value, or its head if it is an array or a map.
type reader struct {
	b []byte
	i int

	kind kind
	n    int    // elements of an array, members of a map
	bits uint64 // an integer, a boolean, a float64 by its bits, milliseconds of a date
	data []byte // of str, bin, and extension; it is part of b
	ext  int8   // the type of an extension
}

// next reads one value, of arrays and maps the head alone.
func (r *reader) next() error {
	if r.i >= len(r.b) {
		return errShort
	}
	c := r.b[r.i]
	r.i++
	switch {
	case c < 0x80:
		r.kind, r.bits = integer, uint64(c)
	case c < 0x90:
		return r.container(object, uint64(c&0x0f))
	case c < 0xa0:
		return r.container(array, uint64(c&0x0f))
	case c < 0xc0:
		return r.bytes(str, uint64(c&0x1f))
	case c >= 0xe0:
		r.kind, r.bits = integer, uint64(int64(int8(c)))
	default:
		return r.wide(c)
	}
	return nil
}

// A format is what follows one of the first bytes from 0xc0 to 0xdf.
type format struct {
	kind    kind
	operand int // bytes: the value itself, or the length of what follows
	length  int // of what follows, if it is fixed
}

var formats = [32]format{
	{null, 0, 0}, {}, {boolean, 0, 0}, {boolean, 0, 0},
	{bin, 1, 0}, {bin, 2, 0}, {bin, 4, 0}, {extension, 1, 0}, {extension, 2, 0}, {extension, 4, 0},
	{float, 4, 0}, {float, 8, 0}, {unsigned, 1, 0}, {unsigned, 2, 0}, {unsigned, 4, 0}, {unsigned, 8, 0},
	{integer, 1, 0}, {integer, 2, 0}, {integer, 4, 0}, {integer, 8, 0},
	{extension, 0, 1}, {extension, 0, 2}, {extension, 0, 4}, {extension, 0, 8}, {extension, 0, 16},
	{str, 1, 0}, {str, 2, 0}, {str, 4, 0}, {array, 2, 0}, {array, 4, 0}, {object, 2, 0}, {object, 4, 0},
}

const (
	fixext1 = 0xd4
	fixext8 = 0xd7
)

func (r *reader) wide(c byte) error {
	f := formats[c&0x1f]
	if len(r.b)-r.i < f.operand {
		return errShort
	}
	u := r.number(f.operand)
	r.kind = f.kind
	switch f.kind {
	case invalid:
		return errFormat
	case boolean:
		r.bits = uint64(c & 1)
	case integer:
		unused := 64 - 8*f.operand
		r.bits = uint64(int64(u<<unused) >> unused)
	case unsigned:
		if r.bits = u; u <= math.MaxInt64 {
			r.kind = integer
		}
	case float:
		if r.bits = u; f.operand == 4 {
			r.bits = math.Float64bits(float64(math.Float32frombits(uint32(u))))
		}
	case array, object:
		return r.container(f.kind, u)
	case str, bin:
		return r.bytes(f.kind, u)
	case extension:
		return r.extension(c, u+uint64(f.length))
	}
	return nil
}

// number reads an unsigned number of size bytes, which are there.
func (r *reader) number(size int) (u uint64) {
	for _, c := range r.b[r.i : r.i+size] {
		u = u<<8 | uint64(c)
	}
	r.i += size
	return u
}

// container checks the head of an array or map against what is there: each of its
// values has a byte or more.
func (r *reader) container(k kind, n uint64) error {
	least := n
	if k == object {
		least *= 2
	}
	if least > uint64(len(r.b)-r.i) {
		return errShort
	}
	r.kind, r.n = k, int(n)
	return nil
}

func (r *reader) bytes(k kind, n uint64) error {
	if n > uint64(len(r.b)-r.i) {
		return errShort
	}
	end := r.i + int(n)
	r.kind, r.data = k, r.b[r.i:end:end]
	r.i = end
	return nil
}

// extension knows what the official encoder writes: type 0 is undefined in one
// byte, a Date in eight, and an ArrayBuffer where the length is written out.
func (r *reader) extension(c byte, n uint64) error {
	if r.i >= len(r.b) {
		return errShort
	}
	r.ext = int8(r.b[r.i])
	r.i++
	if err := r.bytes(extension, n); err != nil || r.ext != 0 {
		return err
	}
	switch {
	case c == fixext1:
		r.kind = undefined
	case c == fixext8:
		r.kind, r.bits = date, binary.BigEndian.Uint64(r.data)
	case c < fixext1:
		r.kind = bin
	}
	return nil
}

// skip moves over one value and checks it, with at most depth levels of arrays and
// maps.
func (r *reader) skip(depth int) error {
	if err := r.next(); err != nil {
		return err
	}
	switch r.kind {
	case str:
		if !utf8.Valid(r.data) {
			return errUTF8
		}
	case array, object:
		return r.skipInside(r.kind, depth-1)
	}
	return nil
}

func (r *reader) skipInside(k kind, depth int) error {
	if depth < 0 {
		return errDepth
	}
	for range r.n {
		if k == object {
			if err := r.key(); err != nil {
				return err
			}
		}
		if err := r.skip(depth); err != nil {
			return err
		}
	}
	return nil
}

// key reads the name of a member.
func (r *reader) key() error {
	if err := r.next(); err != nil {
		return err
	}
	switch r.kind {
	case str:
		if !utf8.Valid(r.data) {
			return errUTF8
		}
	case integer, unsigned, boolean, null:
	default:
		return errKey
	}
	return nil
}

// whole returns the integer that was read; a float64 that holds one counts, as
// JavaScript knows no difference.
func (r *reader) whole() (n int64, ok bool) {
	switch r.kind {
	case integer:
		return int64(r.bits), true
	case float:
		const exact = 1 << 53
		f := math.Float64frombits(r.bits)
		return int64(f), f == math.Trunc(f) && math.Abs(f) <= exact
	}
	return 0, false
}
