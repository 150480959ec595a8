// encode.go: from Go values to messages.

package msgpack

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/internal/pack"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/internal/seam"
)

// encoder is the state of one Encode.
type encoder struct {
	pack.Appender
	values  seam.Marshaler // nil until it is needed
	unquote []byte         // room for a string without its escapes
}

// largestPooled is how large a buffer may be to be used again.
const largestPooled = 64 << 10

var encoders = sync.Pool{New: func() any { return new(encoder) }}

// release puts e back, unless what it holds is too large to keep.
func (e *encoder) release() {
	if e.values != nil {
		e.values.Release()
		e.values = nil
	}
	if cap(e.Out) <= largestPooled && cap(e.unquote) <= largestPooled {
		e.Out = e.Out[:0]
		encoders.Put(e)
	}
}

func encode(h sio.Header, args []any) ([]byte, error) {
	if err := seam.Check(uint8(h.Type), h.Namespace, h.Event, h.ID, h.HasID); err != nil {
		return nil, err
	}
	e := encoders.Get().(*encoder)
	defer e.release()
	if err := e.packet(h, args); err != nil {
		return nil, err
	}
	return slices.Clone(e.Out), nil
}

// packet writes the members in the order of the official encoder. Data are always
// there, undefined if need be: not every client asks whether they are.
func (e *encoder) packet(h sio.Header, args []any) error {
	e.Object(3 + btoi(h.HasID))
	e.String("type")
	e.Uint(uint64(h.Type))
	e.String("data")
	if err := e.payload(h, args); err != nil {
		return err
	}
	e.String("nsp")
	if h.Namespace == "" {
		h.Namespace = "/"
	}
	e.String(h.Namespace)
	if h.HasID {
		e.String("id")
		e.Uint(h.ID)
	}
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (e *encoder) payload(h sio.Header, args []any) error {
	switch h.Type {
	case sio.Event:
		e.Array(1 + len(args))
		e.String(h.Event)
		return e.args(args)
	case sio.Ack:
		e.Array(len(args))
		return e.args(args)
	}
	if len(args) == 0 && h.Type != sio.ConnectError {
		e.Undefined()
		return nil
	}
	if len(args) != 1 || h.Type == sio.Disconnect {
		return errPayload
	}
	return e.single(h.Type, args[0])
}

// single writes the payload of a Connect or ConnectError.
func (e *encoder) single(t sio.Type, arg any) error {
	start := len(e.Out)
	if err := e.arg(arg); err != nil {
		return err
	}
	r := newReader(e.Out[start:])
	if err := r.next(); err != nil || r.Kind != pack.Object && (r.Kind != pack.Str || t == sio.Connect) {
		return errPayload
	}
	return nil
}

func (e *encoder) args(args []any) error {
	for i, arg := range args {
		if err := e.arg(arg); err != nil {
			return fmt.Errorf("msgpack: argument %d: %w", i, err)
		}
	}
	return nil
}

var errTime = errors.New("msgpack: time is more than 100,000,000 days from 1970")

// arg writes one argument. The cases are those that need no JSON on the way.
func (e *encoder) arg(arg any) error {
	switch v := arg.(type) {
	case nil:
		e.Null()
	case bool:
		e.Bool(v)
	case string:
		e.String(v)
	case int:
		e.Int(int64(v))
	case int64:
		e.Int(v)
	case uint64:
		e.Uint(v)
	case []byte:
		if v == nil {
			e.Null()
			return nil
		}
		e.Bytes(v)
	case time.Time:
		return e.time(v)
	default:
		return e.other(arg)
	}
	return nil
}

func (e *encoder) time(t time.Time) error {
	ms := t.UnixMilli()
	if ms < -maxDate || ms > maxDate || t.Before(earliest) || t.After(latest) {
		return errTime
	}
	e.Date(ms)
	return nil
}

// UnixMilli wraps around for times that are further away.
var earliest, latest = time.UnixMilli(-maxDate), time.UnixMilli(maxDate)

// other writes an argument by way of its JSON.
func (e *encoder) other(arg any) error {
	if e.values == nil {
		e.values = seam.NewMarshaler()
	}
	text, err := e.values.Marshal(arg)
	if err != nil {
		return err
	}
	return e.translate(text)
}
