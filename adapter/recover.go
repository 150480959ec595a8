// recover.go: clients that lose their connection to one node, and come back to another.

package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Recoverer may be implemented by an [Adapter] that keeps what is published for a while,
// in one order that all nodes share. With it, a client that has lost its connection can
// come back to any node.
//
// A namespace with connection state recovery relays its broadcasts instead of publishing
// them: they are applied on this node, too, when their place among all is known, so that
// each client gets all of them in that order and the mark of its latest tells what it has.
type Recoverer interface {
	// Relay has op, a Broadcast, applied on all nodes and this one, with [Op].Mark set.
	// If that takes longer than about a second, it is applied here at once, with the Mark
	// [Unplaced]. It does not wait, and keeps neither op nor what is in it. With an error
	// it is applied nowhere.
	Relay(ctx context.Context, op *Op) error

	// Pending are the operations that were relayed and not applied here yet, in order.
	Pending() []*Op

	// Position is the mark of a place up to which everything was applied here, and nothing
	// else; "" if there is none, because something Unplaced was.
	Position() string

	// Save keeps a client's state for that long, and then calls done: with an error if
	// it is not kept. It does not wait.
	Save(s *Saved, window time.Duration, done func(error))

	// Restore takes out what was saved under that ID, which nobody gets a second time,
	// and collects what the client, who has everything up to the mark, has missed. limit is
	// how many bytes that may be. The error is [ErrNotSaved] if anything of it is not
	// there any more; with another error and a result, the client may try again if that is
	// saved once more.
	Restore(ctx context.Context, pid, mark string, limit int) (*Restored, error)

	// Catch adds to r what has come behind r.Last.
	Catch(ctx context.Context, r *Restored, limit int) error

	// Behind reports whether a mark stands behind another. Unplaced does behind all.
	Behind(mark, other string) bool
}

// Yielder may be implemented by a [Local] whose clients may be back at another node before
// this one has noticed that they have gone.
type Yielder interface {
	// Yield ends the socket of that private ID, if it is here, so that it is saved.
	Yield(pid string)
}

// Unplaced is the Mark of a Broadcast that was applied before its place was known.
const Unplaced = "!"

// ErrNotSaved says that a client cannot come back: nothing was saved, or what it has
// missed is not complete.
var ErrNotSaved = errors.New("adapter: nothing complete was saved for the client")

// Saved is what a client comes back to.
type Saved struct {
	ID    string          // public ID of its socket
	PID   string          // private ID
	Rooms []string        // that of ID is one of them
	Data  json.RawMessage // its values: a JSON object
	// Mark is that of a place up to which the client has everything; "": unknown. Exact
	// says that it has been sent nothing since, so that the mark that the client
	// names does not matter.
	Mark  string
	Exact bool
	// User is who the client is, nil: nobody knows. "" is a client without an identity.
	User *string
}

// Restored is what a client comes back to and what it has missed.
type Restored struct {
	Saved Saved    // with the mark from which on it has missed something
	Rooms []string // those of Saved, as what came meanwhile wants them
	Ops   []*Op    // Broadcasts that were for it
	Last  string   // mark of the last that was looked at
}
