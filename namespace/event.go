// event.go: what a handler is given.

package namespace

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/everwire/everwire/namespace/sio"
)

// ErrAcked is returned by [Ctx.Ack] for an event that has been answered.
var ErrAcked = errors.New("namespace: event is acknowledged already")

// Ctx is one event, connection or disconnection on its way through middlewares and
// handler. As a context it ends with the socket. It may be kept and used from
// other goroutines, for instance to acknowledge later.
type Ctx struct {
	context.Context
	socket *Socket
	pkt    sio.Packet
	size   int // in bytes, for the queue
	acked  atomic.Bool
}

// Socket returns the socket that the event came from.
func (c *Ctx) Socket() *Socket { return c.socket }

// Event returns the name of the event; "" for a connection or disconnection.
func (c *Ctx) Event() string { return c.pkt.Event }

// Len returns the number of arguments.
func (c *Ctx) Len() int {
	if c.pkt.Body == nil {
		return 0
	}
	return c.pkt.Body.Len()
}

// Bind stores the arguments in what dst points to, in their order. Those that the
// client did not send leave dst as it is. Its error, a [*sio.BindError], may be
// returned from the handler: the client is told that its argument does not fit.
func (c *Ctx) Bind(dst ...any) error {
	if c.pkt.Body == nil {
		return nil
	}
	return c.pkt.Body.Bind(0, dst...)
}

// WantsAck reports whether the client waits for an acknowledgement.
func (c *Ctx) WantsAck() bool { return c.pkt.Type == sio.Event && c.pkt.HasID }

// Ack acknowledges the event. It does nothing if the client did not ask for that,
// and returns [ErrAcked] if the event is acknowledged already.
func (c *Ctx) Ack(args ...any) error {
	if !c.WantsAck() {
		return nil
	}
	if c.acked.Swap(true) {
		return ErrAcked
	}
	err := c.socket.send(sio.Header{Type: sio.Ack, ID: c.pkt.ID, HasID: true}, args...)
	if err != nil {
		c.acked.Store(false) // args could not be encoded: the client still waits
	}
	return err
}

// fail answers the event with an error, if it still waits for an answer.
func (c *Ctx) fail(err error) {
	told := c.socket.tell(c.pkt.Event, err, "internal error")
	err = c.Ack(sio.ErrorAck(told))
	if err != nil && told.Data != nil {
		c.socket.logFailure(c.pkt.Event, err) // Data cannot be encoded
		err = c.Ack(sio.ErrorAck(&sio.Error{Code: told.Code, Message: told.Message}))
	}
	if err != nil && !errors.Is(err, ErrAcked) {
		c.socket.logFailure(c.pkt.Event, err)
	}
}
