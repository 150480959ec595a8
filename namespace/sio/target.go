// target.go: what events are sent to, seen from the packages that declare events.

package sio

import (
	"context"
	"iter"
)

// Emission is one event to be sent. Later releases may add fields, so name them
// when you write one.
type Emission struct {
	Event string // its name
	Args  []any  // its arguments
}

// Target is what an event can be sent to: a socket, rooms, a whole server.
type Target interface {
	// EmitEvent sends e and never blocks. It does not keep e.Args after it
	// returns. It is safe for concurrent use.
	EmitEvent(e Emission) error
}

// Caller is a Target that can answer.
type Caller interface {
	Target
	// Ask sends e with an ack id and yields the answers as they come: one body
	// or one error for each receiver. It ends when all have answered, when ctx
	// ends, or when the loop is left.
	Ask(ctx context.Context, e Emission) iter.Seq2[Body, error]
}
