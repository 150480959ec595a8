// payload.go: what each type of packet must have after its prefix.

package sio

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// payload is the JSON part of a text message, checked but not yet copied.
type payload struct {
	present bool
	name    []byte // Event: its name, unescaped
	args    []byte // the arguments with the commas between them
	n       int    // how many
	long    bool   // a number in them has more than safeDigits
}

func scanPayload(pre prefix, b []byte) (part payload, err error) {
	if pre.hasID && pre.typ != Event && pre.typ != Ack {
		return part, errID
	}
	s := scanner{b: b, attachments: pre.attachments}
	switch pre.typ {
	case Connect:
		if len(b) > 0 {
			part, err = s.single('{', '{')
		}
	case ConnectError:
		part, err = s.single('{', '"')
	case Disconnect:
		if len(b) > 0 {
			err = errPayload
		}
	case Event:
		part, err = s.event()
	case Ack:
		if !pre.hasID {
			return part, errNoID
		}
		part, err = s.list()
	}
	if err == nil && part.present {
		err = s.end()
	}
	return part, err
}

// single reads a payload that is one value, which begins with one of two bytes.
func (s *scanner) single(first, orFirst byte) (payload, error) {
	if c := s.space(); c != first && c != orFirst {
		return payload{}, errPayload
	}
	start := s.i
	if !s.value(MaxDepth) {
		return payload{}, s.err
	}
	return payload{present: true, args: s.b[start:s.i], n: 1, long: s.long}, nil
}

// event reads ["name",arguments…].
func (s *scanner) event() (part payload, err error) {
	if !s.accept('[') {
		return part, errPayload
	}
	part.present = true
	if part.name, err = s.name(); err != nil {
		return part, err
	}
	switch s.space() {
	case ']':
		s.i++
		return part, nil
	case ',':
		s.i++
		return part, s.arguments(&part)
	}
	return part, errJSON
}

// list reads [values…].
func (s *scanner) list() (part payload, err error) {
	if !s.accept('[') {
		return part, errPayload
	}
	part.present = true
	if s.accept(']') {
		return part, nil
	}
	return part, s.arguments(&part)
}

func (s *scanner) arguments(part *payload) error {
	start := s.i
	n, ok := s.elements(MaxDepth)
	if !ok {
		return s.err
	}
	part.n, part.args, part.long = n, s.b[start:s.i-1], s.long
	return nil
}

func (s *scanner) end() error {
	if s.space(); s.i < len(s.b) {
		return errTrailing
	}
	return nil
}

// name reads the name of an event: a string, or an integer, as in the official
// parser, which stands for its decimal digits.
func (s *scanner) name() ([]byte, error) {
	c := s.space()
	start := s.i
	if c != '"' {
		if !s.number() {
			return nil, errName
		}
		return integerName(s.b[start:s.i])
	}
	if !s.string() {
		return nil, s.err
	}
	name, err := unescapeName(s.b[start:s.i])
	if err == nil && Reserved(string(name)) {
		err = errReservedName
	}
	return name, err
}

// unescapeName returns what a quoted name stands for, without a copy if it has
// no escapes.
func unescapeName(quoted []byte) ([]byte, error) {
	const longestEscape = len(`\u0000`)
	name := quoted[1 : len(quoted)-1]
	if len(name) > MaxName*longestEscape {
		return nil, errName
	}
	if bytes.IndexByte(name, '\\') >= 0 {
		// The scanner has passed it, so the one error left is half a surrogate
		// pair, which becomes U+FFFD.
		name, _ = jsontext.AppendUnquote(nil, quoted)
	}
	if len(name) > MaxName {
		return nil, errName
	}
	return name, nil
}

// integerName takes the integers that JavaScript writes as they were sent.
func integerName(number []byte) ([]byte, error) {
	digits := bytes.TrimPrefix(number, []byte{'-'})
	id, _, rest, err := parseID(digits)
	if err != nil || len(rest) > 0 {
		return nil, errName
	}
	if id == 0 {
		return digits, nil // JavaScript prints -0 as 0
	}
	return number, nil
}
