// decode.go: from messages to packets.

package msgpack

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/internal/pack"
	"github.com/everwire/everwire/namespace/sio"
)

// decoder is what a connected peer costs while it is silent: the two strings that
// most of its packets repeat.
type decoder struct{ namespace, event string }

// Decode makes one pass over the message, and copies what is left for Bind.
func (d *decoder) Decode(p eio.Packet) (pkt sio.Packet, done bool, err error) {
	if p.Type != eio.Message || !p.Binary {
		return pkt, false, errMessage
	}
	f, err := readFields(p.Data)
	if err != nil {
		return pkt, false, err
	}
	part, err := f.payload()
	if err != nil {
		return pkt, false, err
	}
	pkt.Header = d.header(f, part)
	if part.present {
		pkt.Body = newBody(part)
	}
	return pkt, true, nil
}

// header makes the header, with the strings of the packet before if they are equal.
func (d *decoder) header(f fields, part payload) sio.Header {
	if string(f.namespace) != d.namespace {
		d.namespace = string(f.namespace)
	}
	h := sio.Header{Type: f.typ, Namespace: d.namespace, ID: f.id, HasID: f.hasID}
	if f.typ == sio.Event {
		if string(part.name) != d.event {
			d.event = string(part.name)
		}
		h.Event = d.event
	}
	return h
}

// fields are the members of a packet that count.
type fields struct {
	typ       sio.Type
	namespace []byte
	id        uint64
	hasID     bool
	data      []byte // one valid value; nil: none
	seen      [4]bool
}

// The places in seen.
const (
	unknown = iota - 1
	seenType
	seenNamespace
	seenID
	seenData
)

// readFields reads a packet up to its end. Members that it does not know are
// checked and ignored: the official client sends options.
func readFields(b []byte) (f fields, err error) {
	r := newReader(b)
	if err := r.next(); err != nil {
		return f, err
	}
	if r.Kind != pack.Object {
		return f, errPacket
	}
	for range r.N {
		if err := r.key(); err != nil {
			return f, err
		}
		if err := f.read(&r); err != nil {
			return f, err
		}
	}
	switch {
	case r.I < len(b):
		return f, errTrailing
	case !f.seen[seenType]:
		return f, errType
	case !f.seen[seenNamespace]:
		return f, errNamespace
	}
	return f, nil
}

// read reads the value of the member whose name was read.
func (f *fields) read(r *reader) error {
	place := placeOf(r)
	if place == unknown {
		return r.skip(sio.MaxDepth)
	}
	if f.seen[place] {
		return errTwice
	}
	f.seen[place] = true
	switch place {
	case seenType:
		return f.readType(r)
	case seenNamespace:
		return f.readNamespace(r)
	case seenID:
		return f.readID(r)
	}
	return f.readData(r)
}

func placeOf(name *reader) int {
	if name.Kind != pack.Str {
		return unknown
	}
	switch string(name.Data) {
	case "type":
		return seenType
	case "nsp":
		return seenNamespace
	case "id":
		return seenID
	case "data":
		return seenData
	}
	return unknown
}

func (f *fields) readType(r *reader) error {
	if err := r.next(); err != nil {
		return err
	}
	n, ok := r.whole()
	if !ok || n < 0 || n > int64(sio.ConnectError) {
		return errType
	}
	f.typ = sio.Type(n)
	return nil
}

// readNamespace cuts off the query that clients of protocol 4 sent. A name with a
// comma could not be answered by a server that speaks JSON.
func (f *fields) readNamespace(r *reader) error {
	if err := r.next(); err != nil {
		return err
	}
	name, _, _ := bytes.Cut(r.Data, []byte{'?'})
	if r.Kind != pack.Str || len(name) == 0 || name[0] != '/' || len(name) > sio.MaxName ||
		bytes.IndexByte(name, ',') >= 0 || !utf8.Valid(r.Data) {
		return errNamespace
	}
	f.namespace = name
	return nil
}

func (f *fields) readID(r *reader) error {
	if err := r.next(); err != nil {
		return err
	}
	n, ok := r.whole()
	switch {
	case r.Kind == pack.Undefined:
		return nil
	case !ok || n < 0 || n > sio.MaxID:
		return errID
	}
	f.id, f.hasID = uint64(n), true
	return nil
}

// readData keeps the value. The array of an event is one more level than that of
// its arguments.
func (f *fields) readData(r *reader) error {
	start := r.I
	if err := r.skip(sio.MaxDepth + 1); err != nil {
		return err
	}
	f.data = r.B[start:r.I]
	return nil
}

// payload is the data of a packet, checked but not yet copied.
type payload struct {
	present bool
	name    []byte // Event: its name
	args    []byte // the arguments, one after the other
	n       int    // how many
}

func (f *fields) payload() (part payload, err error) {
	if f.typ == sio.Ack && !f.seen[seenID] {
		// python-socketio 5.7 leaves an id out when it is 0, which
		// that of an event of its own never is.
		f.hasID = true
	}
	if f.hasID && f.typ != sio.Event && f.typ != sio.Ack {
		return part, errID
	}
	r := newReader(f.data)
	if r.Kind = pack.Undefined; f.data != nil {
		if err := r.next(); err != nil {
			return part, err
		}
	}
	switch f.typ {
	case sio.Connect, sio.Disconnect:
		// The client of Python has nil where that of JavaScript has undefined.
		if r.Kind == pack.Undefined || r.Kind == pack.Null {
			return part, nil
		}
		return f.single(r.Kind == pack.Object && f.typ == sio.Connect)
	case sio.ConnectError:
		return f.single(r.Kind == pack.Object || r.Kind == pack.Str)
	}
	if r.Kind != pack.Array {
		return part, errPayload
	}
	return f.list(&r)
}

// single is a payload of one value, if it is of the right kind.
func (f *fields) single(ok bool) (payload, error) {
	if !ok {
		return payload{}, errPayload
	}
	r := newReader(f.data)
	if err := r.skip(sio.MaxDepth); err != nil {
		return payload{}, err
	}
	return payload{present: true, args: f.data, n: 1}, nil
}

// list is the payload of an event or ack, whose head was read.
func (f *fields) list(r *reader) (part payload, err error) {
	part.present, part.n = true, r.N
	switch {
	case f.typ == sio.Ack && !f.hasID:
		return part, errNoID
	case f.typ == sio.Event && r.N == 0:
		return part, errPayload
	case f.typ == sio.Event:
		part.n--
		if part.name, err = eventName(r); err != nil {
			return part, err
		}
	}
	part.args = r.B[r.I:]
	return part, nil
}

// eventName reads a name: a string, or an integer, as with JSON.
func eventName(r *reader) ([]byte, error) {
	if err := r.next(); err != nil {
		return nil, err
	}
	if r.Kind == pack.Str {
		switch {
		case len(r.Data) > sio.MaxName:
			return nil, errName
		case sio.Reserved(string(r.Data)):
			return nil, errReserved
		}
		return r.Data, nil
	}
	n, ok := r.whole()
	if !ok || n < -sio.MaxID || n > sio.MaxID {
		return nil, errName
	}
	return strconv.AppendInt(nil, n, 10), nil
}
