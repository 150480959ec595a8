// once.go: calls that are handled once, over however many sessions.

package client

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"iter"
	"slices"

	"github.com/everwire/everwire/namespace/sio"
)

// Once sends events under a key, by which a server with
// Config.OnceKey = everwire.ClientKey handles each of them once. A call whose session
// ends before its answer has come is sent again over the next one, with the same
// key, for as long as its context says. To other servers the key is one more argument,
// and a call may be handled more than once.
type Once struct{ socket *Socket }

var _ sio.Caller = Once{}

// Once returns what sends events that are handled once.
func (s *Socket) Once() Once { return Once{s} }

// onceArg is the last argument of an event that is handled once.
type onceArg struct {
	Key string `json:"_once"`
}

func newOnceArg() onceArg {
	var key [15]byte
	rand.Read(key[:])
	return onceArg{base64.RawURLEncoding.EncodeToString(key[:])}
}

// EmitEvent sends an event as [Socket.EmitEvent] does. Nobody hears whether it
// arrives, so that it is not sent again.
func (o Once) EmitEvent(e sio.Emission) error {
	e.Args = append(slices.Clip(e.Args), newOnceArg())
	return o.socket.EmitEvent(e)
}

// Emit sends an untyped event.
func (o Once) Emit(event string, args ...any) error {
	return o.EmitEvent(sio.Emission{Event: event, Args: args})
}

// Call sends an untyped event and waits for its acknowledgement, see [Socket.Call].
// [ErrDisconnected] means that the socket does not come back by itself: the server
// has sent it away, or it was disconnected.
func (o Once) Call(ctx context.Context, event string, args ...any) (sio.Body, error) {
	s := o.socket
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.c.opts.CallTimeout)
		defer cancel()
	}
	args = append(slices.Clip(args), newOnceArg())
	for {
		b, err := s.Call(ctx, event, args...)
		if !errors.Is(err, ErrDisconnected) || !s.returns() {
			return b, err
		}
	}
}

// Ask implements [sio.Caller]: it yields the one answer that [Once.Call] returns.
func (o Once) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		yield(o.Call(ctx, e.Event, e.Args...))
	}
}

// returns reports whether the socket is connected, or about to be.
func (s *Socket) returns() bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return !s.c.closed && s.state != away
}
