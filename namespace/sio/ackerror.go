// ackerror.go: failures that travel to the peer.

package sio

import "bytes"

// Error is a failure that a handler tells its peer. In an ack it travels as
// [{"error":{"code":…,"message":…,"data":…}}].
type Error struct {
	Code    string `json:"code,omitempty"` // for programs, such as "not_member"
	Message string `json:"message"`        // for people
	Data    any    `json:"data,omitempty"` // details, if any
}

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.Code == "":
		return e.Message
	case e.Message == "":
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// ackFailure is the one argument of an ack that reports an error.
type ackFailure struct {
	Error *Error `json:"error"`
}

// ErrorAck returns the argument to encode in an Ack that reports e.
func ErrorAck(e *Error) any { return ackFailure{e} }

// AckError returns the error that an ack reports, nil if it reports none: an
// error is one object with the one member "error", an object in which "message"
// or "code" is a string. Data is what Bind puts into an any.
func AckError(b Body) *Error {
	if b == nil || b.Len() != 1 {
		return nil
	}
	if f, ok := b.(interface{ MayFail() bool }); ok && !f.MayFail() {
		return nil
	}
	var answer any
	if b.Bind(0, &answer) != nil {
		return nil
	}
	object, _ := answer.(map[string]any)
	failure, _ := object["error"].(map[string]any)
	message, hasMessage := failure["message"].(string)
	code, hasCode := failure["code"].(string)
	if len(object) != 1 || !hasMessage && !hasCode {
		return nil
	}
	return &Error{Code: code, Message: message, Data: failure["data"]}
}

// MayFail is false for nearly every answer that reports no error, which saves
// building its Go values twice. Bodies of other codecs have it too.
func (b *body) MayFail() bool {
	s := scanner{b: b.args}
	if !s.accept('{') {
		return false
	}
	s.space()
	return bytes.HasPrefix(s.b[s.i:], []byte(`"error"`))
}
