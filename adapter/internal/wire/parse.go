// parse.go: MessagePack into Go values.

package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/everwire/everwire/internal/pack"
)

// ParseMsgpack reads one value and nothing after it.
func ParseMsgpack(b []byte) (any, error) {
	p := parser{Reader: pack.Reader{B: b}}
	v, err := p.value(0)
	if err == nil && p.I < len(b) {
		err = errTrailing
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// parser reads values from front to back.
type parser struct {
	pack.Reader
	values int
}

func (p *parser) value(depth int) (any, error) {
	if p.values++; p.values > MaxValues {
		return nil, errValues
	}
	if err := p.Next(); err != nil {
		return nil, err
	}
	switch p.Kind {
	case pack.Boolean:
		return p.Bits == 1, nil
	case pack.Integer:
		return int64(p.Bits), nil
	case pack.Unsigned:
		return p.Bits, nil
	case pack.Float:
		return whole(math.Float64frombits(p.Bits)), nil
	case pack.Str:
		return p.string()
	case pack.Bin:
		return bytes.Clone(p.Data), nil
	case pack.Array:
		return p.list(p.N, depth)
	case pack.Object:
		return p.object(p.N, depth)
	case pack.Undefined:
		return Nothing{}, nil
	case pack.Date:
		return date(time.UnixMilli(int64(p.Bits))), nil
	case pack.Extension:
		return p.extension(), nil
	}
	return nil, nil
}

// whole is f, but for what JSON cannot hold: official servers send null for it.
func whole(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}

func (p *parser) string() (any, error) {
	if !utf8.Valid(p.Data) {
		return nil, errUTF8
	}
	return string(p.Data), nil
}

// room checks a number of values against the limits. Each of them has a byte or more, as Next has seen.
func (p *parser) room(n, depth int) error {
	switch {
	case depth >= MaxDepth:
		return errDepth
	case n > MaxValues-p.values:
		return errValues
	}
	return nil
}

func (p *parser) list(n, depth int) (any, error) {
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

func (p *parser) object(n, depth int) (any, error) {
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
	if p.values++; p.values > MaxValues {
		return "", errValues
	}
	if err := p.Next(); err != nil {
		return "", err
	}
	switch p.Kind {
	case pack.Str:
		return nameOf(p.Data)
	case pack.Integer:
		return strconv.FormatInt(int64(p.Bits), 10), nil
	}
	return "", errKey
}

// usual are the names that nearly all messages have, so that they cost no memory.
var usual = func() map[string]string {
	m := make(map[string]string)
	for _, name := range []string{"uid", "nsp", "type", "data", "opts", "rooms", "except", "flags", "packet", "requestId", "volatile", "compress", "pid"} {
		m[name] = name
	}
	return m
}()

func nameOf(b []byte) (string, error) {
	if name, ok := usual[string(b)]; ok {
		return name, nil
	}
	if !utf8.Valid(b) {
		return "", errUTF8
	}
	return string(b), nil
}

// extension is a time, or of a type that nobody knows.
func (p *parser) extension() any {
	if p.Ext == -1 {
		return timestamp(p.Data)
	}
	return []any{int64(p.Ext), bytes.Clone(p.Data)}
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
