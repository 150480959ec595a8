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

// Socket returns the socket that the event came from; nil for one of another server.
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
	c.keepAnswer(args)
	err := c.answer(args)
	if err != nil {
		c.acked.Store(false) // args could not be encoded: the client still waits
	}
	return err
}

// answer sends the acknowledgement to where the event came from.
func (c *Ctx) answer(args []any) error {
	s := c.socket
	if s == nil {
		return c.server().answer(args...)
	}
	if s.gone.Load() {
		return ErrDisconnected
	}
	h := sio.Header{Type: sio.Ack, Namespace: s.namespace.name, ID: c.pkt.ID, HasID: true}
	m, err := s.namespace.registry.encode(h, args...)
	if err != nil {
		return err
	}
	return disconnected(s.deliver(m))
}

// server returns the context of an event of another server. A middleware may have put
// another one around it.
func (c *Ctx) server() *serverContext { return c.Value(serverKey{}).(*serverContext) }

// origin is where what is logged of the event belongs.
func (c *Ctx) origin() origin {
	if c.socket == nil {
		return origin{namespace: c.server().namespace}
	}
	return c.socket.origin()
}

// fail answers the event with an error, if it still waits for an answer.
func (c *Ctx) fail(err error) {
	from := c.origin()
	told := from.tell(c.pkt.Event, err, "internal error")
	err = c.Ack(sio.ErrorAck(told))
	if err != nil && told.Data != nil {
		from.logFailure(c.pkt.Event, err) // Data cannot be encoded
		err = c.Ack(sio.ErrorAck(&sio.Error{Code: told.Code, Message: told.Message}))
	}
	if err != nil && !errors.Is(err, ErrAcked) {
		from.logFailure(c.pkt.Event, err)
	}
}
