// watch.go: telling of rooms that come and go.

package namespace

import "sync"

// RoomChange is what happened to a room of this node.
type RoomChange uint8

// The changes of rooms. The room of a socket's own ID is none of them.
const (
	RoomCreated RoomChange = iota // the first socket joins
	RoomJoined
	RoomLeft
	RoomDeleted // the last socket has left

	// Those of a socket's own ID, which adapters are told of.
	ownCreated
	ownDeleted
)

// RoomEvent is one change of a room.
type RoomEvent struct {
	Change RoomChange
	Room   string
	Socket string // ID of the socket that joined or left
}

// OnRoom adds a listener that is told of all rooms of this node, in the order of the
// changes and one call at a time. Another goroutine may be the one that calls it; it
// must not block.
func (n *Namespace) OnRoom(f func(RoomEvent)) {
	n.register(func(h *hooks) { h.onRoom = append(h.onRoom, f) })
}

// watch holds the changes that nobody was told yet: they happen under the lock of the
// index, and listeners are called without it.
type watch struct {
	namespace *Namespace

	mu      sync.Mutex // guards what follows
	events  []RoomEvent
	telling bool
}

// watched tells whether anybody is to be told.
func (w *watch) watched() bool {
	return w.namespace.hooks.Load().onRoom != nil || w.namespace.follower.Load() != nil
}

// note keeps a change, under the lock of the index.
func (w *watch) note(change RoomChange, room, socket string) {
	if !w.watched() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, RoomEvent{change, room, socket})
}

// tell tells the listeners, unless somebody does so now: then those are told too.
func (w *watch) tell() {
	if !w.watched() {
		return
	}
	finished := false
	defer func() {
		if !finished { // a listener has ended this goroutine
			w.mu.Lock()
			defer w.mu.Unlock()
			w.telling = false
		}
	}()
	for events := w.take(false); events != nil; events = w.take(true) {
		for _, e := range events {
			w.tellOf(e)
		}
	}
	finished = true
}

// take returns what is to be told by who tells; nil if there is nothing, or if it is
// somebody else who tells.
func (w *watch) take(telling bool) (events []RoomEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.telling == telling {
		events, w.events = w.events, nil
		w.telling = events != nil
	}
	return events
}

func (w *watch) tellOf(e RoomEvent) {
	if f := w.namespace.follower.Load(); f != nil {
		switch e.Change {
		case RoomCreated, RoomDeleted, ownCreated, ownDeleted:
			(*f).FollowRoom(e.Room, e.Change == RoomCreated || e.Change == ownCreated, e.Change >= ownCreated)
		}
	}
	if e.Change >= ownCreated {
		return
	}
	for _, f := range w.namespace.hooks.Load().onRoom {
		w.call(f, e)
	}
}

func (w *watch) call(f func(RoomEvent), e RoomEvent) {
	if err := guard(func() error { f(e); return nil }); err != nil {
		origin{namespace: w.namespace}.logFailure("room", err)
	}
}
