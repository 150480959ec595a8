// Package eio is the Engine.IO 4 wire format: packets, and the payloads that
// HTTP long-polling puts several packets into. It is pure: no I/O, no state.
//
// A packet is one type character followed by its data. A WebSocket carries one
// packet a frame: text packets as text frames, binary messages as binary frames
// without the type character. Where only text can travel (a polling payload, an
// SSE event) a binary message is written as 'b' and its base64.
package eio

import (
	"encoding/base64"
	"errors"
	"fmt"
)

// Type is a packet's type, as the character that stands for it on the wire.
type Type byte

// The packet types of Engine.IO protocol 4.
const (
	Open    Type = '0' // server: the session's parameters, the first packet of a session
	Close   Type = '1' // either side: the session ends
	Ping    Type = '2' // server: heartbeat; client: with data "probe", trial of a WebSocket
	Pong    Type = '3' // the answer to a ping, with the ping's data
	Message Type = '4' // either side: application data, text or binary
	Upgrade Type = '5' // client: the WebSocket that was tried becomes the connection
	Noop    Type = '6' // server: nothing, sent to end a pending poll
)

// Ack is the packet type of the extension (PROTOCOL.md section 3): its data is the
// number of messages that its sender has. Protocol 4 does not know it, so that who
// speaks that alone must refuse it.
const Ack Type = '7'

var names = [...]string{"open", "close", "ping", "pong", "message", "upgrade", "noop", "ack"}

// String returns the name of the type in the protocol's words.
func (t Type) String() string {
	if t < Open || t > Ack {
		return fmt.Sprintf("Type(%q)", byte(t))
	}
	return names[t-Open]
}

// Packet is one packet. Only a [Message] can be binary.
type Packet struct {
	Type   Type
	Binary bool
	Data   []byte
}

// Errors of the decoders. All of them mean that the peer broke the protocol.
var (
	ErrEmpty  = errors.New("eio: empty packet")
	ErrType   = errors.New("eio: unknown packet type")
	ErrBase64 = errors.New("eio: binary message is not base64")
)

// Text returns a text message of data, which it keeps.
func Text(data []byte) Packet { return Packet{Type: Message, Data: data} }

// Binary returns a binary message of data, which it keeps.
func Binary(data []byte) Packet { return Packet{Type: Message, Binary: true, Data: data} }

// Parse reads one packet in its text form, as a WebSocket text frame or a part of
// a payload holds it. The packet's data is a part of b, except for a binary
// message ('b' and base64), which is decoded into memory of its own.
func Parse(b []byte) (Packet, error) {
	if len(b) == 0 {
		return Packet{}, ErrEmpty
	}
	switch t := Type(b[0]); {
	case t >= Open && t <= Ack:
		return Packet{Type: t, Data: b[1:]}, nil
	case t == 'b':
		data, err := decodeBase64(b[1:])
		return Binary(data), err
	default:
		return Packet{}, ErrType
	}
}

// decodeBase64 takes padded and unpadded input: both occur in the field.
func decodeBase64(b []byte) ([]byte, error) {
	enc := base64.StdEncoding
	if len(b)%4 != 0 {
		enc = base64.RawStdEncoding
	}
	out := make([]byte, enc.DecodedLen(len(b)))
	n, err := enc.Decode(out, b)
	if err != nil {
		return nil, ErrBase64
	}
	return out[:n], nil
}

// Append appends the text form of p to dst.
func Append(dst []byte, p Packet) []byte {
	if p.Binary {
		return base64.StdEncoding.AppendEncode(append(dst, 'b'), p.Data)
	}
	return append(append(dst, byte(p.Type)), p.Data...)
}

// Len returns the length of what [Append] appends.
func (p Packet) Len() int {
	if p.Binary {
		return 1 + base64.StdEncoding.EncodedLen(len(p.Data))
	}
	return 1 + len(p.Data)
}
