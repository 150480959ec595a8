// emitter.go: sending from processes that hold no connections.

package cluster

import (
	"slices"
	"sync"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/namespace/sio"
)

// emitterName is what the names of emitters begin with: they are no nodes, and nobody
// waits for their answers.
const emitterName = "emitter-"

// Emitter sends to the sockets of a cluster from a process that is no node of it. It
// cannot ask: nobody answers it.
//
//	emitter, err := cluster.NewEmitter(bus, cluster.Config{})
//	err = Report.Emit(emitter.To("user:7"), report) // an event.Event
//
// An Emitter is a value: the methods that return one return a changed copy, which sends
// over the same bus. Nothing blocks, if the bus does not. What was sent last has left
// when the bus is closed.
type Emitter struct {
	senders   *senders
	namespace string
	rooms     []string
	except    []string
	flags     sio.Flags
}

var _ sio.Target = Emitter{}

// senders are those of one emitter, by namespace.
type senders struct {
	bus    Bus
	config Config
	name   string

	mu     sync.Mutex // guards byName
	byName map[string]*sender
}

// NewEmitter returns an emitter for the main namespace. The nodes of the cluster need the
// same Config. The error is that of a bad Config.
func NewEmitter(b Bus, c Config) (Emitter, error) {
	c.setDefaults()
	if !validPrefix.MatchString(c.Prefix) {
		return Emitter{}, errPrefix
	}
	s := &senders{bus: b, config: c, name: emitterName + node.NewName(), byName: make(map[string]*sender)}
	return Emitter{senders: s, namespace: "/"}, nil
}

func (s *senders) of(namespace string) *sender {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.byName[namespace]
	if found == nil {
		made := newSender(s.bus, &s.config, node.New(node.Config{Namespace: namespace, Name: s.name}))
		found = &made
		s.byName[namespace] = found
	}
	return found
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

// EmitEvent implements [sio.Target]. Errors are those of encoding and of the bus.
func (e Emitter) EmitEvent(event sio.Emission) error {
	event.Flags = e.flags.With(event.Flags)
	return e.send(node.Broadcast, &adapter.Op{Kind: adapter.Broadcast, Event: event})
}

// Emit sends an untyped event to the selected sockets.
func (e Emitter) Emit(event string, args ...any) error {
	return e.EmitEvent(sio.Emission{Event: event, Args: args})
}

// EmitServers sends an untyped event to the servers of the cluster.
func (e Emitter) EmitServers(event string, args ...any) error {
	return e.send(node.Serve, &adapter.Op{Kind: adapter.Serve, Event: sio.Emission{Event: event, Args: args}})
}

// Join has the selected sockets join rooms.
func (e Emitter) Join(rooms ...string) error {
	return e.send(node.Join, &adapter.Op{Kind: adapter.Join, Change: rooms})
}

// Leave has the selected sockets leave rooms.
func (e Emitter) Leave(rooms ...string) error {
	return e.send(node.Leave, &adapter.Op{Kind: adapter.Leave, Change: rooms})
}

// Disconnect disconnects the selected sockets from the namespace; if close is true it
// ends their sessions.
func (e Emitter) Disconnect(close bool) error {
	return e.send(node.Disconnect, &adapter.Op{Kind: adapter.Disconnect, Close: close})
}

func (e Emitter) send(t node.Type, op *adapter.Op) error {
	op.Rooms, op.Except = e.rooms, e.except
	_, err := e.senders.of(e.namespace).send(&node.Message{Type: t, From: e.senders.name, Op: *op})
	return err
}
