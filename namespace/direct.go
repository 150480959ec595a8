// direct.go: one socket, with a way of sending.

package namespace

import (
	"context"
	"iter"

	"github.com/everwire/everwire/namespace/sio"
)

// Direct sends to one socket, in another way than the usual one. It is a value; the
// methods that return one return a changed copy.
type Direct struct {
	socket *Socket
	flags  sio.Flags
}

var _ sio.Caller = Direct{}

// Volatile returns what sends events that are dropped if the client cannot take them
// at once: it has no connection, or a busy one.
func (s *Socket) Volatile() Direct { return Direct{s, sio.Flags{Volatile: true}} }

// Latest returns what sends events of which the newest counts, see [Target.Latest].
func (s *Socket) Latest(key string) Direct { return Direct{s, sio.Flags{Latest: key}} }

// Compress returns what sends events that are compressed, where compression is on;
// that is the default.
func (s *Socket) Compress(on bool) Direct { return Direct{s, sio.Flags{NoCompress: !on}} }

// Volatile adds what [Socket.Volatile] says.
func (d Direct) Volatile() Direct { return d.with(sio.Flags{Volatile: true}) }

// Latest adds what [Socket.Latest] says.
func (d Direct) Latest(key string) Direct { return d.with(sio.Flags{Latest: key}) }

// Compress adds what [Socket.Compress] says.
func (d Direct) Compress(on bool) Direct {
	d.flags.NoCompress = !on
	return d
}

func (d Direct) with(f sio.Flags) Direct {
	d.flags = d.flags.With(f)
	return d
}

// EmitEvent sends an event as [Socket.EmitEvent] does.
func (d Direct) EmitEvent(e sio.Emission) error {
	e.Flags = d.flags.With(e.Flags)
	return d.socket.EmitEvent(e)
}

// Emit sends an untyped event.
func (d Direct) Emit(event string, args ...any) error {
	return d.EmitEvent(sio.Emission{Event: event, Args: args})
}

// Ask implements [sio.Caller]; a volatile event that is dropped has no answer in time.
func (d Direct) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	e.Flags = d.flags.With(e.Flags)
	return d.socket.Ask(ctx, e)
}

// Call sends an untyped event and waits for its acknowledgement, see [Socket.Call].
func (d Direct) Call(ctx context.Context, event string, args ...any) (sio.Body, error) {
	return d.socket.call(ctx, sio.Emission{Event: event, Args: args, Flags: d.flags})
}
