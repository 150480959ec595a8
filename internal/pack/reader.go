// Package pack writes MessagePack, and takes it apart one head at a time without allocation: what the codec of
// clients and that of adapters have in common.
package pack

import (
	"encoding/binary"
	"errors"
	"math"
)

// Errors of [Reader.Next].
var (
	ErrShort  = errors.New("pack: ends too early, or has less than it announces")
	ErrFormat = errors.New("pack: invalid MessagePack")
)

// Kind is what a value is for Socket.IO.
type Kind uint8

const (
	Invalid Kind = iota
	Null
	Boolean
	Integer  // fits into an int64
	Unsigned // does not
	Float
	Str
	Bin
	Array
	Object
	Undefined
	Date
	Extension // of a type that the official parser does not know
)

// Reader reads the values of B from front to back, from I on. After Next, the fields below describe
// the value, or its head if it is an array or a map.
type Reader struct {
	B []byte
	I int

	Kind Kind
	N    int    // elements of an array, members of a map
	Bits uint64 // an integer, a boolean, a float64 by its bits, milliseconds of a date
	Data []byte // of Str, Bin and Extension; it is part of B
	Ext  int8   // the type of an extension
}

// Next reads one value, of arrays and maps the head alone.
func (r *Reader) Next() error {
	if r.I >= len(r.B) {
		return ErrShort
	}
	c := r.B[r.I]
	r.I++
	switch {
	case c < 0x80:
		r.Kind, r.Bits = Integer, uint64(c)
	case c < 0x90:
		return r.container(Object, uint64(c&0x0f))
	case c < 0xa0:
		return r.container(Array, uint64(c&0x0f))
	case c < 0xc0:
		return r.bytes(Str, uint64(c&0x1f))
	case c >= 0xe0:
		r.Kind, r.Bits = Integer, uint64(int64(int8(c)))
	default:
		return r.wide(c)
	}
	return nil
}

// A format is what follows one of the first bytes from 0xc0 to 0xdf.
type format struct {
	kind    Kind
	operand int // bytes: the value itself, or the length of what follows
	length  int // of what follows, if it is fixed
}

var formats = [32]format{
	{Null, 0, 0}, {}, {Boolean, 0, 0}, {Boolean, 0, 0},
	{Bin, 1, 0}, {Bin, 2, 0}, {Bin, 4, 0}, {Extension, 1, 0}, {Extension, 2, 0}, {Extension, 4, 0},
	{Float, 4, 0}, {Float, 8, 0}, {Unsigned, 1, 0}, {Unsigned, 2, 0}, {Unsigned, 4, 0}, {Unsigned, 8, 0},
	{Integer, 1, 0}, {Integer, 2, 0}, {Integer, 4, 0}, {Integer, 8, 0},
	{Extension, 0, 1}, {Extension, 0, 2}, {Extension, 0, 4}, {Extension, 0, 8}, {Extension, 0, 16},
	{Str, 1, 0}, {Str, 2, 0}, {Str, 4, 0}, {Array, 2, 0}, {Array, 4, 0}, {Object, 2, 0}, {Object, 4, 0},
}

const (
	fixext1 = 0xd4
	fixext8 = 0xd7
)

func (r *Reader) wide(c byte) error {
	f := formats[c&0x1f]
	if len(r.B)-r.I < f.operand {
		return ErrShort
	}
	u := r.number(f.operand)
	r.Kind = f.kind
	switch f.kind {
	case Invalid:
		return ErrFormat
	case Boolean:
		r.Bits = uint64(c & 1)
	case Integer:
		unused := 64 - 8*f.operand
		r.Bits = uint64(int64(u<<unused) >> unused)
	case Unsigned:
		if r.Bits = u; u <= math.MaxInt64 {
			r.Kind = Integer
		}
	case Float:
		if r.Bits = u; f.operand == 4 {
			r.Bits = math.Float64bits(float64(math.Float32frombits(uint32(u))))
		}
	case Array, Object:
		return r.container(f.kind, u)
	case Str, Bin:
		return r.bytes(f.kind, u)
	case Extension:
		return r.extension(c, u+uint64(f.length))
	}
	return nil
}

// number reads an unsigned number of size bytes, which are there.
func (r *Reader) number(size int) (u uint64) {
	for _, c := range r.B[r.I : r.I+size] {
		u = u<<8 | uint64(c)
	}
	r.I += size
	return u
}

// container checks the head of an array or map against what is there: each of its
// values has a byte or more.
func (r *Reader) container(k Kind, n uint64) error {
	least := n
	if k == Object {
		least *= 2
	}
	if least > uint64(len(r.B)-r.I) {
		return ErrShort
	}
	r.Kind, r.N = k, int(n)
	return nil
}

func (r *Reader) bytes(k Kind, n uint64) error {
	if n > uint64(len(r.B)-r.I) {
		return ErrShort
	}
	end := r.I + int(n)
	r.Kind, r.Data = k, r.B[r.I:end:end]
	r.I = end
	return nil
}

// extension knows what the official encoder writes: type 0 is undefined in one
// byte, a Date in eight, and an ArrayBuffer where the length is written out.
func (r *Reader) extension(c byte, n uint64) error {
	if r.I >= len(r.B) {
		return ErrShort
	}
	r.Ext = int8(r.B[r.I])
	r.I++
	if err := r.bytes(Extension, n); err != nil || r.Ext != 0 {
		return err
	}
	switch {
	case c == fixext1:
		r.Kind = Undefined
	case c == fixext8:
		r.Kind, r.Bits = Date, binary.BigEndian.Uint64(r.Data)
	case c < fixext1:
		r.Kind = Bin
	}
	return nil
}
