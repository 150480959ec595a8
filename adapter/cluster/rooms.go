// rooms.go: hearing the topics of rooms with members on this node.

package cluster

import (
	"sync"

	"github.com/everwire/everwire/adapter"
)

// maxWorkers is how many subscriptions of a namespace may wait for the bus at a time.
const maxWorkers = 64

// rooms are the rooms of one namespace of this node that have a topic and a member, or
// had one a moment ago.
type rooms struct {
	link    *link
	workers sync.WaitGroup

	mu      sync.Mutex // guards what follows, and the rooms in it
	byName  map[string]*room
	idle    map[*room]struct{} // without members since the last tick
	older   map[*room]struct{} // the same, since the one before
	failed  map[*room]struct{} // to be tried again
	queue   []*room            // with something to do for a worker
	working int
	closed  bool
}

// room is one of them. What is done and what should be are brought together by one worker
// at a time.
type room struct {
	name    string
	members bool  // in the room
	own     bool  // a socket of this ID is there
	feed    *feed // nil if not subscribed
	leave   bool  // it is to be unsubscribed
	busy    bool  // with a worker, or waiting for one
	failing bool
}

func (r *room) wanted() bool { return r.members || r.own }

func newRooms(l *link) *rooms {
	return &rooms{
		link: l, byName: make(map[string]*room),
		idle: make(map[*room]struct{}), older: make(map[*room]struct{}), failed: make(map[*room]struct{}),
	}
}

// FollowRoom implements [adapter.Follower]. A room that is left by its last member is
// unsubscribed after one to two ticks: who comes back soon misses nothing.
func (x *rooms) FollowRoom(name string, exists, private bool) {
	if !x.link.sender.topics.hasRoom(name) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.byName == nil {
		return // closed: who tells of rooms may be a moment behind
	}
	r := x.byName[name]
	if r == nil {
		r = &room{name: name}
		x.byName[name] = r
	}
	if private {
		r.own = exists
	} else {
		r.members = exists
	}
	switch {
	case !r.wanted():
		x.idle[r] = struct{}{}
	default:
		r.leave = false
		delete(x.idle, r)
		delete(x.older, r)
		if r.feed == nil {
			x.workLocked(r)
		}
	}
}

// tick gives up the rooms that have been idle for a whole tick, and tries again what has
// failed.
func (x *rooms) tick() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for r := range x.older {
		r.leave = true
		x.workLocked(r)
	}
	x.older, x.idle = x.idle, make(map[*room]struct{})
	for r := range x.failed {
		x.workLocked(r)
	}
	clear(x.failed)
}

func (x *rooms) workLocked(r *room) {
	if r.busy || x.closed {
		return // its worker looks again before it ends
	}
	r.busy = true
	x.queue = append(x.queue, r)
	if x.working < maxWorkers {
		x.working++
		// Owned by the link; ends with it, or when nothing is to be done; blocks on the bus.
		x.workers.Go(x.work)
	}
}

func (x *rooms) work() {
	for r := x.next(); r != nil; r = x.next() {
		for action := x.action(r); action != nil; action = x.action(r) {
			action()
		}
	}
}

func (x *rooms) next() *room {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.queue) == 0 || x.closed {
		x.working--
		return nil
	}
	r := x.queue[0]
	if x.queue = x.queue[1:]; len(x.queue) == 0 {
		x.queue = nil
	}
	return r
}

// action returns what is to be done for a room; nil if it is as it should be.
func (x *rooms) action(r *room) func() {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, failed := x.failed[r]
	switch f := r.feed; {
	case x.closed, failed:
	case r.wanted() && f == nil:
		return func() { x.subscribe(r) }
	case r.leave && f != nil:
		r.feed = nil
		return func() { x.link.drop(f) }
	case !r.wanted() && f == nil:
		delete(x.byName, r.name)
		delete(x.idle, r)
		delete(x.older, r)
	}
	r.busy = false
	return nil
}

func (x *rooms) subscribe(r *room) {
	f := &feed{kind: roomFeed, room: r.name}
	err := x.link.listen(x.link.ctx, x.link.sender.topics.room(r.name), f)
	x.mu.Lock()
	first := err != nil && !r.failing && x.link.ctx.Err() == nil
	if r.failing = err != nil; r.failing {
		x.failed[r] = struct{}{}
	} else {
		r.feed = f
	}
	x.mu.Unlock()
	if first {
		x.link.node.Fault(adapter.Fault{Kind: adapter.Missed, Err: err})
	}
}

// close ends all subscriptions. The context of the link has ended.
func (x *rooms) close() {
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	x.workers.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.byName {
		if r.feed != nil {
			x.link.ended = append(x.link.ended, r.feed)
		}
	}
	x.byName = nil
}
