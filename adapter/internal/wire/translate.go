// translate.go: JSON as MessagePack, with binary data in their places.

package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// translator reads valid JSON without white space.
type translator struct {
	*appender
	text        []byte
	i           int
	attachments [][]byte
}

func compactJSON(dst *bytes.Buffer, text []byte) error { return json.Compact(dst, text) }

func (t *translator) value() error {
	switch t.text[t.i] {
	case '{':
		if data, ok := t.attachment(); ok {
			t.Bytes(data)
			return nil
		}
		return t.each('}')
	case '[':
		return t.each(']')
	case '"':
		t.String(t.unquoted())
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
		start := t.i
		for t.i < len(t.text) && bytes.IndexByte([]byte(",]}"), t.text[t.i]) < 0 {
			t.i++
		}
		return t.literal(string(t.text[start:t.i]))
	}
	return nil
}

// each writes what stands between brackets, and then how much it was.
func (t *translator) each(end byte) error {
	head := len(t.Out)
	if end == ']' {
		t.Array(0)
	} else {
		t.Object(0)
	}
	n := 0
	for t.i++; t.text[t.i] != end; n++ {
		if t.text[t.i] == ',' {
			t.i++
		}
		if end == '}' {
			t.String(t.unquoted())
			t.i++ // the colon
		}
		if err := t.value(); err != nil {
			return err
		}
	}
	t.i++
	t.SetLength(head, n)
	return nil
}

var placeholder = []byte(`{"_placeholder":true,"num":`)

// attachment moves over a placeholder, which looks as package sio writes it: where there
// are attachments, nothing else may look like one.
func (t *translator) attachment() ([]byte, bool) {
	rest, ok := bytes.CutPrefix(t.text[t.i:], placeholder)
	if !ok || len(t.attachments) == 0 {
		return nil, false
	}
	digits, _, ok := bytes.Cut(rest, []byte("}"))
	n, err := strconv.Atoi(string(digits))
	if !ok || err != nil || n < 0 || n >= len(t.attachments) {
		return nil, false
	}
	t.i += len(placeholder) + len(digits) + 1
	return t.attachments[n], true
}

// unquoted moves over a string.
func (t *translator) unquoted() string {
	start := t.i
	for t.i++; t.text[t.i] != '"'; t.i++ {
		if t.text[t.i] == '\\' {
			t.i++
		}
	}
	t.i++
	quoted := t.text[start:t.i]
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // valid, as all of the text
	return s
}
