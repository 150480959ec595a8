// payload.go: several packets in one polling body, separated by U+001E.

package eio

import (
	"bytes"
	"iter"
)

// Separator stands between the packets of a payload.
const Separator = 0x1e

// AppendPayload appends p to the payload dst, which began at length start.
func AppendPayload(dst []byte, start int, p Packet) []byte {
	if len(dst) > start {
		dst = append(dst, Separator)
	}
	return Append(dst, p)
}

// Packets yields the packets of a payload in order, and stops after the first
// error. An empty payload is an error: it has one packet, which is empty.
// Text packets alias the payload.
func Packets(payload []byte) iter.Seq2[Packet, error] {
	return func(yield func(Packet, error) bool) {
		for more := true; more; {
			var b []byte
			b, payload, more = bytes.Cut(payload, []byte{Separator})
			p, err := Parse(b)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}
