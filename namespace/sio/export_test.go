// export_test.go: the scanner, for the fuzz test in the external test package.

package sio

import "unicode/utf8"

// Scan reports whether b is one JSON value for the scanner, and whether it was
// refused for its depth or encoding, where encoding/json is more patient.
func Scan(b []byte) (valid, stricter bool) {
	if !utf8.Valid(b) {
		return false, true
	}
	s := scanner{b: b}
	if !s.value(MaxDepth) {
		return false, s.err == errDepth
	}
	return s.end() == nil, false
}
