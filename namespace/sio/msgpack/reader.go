// reader.go: values that are checked as they are read.

package msgpack

import (
	"math"
	"unicode/utf8"

	"github.com/everwire/everwire/internal/pack"
)

// reader is a [pack.Reader] whose errors are those of packets.
type reader struct{ pack.Reader }

func newReader(b []byte) reader { return reader{pack.Reader{B: b}} }

// next reads one value, of arrays and maps the head alone.
func (r *reader) next() error {
	switch r.Next() {
	case nil:
		return nil
	case pack.ErrShort:
		return errShort
	}
	return errFormat
}

// skip moves over one value and checks it, with at most depth levels of arrays and
// maps.
func (r *reader) skip(depth int) error {
	if err := r.next(); err != nil {
		return err
	}
	switch r.Kind {
	case pack.Str:
		if !utf8.Valid(r.Data) {
			return errUTF8
		}
	case pack.Array, pack.Object:
		return r.skipInside(r.Kind, depth-1)
	}
	return nil
}

func (r *reader) skipInside(k pack.Kind, depth int) error {
	if depth < 0 {
		return errDepth
	}
	for range r.N {
		if k == pack.Object {
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
	switch r.Kind {
	case pack.Str:
		if !utf8.Valid(r.Data) {
			return errUTF8
		}
	case pack.Integer, pack.Unsigned, pack.Boolean, pack.Null:
	default:
		return errKey
	}
	return nil
}

// whole returns the integer that was read; a float64 that holds one counts, as
// JavaScript knows no difference.
func (r *reader) whole() (n int64, ok bool) {
	switch r.Kind {
	case pack.Integer:
		return int64(r.Bits), true
	case pack.Float:
		const exact = 1 << 53
		f := math.Float64frombits(r.Bits)
		return int64(f), f == math.Trunc(f) && math.Abs(f) <= exact
	}
	return 0, false
}
