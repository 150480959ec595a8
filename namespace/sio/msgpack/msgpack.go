// Package msgpack is the Socket.IO 5 packet format of the official
// socket.io-msgpack-parser: each packet is one binary message, the MessagePack of
//
//	{type, data, nsp, id?}
//
// Both sides have to use it:
//
//	everwire.New(everwire.Config{Codec: msgpack.Codec{}})
//	client.New(address, client.Options{Codec: msgpack.Codec{}})
//	io(address, { parser: require("socket.io-msgpack-parser") })  // JavaScript
//	socketio.Client(serializer="msgpack")                         # Python
//
// It is for applications that send much binary data or many numbers: packets with
// binary data need no attachments, of which JSON allows ten. Chat is as short as
// in JSON, and costs more time.
package msgpack

import (
	"fmt"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// Codec is a [sio.Codec]. Its zero value works.
//
// Arguments are written with the rules of [sio.JSON] (tags, Marshalers, nil), in
// the types of MessagePack: a []byte anywhere in them as bin, as many as a message
// holds; integers of up to 64 bits as integers, all other numbers as float64; a
// time.Time as a Date, which has milliseconds and no time zone. Types with a JSON
// form of their own have the same form here: named slices of bytes are base64, and
// a type that embeds a time.Time is a string. Times that a Date of JavaScript
// cannot hold, more than 100,000,000 days from 1970, are an error.
//
// In the other direction Bind does what it does with JSON, to what the packet
// would be there: a Date binds as its ISO string, thus to a time.Time too, and is a
// string in an any; bin and ArrayBuffers bind to a []byte, to a named slice of
// bytes, and to an any; undefined is null, or a member that is missing; so are NaN
// and the infinities null. Integers of 64 bits are exact where the Go type is, and
// float64 in an any. Extensions of other types bind as [type, bytes], which is how
// the official parser hands them out. Names of members are strings; integers, true,
// false and nil become what JavaScript makes of them, all others are refused. A
// json.RawMessage gets {"_placeholder":true,"num":0} where bytes were; data of the
// peer's that looks like that comes through unharmed.
//
// A []byte that was bound is the memory of the Body: who binds it must not write
// to it.
type Codec struct{}

var _ sio.Codec = Codec{}

// NewDecoder returns a decoder. Its limits are those of [sio]: MaxDepth, MaxName
// and MaxID.
func (Codec) NewDecoder() sio.Decoder { return new(decoder) }

// Encode appends one binary message. What each type of packet must have, and the
// errors, are those of [sio.JSON.Encode], without a limit of attachments.
func (Codec) Encode(dst []eio.Packet, h sio.Header, args ...any) ([]eio.Packet, error) {
	message, err := encode(h, args)
	if err != nil {
		return nil, err
	}
	return append(dst, eio.Binary(message)), nil
}

// The rules that a packet can break. They are made once: an attack costs no
// memory for its errors.
var (
	errMessage   = malformed("not a binary message of Engine.IO")
	errShort     = malformed("MessagePack ends too early, or has less than it announces")
	errFormat    = malformed("invalid MessagePack")
	errTrailing  = malformed("bytes after the MessagePack value")
	errDepth     = malformed("MessagePack nested too deep")
	errUTF8      = malformed("string is not UTF-8")
	errKey       = malformed("name of a member is neither a string nor an integer, a boolean or nil")
	errPacket    = malformed("packet is not a map")
	errTwice     = malformed("member of a packet twice")
	errType      = malformed("type missing or unknown")
	errNamespace = malformed("bad namespace")
	errID        = malformed("bad ack id")
	errNoID      = malformed("an ack without id")
	errPayload   = malformed("payload missing or of the wrong kind")
	errName      = malformed("bad event name")

	errReserved = fmt.Errorf("%w: %w", sio.ErrMalformed, sio.ErrReserved)
)

func malformed(rule string) error { return fmt.Errorf("%w: %s", sio.ErrMalformed, rule) }
