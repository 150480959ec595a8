// header.go: what stands before the JSON in a text message:
// <type>[<attachments>-][<namespace>,][<id>].

package sio

import (
	"bytes"
	"strconv"
)

// The types of packets with attachments, on the wire only.
const (
	binaryEvent = 5
	binaryAck   = 6
)

// prefix is a header in its wire form, taken apart but not yet copied.
type prefix struct {
	typ         Type
	attachments int
	namespace   []byte // "/" or longer
	id          uint64
	hasID       bool
}

var root = []byte("/")

// parsePrefix reads the prefix of b and returns what follows it.
func parsePrefix(b []byte) (p prefix, rest []byte, err error) {
	if len(b) == 0 {
		return p, nil, errEmpty
	}
	wire := b[0] - '0'
	b = b[1:]
	switch {
	case wire <= uint8(ConnectError):
		p.typ = Type(wire)
	case wire == binaryEvent || wire == binaryAck:
		p.typ = Type(wire - binaryEvent + uint8(Event))
		p.attachments, b, err = parseCount(b)
	default:
		err = errType
	}
	if err == nil {
		p.namespace, b, err = parseNamespace(b)
	}
	if err == nil {
		p.id, p.hasID, b, err = parseID(b)
	}
	return p, b, err
}

// parseCount reads the number of attachments and the dash: 1- to 10-. It looks at
// no more than that, however many digits the peer has sent.
func parseCount(b []byte) (n int, rest []byte, err error) {
	switch {
	case len(b) >= 2 && '1' <= b[0] && b[0] <= '9' && b[1] == '-':
		return int(b[0] - '0'), b[2:], nil
	case len(b) >= 3 && string(b[:3]) == "10-":
		return MaxAttachments, b[3:], nil
	case len(b) >= 2 && '1' <= b[0] && b[0] <= '9' && '0' <= b[1] && b[1] <= '9':
		return 0, nil, errManyAttachments
	}
	return 0, nil, errCount
}

// parseNamespace reads up to the comma, or to the end where there is none (a
// Connect or Disconnect without payload). Clients of protocol 4 sent a query
// after the name: it is dropped.
func parseNamespace(b []byte) (name, rest []byte, err error) {
	if len(b) == 0 || b[0] != '/' {
		return root, b, nil
	}
	name, rest, _ = bytes.Cut(b, []byte{','})
	name, _, _ = bytes.Cut(name, []byte{'?'})
	if len(name) > MaxName {
		return nil, nil, errNamespace
	}
	return name, rest, nil
}

// parseID reads an ack id, if there is one.
func parseID(b []byte) (id uint64, ok bool, rest []byte, err error) {
	const longest = len("9007199254740991")
	n := 0
	for ; n < len(b) && '0' <= b[n] && b[n] <= '9'; n++ {
		if n == longest {
			return 0, false, nil, errID
		}
		id = id*10 + uint64(b[n]-'0')
	}
	if id > MaxID {
		return 0, false, nil, errID
	}
	return id, n > 0, b[n:], nil
}

// appendPrefix appends the wire form of h, which checkHeader has passed.
func appendPrefix(dst []byte, h Header, attachments int) []byte {
	if attachments > 0 {
		dst = append(dst, '0'+byte(h.Type)-byte(Event)+binaryEvent)
		dst = append(strconv.AppendInt(dst, int64(attachments), 10), '-')
	} else {
		dst = append(dst, '0'+byte(h.Type))
	}
	if len(h.Namespace) > 1 {
		dst = append(append(dst, h.Namespace...), ',')
	}
	if h.HasID {
		dst = strconv.AppendUint(dst, h.ID, 10)
	}
	return dst
}
