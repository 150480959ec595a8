// typed.go: typed handlers.

package client

import (
	"context"
	"errors"
	"reflect"

	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/namespace/sio"
)

// Receiver is what handlers are registered on: a [Client] or a [Socket].
type Receiver interface {
	On(event string, h Handler)
}

// On has h handle an event. ctx ends with the connection. If the server asked for
// an acknowledgement it gets an empty one when h returns nil, and the error when it
// does not: an [*sio.Error] as it is, any other error masked.
//
// If *T has a method Validate() error, a payload that it finds fault with is
// answered with code "invalid" and the error's text, and h is not called.
func On[T any](r Receiver, e event.Event[T], h func(ctx context.Context, v T) error) {
	r.On(string(e), func(c *Ctx) error {
		v, err := bind[T](c)
		if err == nil {
			err = h(c, v)
		}
		if err != nil {
			return err
		}
		return acknowledge(c)
	})
}

// Handle has h answer the server's calls: what it returns is the acknowledgement.
// Errors and validation are as in [On].
func Handle[Req, Resp any](r Receiver, e event.RPC[Req, Resp], h func(ctx context.Context, in Req) (Resp, error)) {
	r.On(string(e), func(c *Ctx) error {
		in, err := bind[Req](c)
		if err != nil {
			return err
		}
		out, err := h(c, in)
		if err != nil {
			return err
		}
		return acknowledge(c, out)
	})
}

func acknowledge(c *Ctx, args ...any) error {
	if err := c.Ack(args...); !errors.Is(err, ErrAcked) {
		return err
	}
	return nil
}

// validator is implemented by payloads that can say what is wrong with them.
type validator interface{ Validate() error }

// bind binds the payload and validates it.
func bind[T any](c *Ctx) (v T, err error) {
	if err = c.Bind(&v); err != nil {
		return v, err
	}
	val, ok := any(&v).(validator)
	if !ok && reflect.TypeFor[T]().Kind() == reflect.Pointer && !reflect.ValueOf(v).IsNil() {
		val, ok = any(v).(validator) // an Event[*T]
	}
	if !ok {
		return v, nil
	}
	err = val.Validate()
	if public := (*sio.Error)(nil); err != nil && !errors.As(err, &public) {
		err = &sio.Error{Code: "invalid", Message: err.Error()}
	}
	return v, err
}
