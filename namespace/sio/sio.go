// Package sio is the Socket.IO 5 packet format: what travels inside the messages
// of Engine.IO. It is pure: no I/O, no goroutines, no clock.
//
// A [Codec] turns a [Header] and Go values into messages and back. [JSON] is the
// codec of the official clients and servers; its zero value works:
//
//	packets, err := sio.JSON{}.Encode(nil, sio.Header{Type: sio.Event, Event: "chat"}, "hello")
//
// A decoder checks a packet completely when it arrives, without building Go
// values; [Body.Bind] builds them later, once, in the types the receiver wants.
package sio

import "github.com/everwire/everwire/engine/eio"

// Limits of what is sent and accepted. A peer that breaks one is cut off.
const (
	// MaxAttachments is how many binary attachments one packet may carry.
	MaxAttachments = 10
	// MaxDepth is how many levels of arrays and objects one argument may nest.
	MaxDepth = 64
	// MaxName is how many bytes the name of an event or a namespace may have.
	MaxName = 256
	// MaxID is the highest ack id: 2^53-1, the last integer that JavaScript counts exactly.
	MaxID = 1<<53 - 1
)

// Type is what a packet is for. Packets with binary attachments have types of
// their own on the wire (5 and 6), which codecs hide: they are Event and Ack.
type Type uint8

// The packet types, by their number on the wire.
const (
	Connect      Type = iota // asks for a namespace (client), grants it (server)
	Disconnect               // leaves a namespace, or sends away from it
	Event                    // a named event with arguments
	Ack                      // the answer to an event that carried an id
	ConnectError             // refuses a namespace
)

var typeNames = [...]string{"connect", "disconnect", "event", "ack", "connect_error"}

// String returns the name of the type in the protocol's words.
func (t Type) String() string {
	if int(t) >= len(typeNames) {
		return "unknown"
	}
	return typeNames[t]
}

// Header is a packet without its payload.
type Header struct {
	Type      Type
	Namespace string // "" means "/"; decoded packets always have it set
	Event     string // Event only: its name, the first element of the array on the wire
	ID        uint64 // ack id, at most MaxID; means something if HasID
	HasID     bool   // an Ack always has one, an Event that wants an answer
}

// Packet is a decoded packet. Body is nil when the packet has no payload, as
// with a Disconnect and some Connects; an Event or Ack always has one.
type Packet struct {
	Header
	Body Body
}

// Body is the payload of a packet, valid but not yet bound to Go values: the
// arguments of an Event, the values of an Ack, the one value of a Connect or
// ConnectError. It never changes and is safe for concurrent use.
type Body interface {
	// Len returns the number of arguments.
	Len() int
	// Bind stores argument first+i in what dst[i] points to. Where there is no
	// such argument, dst[i] stays as it is. Every dst must be a non-nil pointer.
	// An argument that does not fit is a [*BindError]; those before it are stored.
	Bind(first int, dst ...any) error
}

// Codec is one form of packets on the wire. It is safe for concurrent use.
type Codec interface {
	// Encode appends to dst, which may be nil, the messages that stand for one
	// packet: one, and one more for each attachment. They belong together and
	// keep their order. They share no memory with args, which Encode does not
	// keep.
	Encode(dst []eio.Packet, h Header, args ...any) ([]eio.Packet, error)
	// NewDecoder returns a decoder for the messages of one peer.
	NewDecoder() Decoder
}

// Decoder puts packets together from the messages of one peer, in their order.
// It is for one goroutine at a time.
type Decoder interface {
	// Decode takes the next message. When it completes a packet, done is true.
	// When attachments are still to come, done is false and pkt has the Header
	// only, so that the owner can refuse the packet before they arrive.
	//
	// An error means that the peer broke the protocol (see [ErrMalformed]): the
	// owner ends the session, and the decoder must not be used again. Decode
	// does not keep p.Data.
	Decode(p eio.Packet) (pkt Packet, done bool, err error)
}

// Waiter is implemented by decoders that can be left with half a packet. The
// owner uses it to limit how long a peer takes to send the attachments.
type Waiter interface {
	// Pending reports whether attachments of a packet are still to come.
	Pending() bool
}
