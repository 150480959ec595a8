// translate.go: the JSON of an argument as MessagePack.

package msgpack

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// translator reads JSON without white space, as package sio writes it.
type translator struct {
	*encoder
	text []byte
	i    int
}

func (t *translator) value() error {
	switch t.text[t.i] {
	case '{':
		return t.object()
	case '[':
		return t.array()
	case '"':
		return t.string()
	case 'n':
		t.i += len("null")
		t.Null()
	case 't':
		t.i += len("true")
		t.Bool(true)
	case 'f':
		t.i += len("false")
		t.Bool(false)
	default:
		return t.number()
	}
	return nil
}

// array writes the head when it knows the length.
func (t *translator) array() error {
	head := len(t.Out)
	t.Array(0)
	n := 0
	for t.i++; t.text[t.i] != ']'; n++ {
		if err := t.value(); err != nil {
			return err
		}
		t.comma()
	}
	t.i++
	t.SetLength(head, n)
	return nil
}

func (t *translator) object() error {
	head := len(t.Out)
	t.Object(0)
	n := 0
	for t.i++; t.text[t.i] != '}'; n++ {
		t.Text(t.unquoted(t.quoted()))
		t.i++ // the colon
		if err := t.value(); err != nil {
			return err
		}
		t.comma()
	}
	t.i++
	t.SetLength(head, n)
	return nil
}

func (t *translator) comma() {
	if t.text[t.i] == ',' {
		t.i++
	}
}

// quoted moves over a string and returns it with its quotes.
func (t *translator) quoted() []byte {
	start := t.i
	for t.i++; t.text[t.i] != '"'; t.i++ {
		if t.text[t.i] == '\\' {
			t.i++
		}
	}
	t.i++
	return t.text[start:t.i]
}

// unquoted returns what a quoted string stands for, until it is called again.
func (t *translator) unquoted(quoted []byte) []byte {
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	// The one error is half a surrogate pair, which becomes U+FFFD.
	t.unquote, _ = jsontext.AppendUnquote(t.unquote[:0], quoted)
	return t.unquote
}

func (t *translator) string() error {
	quoted := t.quoted()
	slot, ok := t.values.Slot(quoted)
	switch {
	case !ok:
		t.Text(t.unquoted(quoted))
	case slot.IsTime:
		return t.time(slot.Time)
	default:
		t.Bytes(slot.Data)
	}
	return nil
}

// number writes an integer if it is written as one and fits.
func (t *translator) number() error {
	start := t.i
	for t.i < len(t.text) && strings.IndexByte("+-.0123456789Ee", t.text[t.i]) >= 0 {
		t.i++
	}
	text := string(t.text[start:t.i])
	if text != "-0" && !strings.ContainsAny(text, ".Ee") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			t.Int(n)
			return nil
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			t.Uint(u)
			return nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return err
	}
	t.Float(f)
	return nil
}
