// parse.go: MessagePack into Go values.

package wire

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// ParseMsgpack reads one value and nothing after it.
func ParseMsgpack(b []byte) (any, error) {
	p := parser{b: b}
	v, err := p.value(0)
	if err == nil && p.i < len(b) {
		err = errTrailing
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// parser reads values from front to back.
type parser struct {
	b      []byte
	i      int
	values int
}

func (p *parser) value(depth int) (any, error) {
	c, err := p.byte()
	if err != nil {
		return nil, err
	}
	if p.values++; p.values > MaxValues {
		return nil, errValues
	}
	switch {
	case c < 0x80:
		return int64(c), nil
	case c < 0x90:
		return p.object(uint64(c&0x0f), depth)
	case c < 0xa0:
		return p.list(uint64(c&0x0f), depth)
	case c < 0xc0:
		return p.string(uint64(c & 0x1f))
	case c >= 0xe0:
		return int64(int8(c)), nil
	case c >= 0xc7 && c <= 0xc9 || c >= 0xd4 && c <= 0xd8:
		return p.extension(c)
	case c >= 0xc4 && c <= 0xc6 || c >= 0xd9:
		return p.sized(c, depth)
	}
	return p.scalar(c)
}

func (p *parser) byte() (byte, error) {
	if p.i >= len(p.b) {
		return 0, errShort
	}
	p.i++
	return p.b[p.i-1], nil
}

// uint reads an unsigned number of size bytes.
func (p *parser) uint(size int) (u uint64, err error) {
	data, err := p.take(uint64(size))
	for _, c := range data {
		u = u<<8 | uint64(c)
	}
	return u, err
}

// take cuts n bytes off.
func (p *parser) take(n uint64) ([]byte, error) {
	if n > uint64(len(p.b)-p.i) {
		return nil, errShort
	}
	start := p.i
	p.i += int(n)
	return p.b[start:p.i], nil
}

// scalar reads what is neither short nor has a length.
func (p *parser) scalar(c byte) (any, error) {
	switch c {
	case 0xc0:
		return nil, nil
	case 0xc2, 0xc3:
		return c == 0xc3, nil
	case 0xca:
		u, err := p.uint(4)
		return whole(float64(math.Float32frombits(uint32(u)))), err
	case 0xcb:
		u, err := p.uint(8)
		return whole(math.Float64frombits(u)), err
	case 0xcc, 0xcd, 0xce, 0xcf:
		u, err := p.uint(1 << (c - 0xcc))
		if u > math.MaxInt64 {
			return u, err
		}
		return int64(u), err
	case 0xd0, 0xd1, 0xd2, 0xd3:
		size := 1 << (c - 0xd0)
		u, err := p.uint(size)
		unused := 64 - 8*size
		return int64(u<<unused) >> unused, err
	}
	return nil, errFormat
}

// whole is f, but for what JSON cannot hold: official servers send null for it.
func whole(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}

// sized reads what has its length before it.
func (p *parser) sized(c byte, depth int) (any, error) {
	size := map[byte]int{0xc4: 1, 0xc5: 2, 0xc6: 4, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4}[c]
	n, err := p.uint(size)
	switch {
	case err != nil:
		return nil, err
	case c <= 0xc6:
		return p.bytes(n)
	case c <= 0xdb:
		return p.string(n)
	case c <= 0xdd:
		return p.list(n, depth)
	}
	return p.object(n, depth)
}

func (p *parser) bytes(n uint64) (any, error) {
	data, err := p.take(n)
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, n), data...), nil
}

func (p *parser) string(n uint64) (any, error) {
	data, err := p.take(n)
	if err == nil && !utf8.Valid(data) {
		err = errUTF8
	}
	if err != nil {
		return nil, err
	}
	return string(data), nil
}

// room checks a number of values against what is there: each has a byte or more.
func (p *parser) room(n uint64, depth int) error {
	switch {
	case depth >= MaxDepth:
		return errDepth
	case n > uint64(len(p.b)-p.i):
		return errShort
	case n > uint64(MaxValues-p.values):
		return errValues
	}
	return nil
}

func (p *parser) list(n uint64, depth int) (any, error) {
	if err := p.room(n, depth); err != nil {
		return nil, err
	}
	list := make([]any, n)
	for i := range list {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, undefined := v.(Nothing); !undefined {
			list[i] = v
		}
	}
	return list, nil
}

func (p *parser) object(n uint64, depth int) (any, error) {
	if err := p.room(2*n, depth); err != nil {
		return nil, err
	}
	object := make(map[string]any, min(n, 64)) // names may repeat
	for range n {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		if object[name], err = p.value(depth + 1); err != nil {
			return nil, err
		}
		if _, undefined := object[name].(Nothing); undefined {
			delete(object, name)
		}
	}
	return object, nil
}

// name reads the name of a member: a string, or a number, as in maps of JavaScript.
func (p *parser) name() (string, error) {
	v, err := p.value(MaxDepth)
	switch v := v.(type) {
	case string:
		return v, err
	case int64:
		return strconv.FormatInt(v, 10), err
	}
	if err == nil {
		err = errKey
	}
	return "", err
}

// extension knows what the official encoders write: times, and, in old releases, type 0
// for undefined in one byte, a time in eight, and an ArrayBuffer of any length.
func (p *parser) extension(c byte) (any, error) {
	n := uint64(1) << (c - 0xd4)
	if c <= 0xc9 {
		var err error
		if n, err = p.uint(1 << (c - 0xc7)); err != nil {
			return nil, err
		}
	}
	kind, err := p.byte()
	if err != nil {
		return nil, err
	}
	data, err := p.take(n)
	if err != nil {
		return nil, err
	}
	switch {
	case int8(kind) == -1:
		return timestamp(data), nil
	case kind == 0 && c == 0xd4:
		return Nothing{}, nil
	case kind == 0 && c == 0xd7:
		return date(time.UnixMilli(int64(binary.BigEndian.Uint64(data)))), nil
	case kind == 0:
		return append([]byte{}, data...), nil
	}
	return []any{int64(int8(kind)), append([]byte{}, data...)}, nil
}

// timestamp reads a time in one of its three lengths; nil if it is none.
func timestamp(data []byte) any {
	switch len(data) {
	case 4:
		return date(time.Unix(int64(binary.BigEndian.Uint32(data)), 0))
	case 8:
		u := binary.BigEndian.Uint64(data)
		return date(time.Unix(int64(u&(1<<34-1)), int64(u>>34)))
	case 12:
		return date(time.Unix(int64(binary.BigEndian.Uint64(data[4:])), int64(binary.BigEndian.Uint32(data))))
	}
	return nil
}

// date is what JSON makes of a time of JavaScript.
func date(t time.Time) any {
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		return nil
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}
