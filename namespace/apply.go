// apply.go: what is done to the sockets of this node, for this node and for others.

package namespace

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// snapshots are the lists that broadcasts walk.
var snapshots = sync.Pool{New: func() any { return new([]*Socket) }}

// keepSnapshot is the longest list whose memory is used again.
const keepSnapshot = 64 << 10

// Apply implements [adapter.Local].
func (n *Namespace) Apply(ctx context.Context, op *adapter.Op, answer func(adapter.Answer) error) error {
	switch op.Kind {
	case adapter.Broadcast, adapter.Join, adapter.Leave, adapter.Disconnect:
		return n.change(op)
	case adapter.Serve:
		return n.serve(ctx, op.Event, answer)
	}
	if answer == nil {
		return fmt.Errorf("namespace: operation %d was published, and nobody waits for its answers", op.Kind)
	}
	switch list := n.index.present(nil, op.Rooms, op.Except); op.Kind {
	case adapter.Call:
		return n.callAll(ctx, op, list, answer)
	case adapter.Fetch:
		return answer(adapter.Answer{Sockets: n.describe(list)})
	case adapter.Count:
		return answer(adapter.Answer{Count: len(list)})
	}
	return fmt.Errorf("namespace: unknown operation %d", op.Kind)
}

// change does what needs no answer.
func (n *Namespace) change(op *adapter.Op) error {
	var m *engine.Message
	if op.Kind == adapter.Broadcast {
		var err error
		if m, err = n.message(op.Event, eventHeader(op.Event.Event), op.Mark); err != nil {
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
		_ = s.notify(op.Event, m)
	case adapter.Join:
		_ = s.Join(op.Change...)
	case adapter.Leave:
		_ = s.Leave(op.Change...)
	case adapter.Disconnect:
		_ = s.Disconnect(op.Close)
	}
}

func eventHeader(name string) sio.Header { return sio.Header{Type: sio.Event, Event: name} }

// message makes the message of an event, with the mark that an adapter has given it.
func (n *Namespace) message(e sio.Emission, h sio.Header, mark string) (*engine.Message, error) {
	h.Namespace = n.name
	args := e.Args
	traits := engine.Traits{NoCompress: e.NoCompress, Volatile: e.Volatile, Key: n.key(e.Latest)}
	if r := n.registry.recovery; r != nil && !h.HasID {
		// Volatile events have one too: official clients take any string that stands
		// last for the offset.
		traits.Owner = n
		var last any
		if last, traits.Mark = n.offset(e, mark); n.carrier() == nil {
			traits.Mark = r.offset()
			last = traits.Mark
		}
		args = append(slices.Clip(args), last)
	}
	m, err := n.registry.encode(h, args...)
	if err == nil && traits != (engine.Traits{}) {
		m.SetTraits(traits)
	}
	return m, err
}

// key is the name under which the newest event waits: sockets of several namespaces
// share a session.
func (n *Namespace) key(latest string) string {
	if latest == "" {
		return ""
	}
	return n.name + "," + latest
}

// notify sends the message of an event, and tells those who listen to what is sent.
func (s *Socket) notify(e sio.Emission, m *engine.Message) error {
	for _, f := range s.namespace.hooks.Load().outgoing {
		if err := guard(func() error { f(s, e); return nil }); err != nil {
			s.logFailure(e.Event, err)
		}
	}
	return s.deliver(m)
}
