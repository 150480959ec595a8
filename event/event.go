// Package event declares typed events: a name together with the type of its
// payload, as a constant that server, client and emitters share.
//
//	const Chat = event.Event[Message]("chat")
//	const Join = event.RPC[JoinReq, JoinResp]("join")
//
// Sending is a method of the event and takes anything that events can be sent to.
// Receiving is a function of the side that receives, such as everwire.On. The
// package links no server: naming an event costs a program nothing.
package event

import (
	"context"
	"errors"
	"fmt"

	"github.com/everwire/everwire/namespace/sio"
)

// Event is the name of an event whose one argument is a T.
type Event[T any] string

// Emit sends v. It never blocks; the errors are those of the target.
func (e Event[T]) Emit(to sio.Target, v T) error {
	return to.EmitEvent(sio.Emission{Event: string(e), Args: []any{v}})
}

// RPC is the name of an event whose one argument is a Req and whose
// acknowledgement is one Resp, or an error.
type RPC[Req, Resp any] string

// ErrAnswer is returned by [RPC.Call] for an answer that is no Resp.
var ErrAnswer = errors.New("event: answer does not fit its type")

// Call sends in and waits for the answer. Errors are an [*sio.Error] that the
// other side answered with, those of the target and of ctx, and [ErrAnswer].
func (r RPC[Req, Resp]) Call(ctx context.Context, who sio.Caller, in Req) (out Resp, err error) {
	for body, err := range who.Ask(ctx, sio.Emission{Event: string(r), Args: []any{in}}) {
		if err != nil {
			return out, err
		}
		if e := sio.AckError(body); e != nil {
			return out, e
		}
		if err := body.Bind(0, &out); err != nil {
			return out, fmt.Errorf("%w: %q: %v", ErrAnswer, string(r), err)
		}
		return out, nil
	}
	return out, fmt.Errorf("event: nobody to call %q", string(r))
}
