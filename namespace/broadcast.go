// broadcast.go: targets, which select sockets, and what can be done to them.

package namespace

import (
	"context"
	"slices"
	"sync"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// Target selects sockets of a namespace on all nodes: those in any of its rooms,
// or all if none is named, without those in any of the rooms that are excepted. A
// socket's ID is a room with that socket in it. A socket in several rooms is
// selected once.
//
// A Target is a value; To and Except return a copy.
type Target struct {
	namespace *Namespace
	rooms     []string
	except    []string
}

var _ sio.Target = Target{}

// To returns a target that selects the sockets in the rooms too. Without any room
// at all a target selects everybody.
func (t Target) To(rooms ...string) Target {
	t.rooms = append(slices.Clip(t.rooms), rooms...)
	return t
}

// Except returns a target without the sockets in the rooms.
func (t Target) Except(rooms ...string) Target {
	t.except = append(slices.Clip(t.except), rooms...)
	return t
}

// EmitEvent sends an event. It is encoded once, and no client that is slow to read
// keeps others waiting. Errors are those of encoding and of the adapter; the
// sockets of this node have got the event in the latter case.
func (t Target) EmitEvent(e sio.Emission) error {
	return t.do(&adapter.Op{Kind: adapter.Broadcast, Event: e})
}

// Emit sends an untyped event.
func (t Target) Emit(event string, args ...any) error {
	return t.EmitEvent(sio.Emission{Event: event, Args: args})
}

// Join has the selected sockets join rooms.
func (t Target) Join(rooms ...string) error {
	return t.do(&adapter.Op{Kind: adapter.Join, Change: slices.Clone(rooms)})
}

// Leave has the selected sockets leave rooms.
func (t Target) Leave(rooms ...string) error {
	return t.do(&adapter.Op{Kind: adapter.Leave, Change: slices.Clone(rooms)})
}

// Disconnect disconnects the selected sockets from the namespace; if close is true
// it ends their sessions, with all namespaces that they are in.
func (t Target) Disconnect(close bool) error {
	return t.do(&adapter.Op{Kind: adapter.Disconnect, Close: close})
}

func (t Target) do(op *adapter.Op) error {
	op.Rooms, op.Except = t.rooms, t.except
	n := t.namespace
	err := n.Apply(op)
	if n.adapter == nil || err != nil {
		return err
	}
	return n.adapter.Publish(context.Background(), op)
}

// snapshots are the lists that broadcasts walk.
var snapshots = sync.Pool{New: func() any { return new([]*Socket) }}

// keepSnapshot is the longest list whose memory is used again.
const keepSnapshot = 64 << 10

// Apply implements [adapter.Local]: it does op to the sockets of this node.
func (n *Namespace) Apply(op *adapter.Op) error {
	var m *engine.Message
	if op.Kind == adapter.Broadcast {
		var err error
		h := sio.Header{Type: sio.Event, Namespace: n.name, Event: op.Event.Event}
		if m, err = n.registry.encode(h, op.Event.Args...); err != nil {
			return err
		}
	}
	list := snapshots.Get().(*[]*Socket)
	*list = n.index.selected((*list)[:0], op.Rooms, op.Except)
	for _, s := range *list {
		s.apply(op, m)
	}
	clear(*list)
	if cap(*list) <= keepSnapshot {
		snapshots.Put(list)
	}
	return nil
}

// apply does op to one socket. The only thing that can be wrong here is that the
// socket has just ended, which is told elsewhere.
func (s *Socket) apply(op *adapter.Op, m *engine.Message) {
	switch op.Kind {
	case adapter.Broadcast:
		_ = s.deliver(m)
	case adapter.Join:
		_ = s.Join(op.Change...)
	case adapter.Leave:
		_ = s.Leave(op.Change...)
	case adapter.Disconnect:
		_ = s.Disconnect(op.Close)
	}
}
