// errors.go: the errors of the codec.

package sio

import (
	"errors"
	"fmt"
)

// Errors of codecs. Those of decoders all wrap ErrMalformed; their text says
// which rule was broken and holds nothing that the peer wrote.
var (
	// ErrMalformed is wrapped by every error of a decoder, and by that of Encode
	// for a header or a payload that no peer would accept.
	ErrMalformed = errors.New("sio: malformed packet")
	// ErrReserved is the error for an event name that the protocol keeps for
	// itself, see [Reserved].
	ErrReserved = errors.New("sio: reserved event name")
	// ErrTooManyAttachments is the error for more than MaxAttachments.
	ErrTooManyAttachments = errors.New("sio: too many attachments")
)

// The rules that a packet can break. They are made once: an attack costs no
// memory for its errors.
var (
	errMessage     = malformed("not an Engine.IO message")
	errEmpty       = malformed("empty")
	errUTF8        = malformed("text is not UTF-8")
	errType        = malformed("unknown type")
	errCount       = malformed("bad number of attachments")
	errNamespace   = malformed("bad namespace")
	errID          = malformed("bad ack id")
	errNoID        = malformed("an ack without id")
	errPayload     = malformed("payload missing or of the wrong kind")
	errName        = malformed("bad event name")
	errJSON        = malformed("invalid JSON")
	errTrailing    = malformed("text after the JSON value")
	errDepth       = malformed("JSON nested too deep")
	errPlaceholder = malformed("placeholder without an attachment")
	errUnexpected  = malformed("attachment that was not announced")
	errInterrupted = malformed("text where an attachment must follow")

	errManyAttachments = fmt.Errorf("%w: %w", ErrMalformed, ErrTooManyAttachments)
	errReservedName    = fmt.Errorf("%w: %w", ErrMalformed, ErrReserved)
)

func malformed(rule string) error { return fmt.Errorf("%w: %s", ErrMalformed, rule) }

// BindError is the error of [Body.Bind] for an argument that does not fit its
// Go value. Err is the reason as the JSON package gives it. That package is
// github.com/go-json-experiment/json/v1: its error types have the names of those
// in encoding/json, but are not the same types.
type BindError struct {
	Index int   // of the argument in the body
	Err   error // of the JSON package
}

// Error implements error.
func (e *BindError) Error() string { return fmt.Sprintf("sio: argument %d: %v", e.Index, e.Err) }

// Unwrap returns Err.
func (e *BindError) Unwrap() error { return e.Err }
