// rpc.go: events that are answered.

package event

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/everwire/everwire/namespace/sio"
)

// RPC is the name of an event whose one argument is a Req and whose
// acknowledgement is one Resp, or an error.
type RPC[Req, Resp any] string

// RPC0 is the name of an event without arguments whose acknowledgement is one Resp,
// or an error.
type RPC0[Resp any] string

// RPC2 is the name of an event with two arguments whose acknowledgement is one Resp,
// or an error.
type RPC2[A, B, Resp any] string

// RPC3 is the name of an event with three arguments whose acknowledgement is one
// Resp, or an error.
type RPC3[A, B, C, Resp any] string

// ErrAnswer is the error for an answer that is no Resp.
var ErrAnswer = errors.New("event: answer does not fit its type")

// Call sends in and waits for the answer, the first one if who is several. Errors are
// an [*sio.Error] that the other side answered with, those of the target and of ctx,
// and [ErrAnswer].
func (r RPC[Req, Resp]) Call(ctx context.Context, who sio.Caller, in Req) (Resp, error) {
	return first(r.CallAll(ctx, who, in), string(r))
}

// CallAll sends in to all that who is, and yields their answers as they come: a Resp,
// or the error of one receiver, which is one of those of [RPC.Call]. The loop ends
// when all have answered; those that have not when ctx ends, or the time for a call,
// fail with that. Leaving the loop gives the rest up.
//
// Nothing is sent before the loop, and another loop sends again. Without receivers
// there are no answers.
func (r RPC[Req, Resp]) CallAll(ctx context.Context, who sio.Caller, in Req) iter.Seq2[Resp, error] {
	return ask[Resp](ctx, who, string(r), in)
}

// Call sends the event and waits for the answer. It is as [RPC.Call].
func (r RPC0[Resp]) Call(ctx context.Context, who sio.Caller) (Resp, error) {
	return first(r.CallAll(ctx, who), string(r))
}

// CallAll sends the event and yields the answers. It is as [RPC.CallAll].
func (r RPC0[Resp]) CallAll(ctx context.Context, who sio.Caller) iter.Seq2[Resp, error] {
	return ask[Resp](ctx, who, string(r))
}

// Call sends a and b and waits for the answer. It is as [RPC.Call].
func (r RPC2[A, B, Resp]) Call(ctx context.Context, who sio.Caller, a A, b B) (Resp, error) {
	return first(r.CallAll(ctx, who, a, b), string(r))
}

// CallAll sends a and b and yields the answers. It is as [RPC.CallAll].
func (r RPC2[A, B, Resp]) CallAll(ctx context.Context, who sio.Caller, a A, b B) iter.Seq2[Resp, error] {
	return ask[Resp](ctx, who, string(r), a, b)
}

// Call sends a, b and c and waits for the answer. It is as [RPC.Call].
func (r RPC3[A, B, C, Resp]) Call(ctx context.Context, who sio.Caller, a A, b B, c C) (Resp, error) {
	return first(r.CallAll(ctx, who, a, b, c), string(r))
}

// CallAll sends a, b and c and yields the answers. It is as [RPC.CallAll].
func (r RPC3[A, B, C, Resp]) CallAll(ctx context.Context, who sio.Caller, a A, b B, c C) iter.Seq2[Resp, error] {
	return ask[Resp](ctx, who, string(r), a, b, c)
}

func first[Resp any](answers iter.Seq2[Resp, error], event string) (out Resp, err error) {
	for out, err := range answers {
		return out, err
	}
	return out, fmt.Errorf("event: nobody to call %q", event)
}

func ask[Resp any](ctx context.Context, who sio.Caller, event string, args ...any) iter.Seq2[Resp, error] {
	return func(yield func(Resp, error) bool) {
		for body, err := range who.Ask(ctx, sio.Emission{Event: event, Args: args}) {
			if !yield(answer[Resp](event, body, err)) {
				return
			}
		}
	}
}

// answer is what one receiver came to.
func answer[Resp any](event string, body sio.Body, err error) (out Resp, _ error) {
	if err != nil {
		return out, err
	}
	if e := sio.AckError(body); e != nil {
		return out, e
	}
	if err := body.Bind(0, &out); err != nil {
		var none Resp // a misfit may have stored a part
		return none, fmt.Errorf("%w: %q: %v", ErrAnswer, event, err)
	}
	return out, nil
}
