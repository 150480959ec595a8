// handle.go: typed handlers.

package everwire

import (
	"errors"
	"reflect"
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
	r.On(string(e), func(c *Ctx) error {
		var v T
		if err := bind(c, &v); err != nil {
			return err
		}
		if err := h(c, v); err != nil {
			return err
		}
		return ack(c)
	})
}

// Handle has h answer a call: what it returns is the acknowledgement. Errors and
// validation are as in [On].
func Handle[Req, Resp any](r Receiver, e RPC[Req, Resp], h func(c *Ctx, in Req) (Resp, error)) {
	r.On(string(e), func(c *Ctx) error {
		call := new(struct { // one allocation for both
			in  Req
			out Resp
		})
		if err := bind(c, &call.in); err != nil {
			return err
		}
		var err error
		if call.out, err = h(c, call.in); err != nil {
			return err
		}
		return ack(c, &call.out)
	})
}

func bind[T any](c *Ctx, v *T) error {
	if err := c.Bind(v); err != nil {
		return err
	}
	val, ok := any(v).(validator)
	if !ok && reflect.TypeFor[T]().Kind() == reflect.Pointer && !reflect.ValueOf(*v).IsNil() {
		val, ok = any(*v).(validator) // an Event[*T]
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
