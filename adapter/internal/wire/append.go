// append.go: values as MessagePack, in the form of the official encoders.

package wire

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendMsgpack appends v as MessagePack.
func AppendMsgpack(dst []byte, v any) ([]byte, error) {
	a := appender{dst}
	err := a.value(v)
	return a.out, err
}

// An appender writes values in their shortest form.
type appender struct{ out []byte }

func (a *appender) value(v any) error {
	switch v := v.(type) {
	case nil:
		a.out = append(a.out, 0xc0)
	case bool:
		a.bool(v)
	case int:
		a.int(int64(v))
	case string:
		a.string(v)
	case []byte:
		a.bytes(v)
	case []string:
		a.head(0x90, 0xdc, len(v))
		for _, s := range v {
			a.string(s)
		}
	case List:
		return a.list(v)
	case Map:
		return a.members(v)
	case Args:
		if v.packed != nil {
			a.out = append(a.out, v.packed...)
			return nil
		}
		return a.json(v.text, v.attachments)
	case Arg:
		return a.json(v.text, v.attachments)
	default:
		text, err := rawJSON(v)
		if err != nil {
			return err
		}
		var compact bytes.Buffer
		if err := compactJSON(&compact, text); err != nil {
			return err
		}
		return a.json(compact.Bytes(), nil)
	}
	return nil
}

func (a *appender) list(l List) error {
	a.head(0x90, 0xdc, len(l))
	for _, e := range l {
		if err := a.value(e); err != nil {
			return err
		}
	}
	return nil
}

func (a *appender) members(m Map) error {
	n := 0
	for _, member := range m {
		if member.Value != (Nothing{}) {
			n++
		}
	}
	a.head(0x80, 0xde, n)
	for _, member := range m {
		if member.Value == (Nothing{}) {
			continue
		}
		a.string(member.Name)
		if err := a.value(member.Value); err != nil {
			return err
		}
	}
	return nil
}

// json writes the value of a JSON text without white space.
func (a *appender) json(text []byte, attachments [][]byte) error {
	t := translator{appender: a, text: text, attachments: attachments}
	return t.value()
}

func (a *appender) bool(on bool) {
	if on {
		a.out = append(a.out, 0xc3)
	} else {
		a.out = append(a.out, 0xc2)
	}
}

// number writes a first byte and size bytes of u.
func (a *appender) number(first byte, size int, u uint64) {
	a.out = append(a.out, first)
	for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
		a.out = append(a.out, byte(u>>shift))
	}
}

// head writes the length of a list or map.
func (a *appender) head(fixed, wide byte, n int) {
	switch {
	case n < 0x10:
		a.out = append(a.out, fixed|byte(n))
	case n <= math.MaxUint16:
		a.number(wide, 2, uint64(n))
	default:
		a.number(wide+1, 4, uint64(n))
	}
}

// string writes text; invalid UTF-8 in it becomes U+FFFD.
func (a *appender) string(text string) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	switch n := len(text); {
	case n < 0x20:
		a.out = append(a.out, 0xa0|byte(n))
	case n <= math.MaxUint8:
		a.number(0xd9, 1, uint64(n))
	case n <= math.MaxUint16:
		a.number(0xda, 2, uint64(n))
	default:
		a.number(0xdb, 4, uint64(n))
	}
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

func (a *appender) int(n int64) {
	u := uint64(n)
	switch {
	case n >= 0:
		a.uint(u)
	case n >= -0x20:
		a.out = append(a.out, byte(n))
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

func (a *appender) uint(u uint64) {
	switch {
	case u < 0x80:
		a.out = append(a.out, byte(u))
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

// float writes what JavaScript has for a number: an integer if it is one.
func (a *appender) float(f float64) {
	const exact = 1 << 53
	if f == math.Trunc(f) && math.Abs(f) <= exact && !(f == 0 && math.Signbit(f)) {
		a.int(int64(f))
		return
	}
	a.number(0xcb, 8, math.Float64bits(f))
}

// literal writes the number that a JSON text stands for.
func (a *appender) literal(text string) error {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
		a.int(n)
		return nil
	}
	if u, err := strconv.ParseUint(text, 10, 64); err == nil {
		a.uint(u)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("wire: number %.40q: %w", text, err)
	}
	a.float(f)
	return nil
}
