// decode.go: from messages to packets.

package sio

import (
	"unicode/utf8"

	"github.com/everwire/everwire/engine/eio"
)

// decoder is what a connected peer costs while it is silent: the two strings
// that most of its packets repeat, and a pointer that is nil.
type decoder struct {
	namespace, event string
	half             *halfPacket
}

// halfPacket is a packet some of whose attachments are still to come.
type halfPacket struct {
	header  Header
	body    *binaryBody
	missing int
}

var _ interface {
	Decoder
	Waiter
} = (*decoder)(nil)

func (d *decoder) Pending() bool { return d.half != nil }

func (d *decoder) Decode(p eio.Packet) (pkt Packet, done bool, err error) {
	switch {
	case p.Type != eio.Message:
		err = errMessage
	case p.Binary && d.half == nil:
		err = errUnexpected
	case p.Binary:
		pkt, done = d.attach(p.Data)
	case d.half != nil:
		err = errInterrupted
	default:
		pkt, done, err = d.text(p.Data)
	}
	if err != nil {
		d.half = nil // the session is over: free what it held
	}
	return pkt, done, err
}

// attach takes the next attachment of the half packet.
func (d *decoder) attach(data []byte) (pkt Packet, done bool) {
	h := d.half
	h.body.attachments = append(h.body.attachments, exactCopy(data))
	h.missing--
	if h.missing > 0 {
		return Packet{Header: h.header}, false
	}
	d.half = nil
	return Packet{h.header, h.body}, true
}

func (d *decoder) text(b []byte) (pkt Packet, done bool, err error) {
	// The fast check of the whole text spares the scanner the check of each string.
	if !utf8.Valid(b) {
		return pkt, false, errUTF8
	}
	pre, rest, err := parsePrefix(b)
	if err != nil {
		return pkt, false, err
	}
	part, err := scanPayload(pre, rest)
	if err != nil {
		return pkt, false, err
	}
	pkt.Header = d.header(pre, part)
	if pre.attachments > 0 {
		d.half = &halfPacket{pkt.Header, newBinaryBody(part, pre.attachments), pre.attachments}
		return pkt, false, nil
	}
	if part.present {
		pkt.Body = newBody(part)
	}
	return pkt, true, nil
}

// header makes the header, with the strings of the packet before if they are equal.
func (d *decoder) header(pre prefix, part payload) Header {
	if string(pre.namespace) != d.namespace {
		d.namespace = string(pre.namespace)
	}
	h := Header{Type: pre.typ, Namespace: d.namespace, ID: pre.id, HasID: pre.hasID}
	if pre.typ == Event {
		if string(part.name) != d.event {
			d.event = string(part.name)
		}
		h.Event = d.event
	}
	return h
}

func exactCopy(b []byte) []byte {
	c := make([]byte, len(b))
	copy(c, b)
	return c
}
