// translate.go: the JSON of an argument as MessagePack.

package msgpack

import (
	"strconv"
	"strings"

	"github.com/everwire/everwire/internal/pack"
)

// translate writes JSON without white space, as package sio writes it.
func (e *encoder) translate(text []byte) error {
	t := pack.Translator{Appender: &e.Appender, Special: (*slots)(e), Text: text, Unquote: &e.unquote}
	return t.Value()
}

// slots is an encoder that knows what stands in the slots of its values.
type slots encoder

// String implements [pack.Special].
func (e *slots) String(quoted []byte) (done bool, err error) {
	slot, ok := e.values.Slot(quoted)
	switch {
	case !ok:
		return false, nil
	case slot.IsTime:
		return true, (*encoder)(e).time(slot.Time)
	}
	e.Bytes(slot.Data)
	return true, nil
}

// Object implements [pack.Special]: none is special.
func (e *slots) Object([]byte) int { return 0 }

// Number implements [pack.Special]. It writes an integer if it is written as one and fits.
func (e *slots) Number(b []byte) error {
	text := string(b)
	if text != "-0" && !strings.ContainsAny(text, ".Ee") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			e.Int(n)
			return nil
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			e.Uint(u)
			return nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return err
	}
	e.Float(f)
	return nil
}
