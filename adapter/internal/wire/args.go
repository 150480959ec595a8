// args.go: what users send, from Go values to either form.

package wire

import (
	"bytes"
	"errors"

	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

// Args are an event's name and arguments, as one list: JSON, with placeholders where
// binary data stand.
type Args struct {
	text        []byte
	attachments [][]byte
	packed      []byte // instead of the others: MessagePack
}

// Arg is one value, as [Args] has them.
type Arg struct{ Args }

// Event makes the Args of an event. The rules are those of [sio.JSON].
func Event(name string, args []any) (Args, error) {
	h := sio.Header{Type: sio.Event, Event: name}
	a, err := encode(h, args...)
	if errors.Is(err, sio.ErrTooManyAttachments) {
		return packEvent(h, args)
	}
	return a, err
}

// What stands around the data of a packet in MessagePack.
const beforeData, afterData = "\x83\xa4type\x02\xa4data", "\xa3nsp\xa1/"

// packEvent is for clients that take more binary data than JSON allows.
func packEvent(h sio.Header, args []any) (Args, error) {
	packets, err := msgpack.Codec{}.Encode(nil, h, args...)
	if err != nil {
		return Args{}, err
	}
	data := bytes.TrimPrefix(packets[0].Data, []byte(beforeData))
	return Args{packed: bytes.TrimSuffix(data, []byte(afterData))}, nil
}

// Value makes an Arg.
func Value(v any) (Arg, error) {
	a, err := encode(sio.Header{Type: sio.Ack, HasID: true}, v)
	if err != nil {
		return Arg{}, err
	}
	a.text = a.text[1 : len(a.text)-1] // of the list around it
	return Arg{a}, nil
}

// Answer makes an Arg of the first value that b holds; Nothing if it holds none.
func Answer(b sio.Body) (any, error) {
	if b == nil || b.Len() == 0 {
		return Nothing{}, nil
	}
	var v any
	if err := b.Bind(0, &v); err != nil {
		return nil, err
	}
	return Value(v)
}

func encode(h sio.Header, args ...any) (a Args, err error) {
	packets, err := sio.JSON{}.Encode(nil, h, args...)
	if err != nil {
		return a, err
	}
	// The type, the number of attachments and the ack id stand before the list.
	a.text = packets[0].Data[bytes.IndexByte(packets[0].Data, '['):]
	for _, p := range packets[1:] {
		a.attachments = append(a.attachments, p.Data)
	}
	return a, nil
}

var errBinary = errors.New("wire: JSON holds no binary data")

func (a Args) binary() bool { return len(a.attachments) > 0 || a.packed != nil }

// json returns the text.
func (a Args) json() ([]byte, error) {
	if a.binary() {
		return nil, errBinary
	}
	return a.text, nil
}
