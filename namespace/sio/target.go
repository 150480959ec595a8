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
	Flags        // how it is sent
}

// Flags is how an event is sent, where that is not as usual.
type Flags struct {
	// Volatile has the event dropped for a client that cannot take it at once: it
	// has no connection, or that is busy.
	Volatile bool
	// Latest names what the event tells the newest of, such as the price of a share.
	// An event that still waits for a client gives its place to a newer one of the
	// same name: one price waits, not a thousand. "": nothing.
	Latest string
	// NoCompress says that compressing the event is not worth it.
	NoCompress bool
}

// With returns f with what is set in more.
func (f Flags) With(more Flags) Flags {
	f.Volatile = f.Volatile || more.Volatile
	f.NoCompress = f.NoCompress || more.NoCompress
	if more.Latest != "" {
		f.Latest = more.Latest
	}
	return f
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
