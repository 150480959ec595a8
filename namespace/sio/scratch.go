// scratch.go: the memory and the hooks that encoding needs for a moment.

package sio

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// plainOptions are encoding/json's, but that nothing is escaped for HTML: the
// official servers do not, and it would make most chat messages longer.
// Nor does a failed encoding keep what it wrote before the failure.
var plainOptions = json.JoinOptions(jsonv1.DefaultOptionsV1(), jsonv1.ReportErrorsWithLegacySemantics(false),
	jsontext.EscapeForHTML(false), jsontext.EscapeForJS(false))

// scratch is the state of one Encode.
type scratch struct {
	buf         bytes.Buffer // the JSON
	attachments [][]byte     // copies, so that packets never share memory with arguments
	inline      bool         // the packet's type has no attachments
	overflow    bool         // there were more than MaxAttachments

	marshaler
}

// marshaler writes the JSON of Go values of all types.
type marshaler struct {
	enc    *jsontext.Encoder // with plainOptions
	recent recentTraits
	hooks  traits       // for which hooked is needed
	hooked json.Options // plainOptions with the hooks of the scratch
}

func newMarshaler(hooks traits, marshalers ...*json.Marshalers) marshaler {
	return marshaler{
		enc:    jsontext.NewEncoder(io.Discard, plainOptions),
		hooks:  hooks,
		hooked: json.JoinOptions(plainOptions, json.WithMarshalers(json.JoinMarshalers(marshalers...))),
	}
}

// write appends the JSON of arg to buf.
func (m *marshaler) write(buf *bytes.Buffer, arg any) error {
	switch t := m.recent.of(reflect.TypeOf(arg)); {
	case t == 0:
		b, err := appendFast(buf.AvailableBuffer(), arg)
		buf.Write(b)
		return err
	case t&m.hooks == 0:
		return m.plain(buf, arg)
	}
	return json.MarshalWrite(buf, arg, m.hooked)
}

// plain writes an argument without hooks, by an encoder that is used again.
func (m *marshaler) plain(buf *bytes.Buffer, arg any) error {
	m.enc.Reset(buf, plainOptions)
	if err := json.MarshalEncode(m.enc, arg); err != nil {
		return err
	}
	buf.Truncate(buf.Len() - 1) // the line break that ends a stream's value
	return nil
}

// largestPooled is how large a buffer may be to be used again.
const largestPooled = 64 << 10

// scratches are pooled with their hooks, because the JSON package caches in each
// hook which types it is for.
var scratches = sync.Pool{New: func() any {
	s := new(scratch)
	s.marshaler = newMarshaler(needHooks, json.MarshalToFunc(s.marshalBytes), json.MarshalToFunc(marshalNumber))
	return s
}}

// release puts s back, unless what it holds is too large to keep.
func (s *scratch) release() {
	if s.buf.Cap() > largestPooled {
		return
	}
	s.buf.Reset()
	clear(s.attachments)
	s.attachments, s.inline, s.overflow = s.attachments[:0], false, false
	scratches.Put(s)
}

// marshalBytes writes a placeholder and keeps a copy of the bytes.
func (s *scratch) marshalBytes(enc *jsontext.Encoder, data []byte) error {
	if s.inline || data == nil {
		return errors.ErrUnsupported
	}
	slot, err := s.attach(data)
	if err != nil {
		return err
	}
	return enc.WriteValue(slot)
}

// attach keeps a copy of data and returns the placeholder for it.
func (s *scratch) attach(data []byte) (jsontext.Value, error) {
	n := len(s.attachments)
	if n == MaxAttachments {
		s.overflow = true
		return nil, ErrTooManyAttachments
	}
	s.attachments = append(s.attachments, exactCopy(data))
	return placeholders[n], nil
}

// marshalNumber writes a Number of encoding/json, which the JSON package takes
// for an ordinary string.
func marshalNumber(enc *jsontext.Encoder, n stdjson.Number) error {
	if kind, length := enc.StackIndex(enc.StackDepth()); kind == '{' && length%2 == 0 {
		return errors.ErrUnsupported // the name of a member
	}
	if n == "" {
		n = "0" // as encoding/json does
	}
	if !isNumber(string(n)) {
		return errNumber
	}
	return enc.WriteValue(jsontext.Value(n))
}

var errNumber = errors.New("invalid number")

func isNumber(text string) bool {
	s := scanner{b: []byte(text)}
	return s.number() && s.i == len(text)
}
