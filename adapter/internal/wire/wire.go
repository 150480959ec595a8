// Package wire writes and reads what nodes tell each other: JSON, or MessagePack where
// binary data are in it, in the forms of the official adapters.
//
// What is read comes from whoever can reach the broker: it is checked against its own
// length, and bounded in depth and in the number of its values, before memory is taken.
package wire

import (
	"encoding/json"
	"errors"
)

// Limits of what is read.
const (
	// MaxDepth is how many levels of lists and maps a message may nest: those of an
	// argument, and those around it.
	MaxDepth = 80
	// MaxValues is how many values a message may hold, those in lists and maps counted.
	MaxValues = 1 << 20
)

// Map is a map whose members keep their order. Members whose value is [Nothing] are
// left out.
type Map []Member

// Member is one member of a [Map].
type Member struct {
	Name  string
	Value any
}

// List is a list of values.
type List []any

// Nothing is the value of members that are left out.
type Nothing struct{}

var (
	errTrailing = errors.New("wire: bytes after the message")
	errDepth    = errors.New("wire: message nests too deep")
	errValues   = errors.New("wire: message has too many values")
	errUTF8     = errors.New("wire: string is not UTF-8")
	errKey      = errors.New("wire: name of a member is no string")
)

// Parse reads a message: JSON if it begins with a brace, else MessagePack. Values are
// nil, bool, int64, uint64, float64, string, []byte, []any and map[string]any. What it
// returns shares no memory with b.
func Parse(b []byte) (any, error) {
	if len(b) > 0 && b[0] == '{' {
		return ParseJSON(b)
	}
	return ParseMsgpack(b)
}

// Append appends a message: in MessagePack if it holds binary data, else in JSON.
func Append(dst []byte, v any) ([]byte, error) {
	if HasBinary(v) {
		return AppendMsgpack(dst, v)
	}
	return AppendJSON(dst, v)
}

// HasBinary tells whether JSON cannot hold v.
func HasBinary(v any) bool {
	switch v := v.(type) {
	case []byte:
		return true
	case Args:
		return v.binary()
	case Arg:
		return v.binary()
	case Map:
		for _, m := range v {
			if HasBinary(m.Value) {
				return true
			}
		}
	case List:
		for _, e := range v {
			if HasBinary(e) {
				return true
			}
		}
	}
	return false
}

// rawJSON is the JSON of a value that is no container of this package.
func rawJSON(v any) (json.RawMessage, error) {
	if raw, ok := v.(json.RawMessage); ok {
		return raw, nil
	}
	return json.Marshal(v)
}
