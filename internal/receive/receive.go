// Package receive is the mechanism of typed handlers, which server and Go client
// share: it binds arguments, validates them, calls the handler and acknowledges.
//
// Handlers differ in how many arguments they take. Here all of them take one, a
// struct such as [Two]; who registers them takes it apart again.
package receive

import (
	"errors"
	"sync"
)

// Context is an event on its way to its handler, of whichever side.
type Context interface {
	// Bind stores the arguments in what dst points to, and keeps none of dst.
	Bind(dst ...any) error
	// Ack acknowledges, if the other side asked for that, and keeps none of args.
	Ack(args ...any) error
}

// Event returns an untyped handler that calls h, and acknowledges with nothing when
// that returns nil. If h acknowledges itself, Ack's error for a second time is
// acked, and is no failure.
func Event[C Context, In any, P Arguments[In]](acked error, h func(c C, in In) error) func(C) error {
	var calls pool[In, struct{}, P]
	return func(c C) error {
		call := calls.get()
		if err := call.bind(c); err != nil {
			return err
		}
		in := call.in
		calls.put(call) // before the handler, which may take its time
		if err := h(c, in); err != nil {
			return err
		}
		return once(c.Ack(), acked)
	}
}

// Call returns an untyped handler that acknowledges with what h returns; acked is as
// for [Event].
func Call[C Context, In, Resp any, P Arguments[In]](acked error, h func(c C, in In) (Resp, error)) func(C) error {
	var calls pool[In, Resp, P]
	return func(c C) error {
		call := calls.get()
		if err := call.bind(c); err != nil {
			return err
		}
		out, err := h(c, call.in)
		if err != nil {
			return err
		}
		call.out = out
		err = once(c.Ack(call.answer[:]...), acked)
		calls.put(call)
		return err
	}
}

func once(err, acked error) error {
	if errors.Is(err, acked) {
		return nil
	}
	return err
}

// call is the memory for the arguments and the answer of one event, and for the
// lists that point to them: five allocations an event, if it were not used again.
// Nobody keeps it: the handler is given a copy, and codecs keep no arguments.
type call[In, Resp any, P Arguments[In]] struct {
	in        In
	out       Resp
	arguments []any
	answer    [1]any
}

func (call *call[In, Resp, P]) bind(c Context) error {
	if err := c.Bind(call.arguments...); err != nil {
		return err
	}
	return P(&call.in).validate()
}

// pool is the pool of one event's calls. Those that end with an error or a panic
// are not used again.
type pool[In, Resp any, P Arguments[In]] struct{ calls sync.Pool }

func (p *pool[In, Resp, P]) get() *call[In, Resp, P] {
	if c, ok := p.calls.Get().(*call[In, Resp, P]); ok {
		return c
	}
	c := new(call[In, Resp, P])
	c.arguments = P(&c.in).pointers()
	c.answer[0] = &c.out
	return c
}

func (p *pool[In, Resp, P]) put(c *call[In, Resp, P]) {
	var in In
	var out Resp
	c.in, c.out = in, out
	p.calls.Put(c)
}
