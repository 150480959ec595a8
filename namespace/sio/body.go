// body.go: payloads between their arrival and their use.

package sio

import (
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// body is a payload without attachments. Nothing is kept of where its arguments
// begin: most bodies have one or two, and finding them again costs less than
// remembering for every waiting packet.
type body struct {
	args []byte // the arguments with the commas between them; valid JSON
	n    int32
	long bool // a number in them has more than safeDigits
}

// binaryBody is a payload with attachments.
type binaryBody struct {
	body
	attachments [][]byte
}

// empty is the body of every event and ack without arguments.
var empty = new(body)

func newBody(part payload) *body {
	if part.n == 0 {
		return empty
	}
	b := makeBody(part)
	return &b
}

func newBinaryBody(part payload, attachments int) *binaryBody {
	return &binaryBody{makeBody(part), make([][]byte, 0, attachments)}
}

func makeBody(part payload) body {
	return body{exactCopy(part.args), int32(part.n), part.long}
}

func (b *body) Len() int { return int(b.n) }

func (b *body) Bind(first int, dst ...any) error {
	return b.each(first, len(dst), func(i int, arg []byte) error { return bind(arg, dst[i], b.long) })
}

func (b *binaryBody) Bind(first int, dst ...any) error {
	return b.each(first, len(dst), func(i int, arg []byte) error {
		return bindBinary(arg, b.attachments, false, dst[i])
	})
}

// each calls fn with the arguments from first to first+n-1, as far as they exist.
func (b *body) each(first, n int, fn func(i int, arg []byte) error) error {
	rest := b.args
	for index := 0; index < min(b.Len(), first+n); index++ {
		var arg []byte
		if arg, rest = nextArg(rest, index == b.Len()-1); index < first {
			continue
		}
		if err := fn(index-first, arg); err != nil {
			return &BindError{index, err}
		}
	}
	return nil
}

// nextArg cuts the first argument off; the last one needs no search for its end.
func nextArg(args []byte, last bool) (arg, rest []byte) {
	if last {
		return args, nil
	}
	end := argEnd(args)
	return args[:end], args[end+1:]
}

// argEnd finds the comma after the first argument of valid JSON.
func argEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// bindSimple stores what needs no JSON package: text as it is, and strings.
func bindSimple(arg []byte, dst any) bool {
	switch p := dst.(type) {
	case *json.RawMessage:
		if p != nil {
			*p = append((*p)[:0], trim(arg)...)
			return true
		}
	case *jsontext.Value:
		if p != nil {
			*p = append((*p)[:0], trim(arg)...)
			return true
		}
	case *string:
		if text := trim(arg); p != nil && text[0] == '"' {
			*p = unquote(text)
			return true
		}
	}
	return false
}

// trim removes the white space around a value.
func trim(b []byte) []byte {
	s := scanner{b: b}
	s.space()
	for len(b) > s.i && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b[s.i:]
}
