// emitter.go: sending from processes that hold no connections.

package redis

import (
	"context"
	"fmt"
	"slices"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/namespace/sio"
)

// Emitter sends to the sockets of a cluster from a process that is no node of it. In mode
// Classic it is what @socket.io/redis-emitter 5 is. It cannot ask: nobody answers it.
//
// An Emitter is a value: the methods that return one return a changed copy, which sends
// over the same connection. Nothing blocks: what is sent waits in a queue, see
// Config.Queue.
type Emitter struct {
	hub       *hub
	tally     *tally
	namespace string
	rooms     []string
	except    []string
	flags     sio.Flags
}

var _ sio.Target = Emitter{}

// NewEmitter returns an emitter for the main namespace. It does not connect yet. Close it,
// or what was sent last may not have left.
func NewEmitter(c Config) (Emitter, error) {
	if err := c.setDefaults(); err != nil {
		return Emitter{}, err
	}
	t := new(tally)
	h, err := newHub(&c, t)
	return Emitter{hub: h, tally: t, namespace: "/"}, err
}

// Close sends what waits, for a second at most, and closes the connection. It is for one
// of the copies.
func (e Emitter) Close() error {
	e.hub.close()
	if n := e.tally.lost.Load(); n > 0 {
		return fmt.Errorf("redis: %d messages of the emitter are lost", n)
	}
	return nil
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

// EmitEvent implements [sio.Target]. Errors are those of encoding and of the queue.
func (e Emitter) EmitEvent(event sio.Emission) error {
	event.Flags = e.flags.With(event.Flags)
	return e.send(&adapter.Op{Kind: adapter.Broadcast, Event: event})
}

// Emit sends an untyped event to the selected sockets.
func (e Emitter) Emit(event string, args ...any) error {
	return e.EmitEvent(sio.Emission{Event: event, Args: args})
}

// EmitServers sends an untyped event to the servers of the cluster.
func (e Emitter) EmitServers(event string, args ...any) error {
	return e.send(&adapter.Op{Kind: adapter.Serve, Event: sio.Emission{Event: event, Args: args}})
}

// Join has the selected sockets join rooms.
func (e Emitter) Join(rooms ...string) error {
	return e.send(&adapter.Op{Kind: adapter.Join, Change: rooms})
}

// Leave has the selected sockets leave rooms.
func (e Emitter) Leave(rooms ...string) error {
	return e.send(&adapter.Op{Kind: adapter.Leave, Change: rooms})
}

// Disconnect disconnects the selected sockets from the namespace; if close is true it
// ends their sessions.
func (e Emitter) Disconnect(close bool) error {
	return e.send(&adapter.Op{Kind: adapter.Disconnect, Close: close})
}

func (e Emitter) send(op *adapter.Op) error {
	op.Rooms, op.Except = e.rooms, e.except
	n := node.New(node.Config{Namespace: e.namespace, Name: emitter})
	n.Link(e.hub.link(base{hub: e.hub, node: n, channel: e.hub.config.Prefix + "#" + e.namespace + "#"}, nil))
	return n.Publish(context.Background(), op)
}
