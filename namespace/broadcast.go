// broadcast.go: targets, which select sockets, and what can be done to them.

package namespace

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// Target selects sockets of a namespace on all nodes: those in any of its rooms,
// or all if none is named, without those in any of the rooms that are excepted. A
// socket's ID is a room with that socket in it. A socket in several rooms is
// selected once.
//
// A Target is a value; the methods that return one return a changed copy.
type Target struct {
	namespace *Namespace
	rooms     []string
	except    []string
	flags     sio.Flags
	local     bool
}

var _ sio.Caller = Target{}

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

// Local returns a target that selects sockets of this node alone.
func (t Target) Local() Target {
	t.local = true
	return t
}

// Volatile returns a target that events are dropped for, client by client, where they
// cannot be taken at once: the client has no connection, or a busy one. A client that
// takes nothing at all for 10 s is disconnected all the same.
func (t Target) Volatile() Target { return t.with(sio.Flags{Volatile: true}) }

// Latest returns a target whose events tell the newest of something: one that still
// waits for a client gives its place to a newer one of the same key, see
// [sio.Flags]. Keys are apart from those of other namespaces.
func (t Target) Latest(key string) Target { return t.with(sio.Flags{Latest: key}) }

// Compress returns a target whose events are compressed, where compression is on;
// that is the default.
func (t Target) Compress(on bool) Target {
	t.flags.NoCompress = !on
	return t
}

func (t Target) with(f sio.Flags) Target {
	t.flags = t.flags.With(f)
	return t
}

// EmitEvent sends an event. It is encoded once, and no client that is slow to read
// keeps others waiting. Errors are those of encoding and of the adapter; the
// sockets of this node have got the event in the latter case.
func (t Target) EmitEvent(e sio.Emission) error {
	e.Flags = t.flags.With(e.Flags)
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

// Ask implements [sio.Caller]: it sends an event to all selected sockets, and yields
// what they acknowledge, in the order in which it comes: for each socket one body, or
// one error, which is [ErrTimeout] or [ErrDisconnected]. It waits for as long as ctx
// says or, if that has no deadline, for Config.CallTimeout. Leaving the loop stops the
// waiting. An error of the adapter says that answers of other nodes may be missing.
func (t Target) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	e.Flags = t.flags.With(e.Flags)
	return func(yield func(sio.Body, error) bool) {
		missing, late := 0, error(nil)
		ctx, cancel := t.namespace.patient(ctx)
		defer cancel()
		for a, err := range t.answers(ctx, &adapter.Op{Kind: adapter.Call, Event: e}) {
			missing += a.Count
			switch {
			case err != nil && ctx.Err() != nil:
				late = err // it is told once for each of those that are missing
				continue
			case err != nil: // of the adapter
			case a.Err != nil:
				missing, err = missing-1, a.Err
			case a.Body != nil:
				missing--
			default:
				continue // the number of sockets of a node
			}
			if !yield(a.Body, err) {
				return
			}
		}
		if late != nil {
			missing = max(missing, 1) // or nobody knows how many
		}
		for ; missing > 0 && yield(nil, cmp.Or(late, ErrTimeout)); missing-- {
		}
	}
}

// Call sends an untyped event and yields the answers, see [Target.Ask].
func (t Target) Call(ctx context.Context, event string, args ...any) iter.Seq2[sio.Body, error] {
	return t.Ask(ctx, sio.Emission{Event: event, Args: args})
}

// FetchSockets returns what all nodes know of the selected sockets. With an error,
// which is that of the adapter or [ErrTimeout], sockets of other nodes are missing.
func (t Target) FetchSockets(ctx context.Context) (list []RemoteSocket, err error) {
	ctx, cancel := t.namespace.patient(ctx)
	defer cancel()
	for a, failure := range t.answers(ctx, &adapter.Op{Kind: adapter.Fetch}) {
		if failure != nil {
			err = failure
		}
		for _, info := range a.Sockets {
			list = append(list, RemoteSocket{t.namespace, info})
		}
	}
	return list, err
}

// CountSockets returns the number of selected sockets on all nodes, which costs less
// than fetching them. With an error, those of other nodes are missing.
func (t Target) CountSockets(ctx context.Context) (n int, err error) {
	ctx, cancel := t.namespace.patient(ctx)
	defer cancel()
	for a, failure := range t.answers(ctx, &adapter.Op{Kind: adapter.Count}) {
		if failure != nil {
			err = failure
		}
		n += a.Count
	}
	return n, err
}

// Sockets returns the selected sockets of this node.
func (t Target) Sockets() []*Socket {
	var list []*Socket
	for _, n := range t.namespace.family() {
		list = n.index.present(list, t.rooms, t.except)
	}
	return list
}

// do applies op here, and has it applied on the other nodes.
func (t Target) do(op *adapter.Op) error {
	op.Rooms, op.Except = t.rooms, t.except
	if t.namespace.children == nil { // nearly always
		return t.namespace.do(op, t.local)
	}
	var errs []error
	for _, n := range t.namespace.family() {
		errs = append(errs, n.do(op, t.local))
	}
	return errors.Join(errs...)
}

func (n *Namespace) do(op *adapter.Op, local bool) error {
	if n.carrier() != nil && op.Kind == adapter.Broadcast && !op.Event.Volatile && !local {
		return n.relay(op)
	}
	err := n.Apply(context.Background(), op, nil)
	if n.adapter == nil || err != nil || local {
		return err
	}
	return n.adapter.Publish(context.Background(), op)
}

// answers asks all nodes.
func (t Target) answers(ctx context.Context, op *adapter.Op) iter.Seq2[adapter.Answer, error] {
	op.Rooms, op.Except = t.rooms, t.except
	family := t.namespace.family()
	if len(family) == 1 && (t.local || family[0].adapter == nil) {
		return answersOf(ctx, op, family[0].Apply)
	}
	sources := make([]iter.Seq2[adapter.Answer, error], 0, 2*len(family))
	for _, n := range family {
		sources = append(sources, answersOf(ctx, op, n.Apply))
		if n.adapter != nil && !t.local {
			sources = append(sources, answersFrom(ctx, n.adapter, op))
		}
	}
	return merge(sources)
}
