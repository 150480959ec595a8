// handle.go: typed handlers.

package everwire

import (
	"errors"
	"reflect"
	"sync"
)

// Receiver is what handlers are registered on: a [Server] or [Namespace] for all
// its sockets or, in OnConnect, one [Socket].
type Receiver interface {
	On(event string, h Handler)
}

// validator is implemented by payloads that can say what is wrong with them.
type validator interface{ Validate() error }

// On has h handle an event. If the client asked for an acknowledgement it gets an
// empty one when h returns nil, and the error when it does not: an [*Error] as it
// is, any other error masked.
//
// If *T has a method Validate() error, a payload that it finds fault with is
// answered with code "invalid" and the error's text, and h is not called.
//
// On panics if r has a handler for the event already.
func On[T any](r Receiver, e Event[T], h func(c *Ctx, v T) error) {
	var calls callPool[T, struct{}]
	r.On(string(e), func(c *Ctx) error {
		call := calls.get()
		if err := call.bind(c); err != nil {
			return err
		}
		v := call.in
		calls.put(call)
		if err := h(c, v); err != nil {
			return err
		}
		return ack(c)
	})
}

// Handle has h answer a call: what it returns is the acknowledgement. Errors and
// validation are as in [On].
func Handle[Req, Resp any](r Receiver, e RPC[Req, Resp], h func(c *Ctx, in Req) (Resp, error)) {
	var calls callPool[Req, Resp]
	r.On(string(e), func(c *Ctx) error {
		call := calls.get()
		if err := call.bind(c); err != nil {
			return err
		}
		out, err := h(c, call.in)
		if err != nil {
			return err
		}
		call.out = out
		err = ack(c, call.outArg[:]...)
		calls.put(call)
		return err
	})
}

// call is the memory for the payload and the answer of one event, and for the
// lists of arguments that point to them: five allocations an event, if it were not
// used again. Nobody keeps it: the handler is given a copy, and codecs keep no
// arguments.
type call[Req, Resp any] struct {
	in            Req
	out           Resp
	inArg, outArg [1]any
}

// callPool is the pool of one event's calls. Those that end with an error or a
// panic are not used again.
type callPool[Req, Resp any] struct{ pool sync.Pool }

func (p *callPool[Req, Resp]) get() *call[Req, Resp] {
	if c, ok := p.pool.Get().(*call[Req, Resp]); ok {
		return c
	}
	c := new(call[Req, Resp])
	c.inArg[0], c.outArg[0] = &c.in, &c.out
	return c
}

func (p *callPool[Req, Resp]) put(c *call[Req, Resp]) {
	var in Req
	var out Resp
	c.in, c.out = in, out
	p.pool.Put(c)
}

// bind binds the payload and validates it.
func (call *call[Req, Resp]) bind(c *Ctx) error {
	if err := c.Bind(call.inArg[:]...); err != nil {
		return err
	}
	val, ok := call.inArg[0].(validator)
	if !ok && reflect.TypeFor[Req]().Kind() == reflect.Pointer && !reflect.ValueOf(call.in).IsNil() {
		val, ok = any(call.in).(validator) // an Event[*T]
	}
	if !ok {
		return nil
	}
	if err := val.Validate(); err != nil {
		return invalid(err)
	}
	return nil
}

// invalid is what the client is told of a payload that its Validate refused.
func invalid(err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	return &Error{Code: "invalid", Message: err.Error()}
}

// ack acknowledges, unless the handler has done so itself.
func ack(c *Ctx, args ...any) error {
	if err := c.Ack(args...); !errors.Is(err, ErrAcked) {
		return err
	}
	return nil
}
