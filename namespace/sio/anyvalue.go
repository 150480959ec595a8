// anyvalue.go: JSON into a Go any, with attachments in their places.

package sio

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// anyDecoder builds what encoding/json builds in an any: map[string]any, []any,
// string, float64, bool, nil; and []byte where a placeholder stands. Its text is
// valid JSON of bounded depth.
//
// Doing this here, not with the JSON package, reads nested placeholders in one
// pass: a hook would have to read each object before it knows what it is.
type anyDecoder struct {
	scanner
	attachments [][]byte
	exact       bool  // see placeholder
	err         error // the first number that no float64 can hold
}

// decodeAny reads one value.
func decodeAny(text []byte, attachments [][]byte, exact bool) (any, error) {
	d := anyDecoder{scanner: scanner{b: text}, attachments: attachments, exact: exact}
	v := d.any()
	return v, d.err
}

func (d *anyDecoder) any() any {
	c := d.space()
	start := d.i
	switch c {
	case '{':
		return d.objectOrAttachment()
	case '[':
		return d.list()
	case '"':
		return d.text()
	}
	d.value(0)
	switch c {
	case 't', 'f':
		return c == 't'
	case 'n':
		return nil
	}
	f, err := strconv.ParseFloat(string(d.b[start:d.i]), 64)
	if err != nil && d.err == nil {
		d.err = err
	}
	return f
}

func (d *anyDecoder) list() any {
	d.i++
	list := []any{}
	for !d.accept(']') {
		list = append(list, d.any())
		d.accept(',')
	}
	return list
}

func (d *anyDecoder) objectOrAttachment() any {
	d.i++
	object := map[string]any{}
	mark := placeholder{num: -1, exact: d.exact}
	for !d.accept('}') {
		d.space()
		key := d.i
		name := d.text()
		keyEnd := d.i
		d.accept(':')
		d.space()
		value := d.i
		object[name] = d.any()
		if d.attachments != nil {
			mark.member(d.b[key:keyEnd], d.b[value:d.i])
		}
		d.accept(',')
	}
	if mark.set {
		return d.attachments[mark.num]
	}
	return object
}

func (d *anyDecoder) text() string {
	start := d.i
	d.string()
	return unquote(d.b[start:d.i])
}

// unquote returns what a valid JSON string stands for; half a surrogate pair
// becomes U+FFFD, as with encoding/json.
func unquote(quoted []byte) string {
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	out, _ := jsontext.AppendUnquote(nil, quoted)
	return string(out)
}
