// emitter.go: sending from processes that hold no connections.

package adapter

import (
	"slices"

	"github.com/everwire/everwire/namespace/sio"
)

// Emitter sends to the sockets of a cluster from a process that is no node of it. It
// cannot ask: nobody answers it. Adapters make one; see their NewEmitter.
//
//	err = Report.Emit(emitter.To("user:7"), report) // an event.Event
//
// An Emitter is a value: the methods that return one return a changed copy, which sends
// over the same connection. Errors are those of encoding and of the adapter. It may be
// used concurrently.
type Emitter struct {
	publish   func(namespace string, op *Op) error
	namespace string
	rooms     []string
	except    []string
	flags     sio.Flags
}

var _ sio.Target = Emitter{}

// NewEmitter returns an emitter for the main namespace, for adapters: publish has op
// applied on all nodes, does not block, and keeps neither op nor what is in it.
func NewEmitter(publish func(namespace string, op *Op) error) Emitter {
	return Emitter{publish: publish, namespace: "/"}
}

// Of returns an emitter for that namespace.
func (e Emitter) Of(namespace string) Emitter {
	e.namespace = namespace
	return e
}

// To returns an emitter that selects the sockets in the rooms too. Without any room
// everybody is selected.
func (e Emitter) To(rooms ...string) Emitter {
	e.rooms = append(slices.Clip(e.rooms), rooms...)
	return e
}

// Except returns an emitter without the sockets in the rooms.
func (e Emitter) Except(rooms ...string) Emitter {
	e.except = append(slices.Clip(e.except), rooms...)
	return e
}

// Volatile returns an emitter whose events are dropped for clients that cannot take them
// at once.
func (e Emitter) Volatile() Emitter {
	e.flags.Volatile = true
	return e
}

// EmitEvent implements [sio.Target].
func (e Emitter) EmitEvent(event sio.Emission) error {
	event.Flags = e.flags.With(event.Flags)
	return e.send(&Op{Kind: Broadcast, Event: event})
}

// Emit sends an untyped event to the selected sockets.
func (e Emitter) Emit(event string, args ...any) error {
	return e.EmitEvent(sio.Emission{Event: event, Args: args})
}

// EmitServers sends an untyped event to the servers of the cluster.
func (e Emitter) EmitServers(event string, args ...any) error {
	return e.send(&Op{Kind: Serve, Event: sio.Emission{Event: event, Args: args}})
}

// Join has the selected sockets join rooms.
func (e Emitter) Join(rooms ...string) error { return e.send(&Op{Kind: Join, Change: rooms}) }

// Leave has the selected sockets leave rooms.
func (e Emitter) Leave(rooms ...string) error { return e.send(&Op{Kind: Leave, Change: rooms}) }

// Disconnect disconnects the selected sockets from the namespace; if close is true it
// ends their sessions.
func (e Emitter) Disconnect(close bool) error { return e.send(&Op{Kind: Disconnect, Close: close}) }

func (e Emitter) send(op *Op) error {
	op.Rooms, op.Except = e.rooms, e.except
	return e.publish(e.namespace, op)
}
