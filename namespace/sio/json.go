// json.go: from Go values to messages.

package sio

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/everwire/everwire/engine/eio"
	"github.com/go-json-experiment/json/jsontext"
)

// JSON is the codec of the official clients and servers. Its zero value works.
//
// Arguments are written as encoding/json writes them, but that < > & stay as
// they are, and that a []byte anywhere in an argument of an Event or Ack
// becomes an attachment: at most [MaxAttachments]. A nil []byte is null. Types
// with a JSON form of their own, such as json.RawMessage, keep it, and so do
// named slices of bytes: base64.
//
// In the other direction an attachment can be bound to a []byte, to a named
// slice of bytes, and to an any, where it is a []byte. Such a slice is the
// memory of the [Body]: who binds it must not write to it. An any that is bound
// to JSON holds what encoding/json would put there.
type JSON struct{}

var _ Codec = JSON{}

// NewDecoder returns a decoder, which also implements [Waiter].
func (JSON) NewDecoder() Decoder { return new(decoder) }

// Encode appends one text message and a binary message for each attachment.
// A Connect takes at most one argument, which must be an object, a ConnectError
// one object or string, a Disconnect none; an Ack must have an id.
//
// The errors are ErrReserved, ErrTooManyAttachments, ErrMalformed (also for an
// object {"_placeholder":true} of the caller's beside real attachments), and
// those of the JSON package for values that have no JSON form.
func (JSON) Encode(dst []eio.Packet, h Header, args ...any) ([]eio.Packet, error) {
	if err := checkHeader(h); err != nil {
		return nil, err
	}
	s := scratches.Get().(*scratch)
	defer s.release()
	if err := s.payload(h, args); err != nil {
		return nil, err
	}
	if err := s.checkPlaceholders(); err != nil {
		return nil, err
	}
	return s.packets(dst, h), nil
}

// payload writes the JSON part of the message.
func (s *scratch) payload(h Header, args []any) error {
	switch h.Type {
	case Event:
		s.beginArray()
		s.quote(h.Event)
		return s.elements(args, ',')
	case Ack:
		s.beginArray()
		return s.elements(args, 0)
	case Disconnect:
		if len(args) > 0 {
			return errPayload
		}
		return nil
	default:
		return s.single(h.Type, args)
	}
}

func (s *scratch) beginArray() { s.buf.WriteByte('[') }

func (s *scratch) elements(args []any, separator byte) error {
	for i, arg := range args {
		if separator != 0 {
			s.buf.WriteByte(separator)
		}
		separator = ','
		if err := s.arg(arg); err != nil {
			return fmt.Errorf("sio: argument %d: %w", i, err)
		}
	}
	s.buf.WriteByte(']')
	return nil
}

// single writes the payload of a Connect or ConnectError, in which the protocol
// has no attachments: a []byte is base64 there.
func (s *scratch) single(t Type, args []any) error {
	if len(args) == 0 && t == Connect {
		return nil
	}
	if len(args) != 1 {
		return errPayload
	}
	s.inline = true
	if err := s.arg(args[0]); err != nil {
		return err
	}
	if c := s.buf.Bytes()[0]; c != '{' && (c != '"' || t == Connect) {
		return errPayload
	}
	return nil
}

// arg writes one argument. The cases are those that need no reflection.
func (s *scratch) arg(arg any) error {
	if p, ok := arg.(*[]byte); ok && p != nil {
		arg = *p
	}
	switch v := arg.(type) {
	case nil:
		s.buf.WriteString("null")
		return nil
	case string:
		s.quote(v)
		return nil
	case []byte:
		if v != nil && !s.inline {
			slot, err := s.attach(v)
			s.buf.Write(slot)
			return err
		}
	}
	err := s.write(&s.buf, arg)
	if err != nil && s.overflow {
		return ErrTooManyAttachments
	}
	return err
}

// checkPlaceholders refuses values that look like placeholders beside real
// attachments: the receiver would close the connection. Such a value can come
// from another user, who must not be able to disconnect those it is sent to.
func (s *scratch) checkPlaceholders() error {
	if len(s.attachments) == 0 {
		return nil // without attachments nobody looks for placeholders
	}
	const anyDepth = 1 << 10 // how deep the caller nests is the caller's matter
	check := scanner{b: s.buf.Bytes(), attachments: len(s.attachments)}
	if !check.value(anyDepth) && check.err == errPlaceholder {
		return errPlaceholder
	}
	return nil
}

// quote writes a string; invalid UTF-8 in it becomes U+FFFD, which is no error here.
func (s *scratch) quote(text string) {
	b, _ := jsontext.AppendQuote(s.buf.AvailableBuffer(), text)
	s.buf.Write(b)
}

// packets copies what was written into messages of exactly their size.
func (s *scratch) packets(dst []eio.Packet, h Header) []eio.Packet {
	var room [MaxName + 64]byte
	prefix := appendPrefix(room[:0], h, len(s.attachments))
	text := s.buf.Bytes()
	if !utf8.Valid(text) { // raw JSON of the caller's passes through as it is
		text = bytes.ToValidUTF8(text, []byte("\ufffd"))
	}
	message := make([]byte, 0, len(prefix)+len(text))
	dst = append(dst, eio.Text(append(append(message, prefix...), text...)))
	for _, data := range s.attachments {
		dst = append(dst, eio.Binary(data))
	}
	return dst
}
