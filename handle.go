// handle.go: typed handlers.

package everwire

import "github.com/everwire/everwire/internal/receive"

// Receiver is what handlers are registered on: a [Server] or [Namespace] for all
// its sockets or, in OnConnect, one [Socket]; or [Servers], for what other servers
// send.
type Receiver interface {
	On(event string, h Handler)
}

// On has h handle an event. If the client asked for an acknowledgement it gets an
// empty one when h returns nil, and the error when it does not: an [*Error] as it
// is, any other error masked.
//
// An argument that the client did not send is the zero value, those that it sent too
// many are ignored; one that does not fit its type is answered with code
// "bad_request". If *T has a method Validate() error, a payload that it finds fault
// with is answered with the [*Error] that it returns or wraps, or else with code
// "invalid" and the error's text. h is not called in these cases.
//
// On panics if r has a handler for the event already.
func On[T any](r Receiver, e Event[T], h func(c *Ctx, v T) error) {
	on(r, string(e), func(c *Ctx, in receive.One[T]) error { return h(c, in.A) })
}

// On0 is [On] for an event without arguments.
func On0(r Receiver, e Event0, h func(c *Ctx) error) {
	on(r, string(e), func(c *Ctx, _ receive.None) error { return h(c) })
}

// On2 is [On] for an event with two arguments. They are validated in their order.
func On2[A, B any](r Receiver, e Event2[A, B], h func(c *Ctx, a A, b B) error) {
	on(r, string(e), func(c *Ctx, in receive.Two[A, B]) error { return h(c, in.A, in.B) })
}

// On3 is [On] for an event with three arguments. They are validated in their order.
func On3[A, B, C any](r Receiver, e Event3[A, B, C], h func(ctx *Ctx, a A, b B, c C) error) {
	on(r, string(e), func(c *Ctx, in receive.Three[A, B, C]) error { return h(c, in.A, in.B, in.C) })
}

// Handle has h answer a call: what it returns is the acknowledgement. Errors and
// validation are as in [On].
func Handle[Req, Resp any](r Receiver, e RPC[Req, Resp], h func(c *Ctx, in Req) (Resp, error)) {
	handle(r, string(e), func(c *Ctx, in receive.One[Req]) (Resp, error) { return h(c, in.A) })
}

// Handle0 is [Handle] for a call without arguments.
func Handle0[Resp any](r Receiver, e RPC0[Resp], h func(c *Ctx) (Resp, error)) {
	handle(r, string(e), func(c *Ctx, _ receive.None) (Resp, error) { return h(c) })
}

// Handle2 is [Handle] for a call with two arguments.
func Handle2[A, B, Resp any](r Receiver, e RPC2[A, B, Resp], h func(c *Ctx, a A, b B) (Resp, error)) {
	handle(r, string(e), func(c *Ctx, in receive.Two[A, B]) (Resp, error) { return h(c, in.A, in.B) })
}

// Handle3 is [Handle] for a call with three arguments.
func Handle3[A, B, C, Resp any](r Receiver, e RPC3[A, B, C, Resp], h func(ctx *Ctx, a A, b B, c C) (Resp, error)) {
	handle(r, string(e), func(c *Ctx, in receive.Three[A, B, C]) (Resp, error) { return h(c, in.A, in.B, in.C) })
}

func on[In any, P receive.Arguments[In]](r Receiver, event string, h func(*Ctx, In) error) {
	r.On(event, receive.Event[*Ctx, In, P](ErrAcked, h))
}

func handle[In, Resp any, P receive.Arguments[In]](r Receiver, event string, h func(*Ctx, In) (Resp, error)) {
	r.On(event, receive.Call[*Ctx, In, Resp, P](ErrAcked, h))
}
