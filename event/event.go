// Package event declares typed events: a name together with the types of its
// arguments, as a constant that server, client and emitters share.
//
//	const Chat = event.Event[Message]("chat")
//	const Moved = event.Event2[Piece, Square]("moved")
//	const Join = event.RPC[JoinReq, JoinResp]("join")
//
// An event is only sent; an RPC is answered as well. The number says how many
// arguments there are, without one it is one.
//
// Sending is a method of the event and takes anything that events can be sent to.
// Receiving is a function of the side that receives, such as everwire.On. The
// package links no server: naming an event costs a program nothing.
//
// The declarations are also what the command gen reads to write TypeScript for the
// clients in browsers.
package event

import "github.com/everwire/everwire/namespace/sio"

// Event is the name of an event whose one argument is a T.
type Event[T any] string

// Event0 is the name of an event without arguments.
type Event0 string

// Event2 is the name of an event with two arguments.
type Event2[A, B any] string

// Event3 is the name of an event with three arguments.
type Event3[A, B, C any] string

// Emit sends v. It never blocks; the errors are those of the target.
func (e Event[T]) Emit(to sio.Target, v T) error { return emit(to, string(e), v) }

// Emit sends the event. It is as [Event.Emit].
func (e Event0) Emit(to sio.Target) error { return emit(to, string(e)) }

// Emit sends a and b. It is as [Event.Emit].
func (e Event2[A, B]) Emit(to sio.Target, a A, b B) error { return emit(to, string(e), a, b) }

// Emit sends a, b and c. It is as [Event.Emit].
func (e Event3[A, B, C]) Emit(to sio.Target, a A, b B, c C) error {
	return emit(to, string(e), a, b, c)
}

func emit(to sio.Target, event string, args ...any) error {
	return to.EmitEvent(sio.Emission{Event: event, Args: args})
}
