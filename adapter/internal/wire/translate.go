// translate.go: JSON as MessagePack, with binary data in their places.

package wire

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/everwire/everwire/internal/pack"
)

// json writes the value of a JSON text without white space.
func (a *appender) json(text []byte, attachments [][]byte) error {
	t := pack.Translator{Appender: &a.Appender, Special: placeholders{a, attachments}, Text: text, Unquote: new([]byte)}
	return t.Value()
}

// placeholders knows what stands in place of binary data.
type placeholders struct {
	*appender
	attachments [][]byte
}

var placeholder = []byte(`{"_placeholder":true,"num":`)

// Object implements [pack.Special] for a placeholder, which looks as package sio writes it:
// where there are attachments, nothing else may look like one.
func (p placeholders) Object(text []byte) (skip int) {
	rest, ok := bytes.CutPrefix(text, placeholder)
	if !ok || len(p.attachments) == 0 {
		return 0
	}
	digits, _, ok := bytes.Cut(rest, []byte("}"))
	n, err := strconv.Atoi(string(digits))
	if !ok || err != nil || n < 0 || n >= len(p.attachments) {
		return 0
	}
	p.Bytes(p.attachments[n])
	return len(placeholder) + len(digits) + 1
}

// String implements [pack.Special]: none is special.
func (p placeholders) String([]byte) (bool, error) { return false, nil }

// Number implements [pack.Special]. It writes what JavaScript has for it: an integer if it
// is one, however it is written.
func (p placeholders) Number(b []byte) error {
	text := string(b)
	if !bytes.ContainsAny(b, ".eE") { // else it fails, and that costs memory
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
			p.Int(n)
			return nil
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			p.Uint(u)
			return nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("wire: number %.40q: %w", b, err)
	}
	const exact = 1 << 53
	if f == math.Trunc(f) && math.Abs(f) <= exact && !(f == 0 && math.Signbit(f)) {
		p.Int(int64(f))
	} else {
		p.Float(f)
	}
	return nil
}
