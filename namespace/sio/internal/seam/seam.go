// Package seam is what package sio lends to the codecs that have packages of
// their own: the binding and the marshaling of JSON, so that tags, Marshalers and
// attachments mean the same in all of them. It is no part of the API.
//
// Package sio sets the functions when it is initialized. A codec imports sio, so
// they are there before it runs.
package seam

import "time"

var (
	// Bind stores the JSON of one argument in what dst points to. An object that
	// AppendAttachment has written stands for one of attachments; nothing else
	// does. What is bound may share the memory of attachments, but not that of
	// text. long is to be set when an integer in text may have more than 18 digits.
	Bind func(text []byte, attachments [][]byte, long bool, dst any) error

	// AppendName appends the quoted name of a member, in a spelling that is not
	// taken for an attachment by Bind.
	AppendName func(dst, name []byte) []byte

	// AppendAttachment appends what stands for attachment num.
	AppendAttachment func(dst []byte, num int) []byte

	// Check is the check of a header before it is encoded.
	Check func(typ uint8, namespace, event string, id uint64, hasID bool) error

	// NewMarshaler returns a Marshaler.
	NewMarshaler func() Marshaler
)

// A Slot is a value inside an argument for which a codec has a form of its own.
type Slot struct {
	Data   []byte // unless IsTime
	Time   time.Time
	IsTime bool
}

// A Marshaler writes arguments as JSON, one at a time. It is for one goroutine.
type Marshaler interface {
	// Marshal writes arg as package sio does, but that a string which Slot finds
	// takes the place of each []byte and each time.Time.
	Marshal(arg any) (text []byte, err error)
	// Slot finds what a quoted string of the latest text stands for, if anything.
	// Strings of the application's never stand for anything.
	Slot(quoted []byte) (Slot, bool)
	// Release ends the use of the Marshaler, and of all that it has returned.
	Release()
}
