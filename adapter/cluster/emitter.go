// emitter.go: sending from processes that hold no connections.

package cluster

import (
	"sync"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
)

// emitterName is what the names of emitters begin with: they are no nodes, and nobody
// waits for their answers.
const emitterName = "emitter-"

// senders are those of one emitter, by namespace.
type senders struct {
	bus    Bus
	config Config
	name   string

	mu     sync.Mutex // guards byName
	byName map[string]*sender
}

// NewEmitter returns an emitter for the main namespace. The nodes of the cluster need the
// same Config. The error is that of a bad Config. Nothing blocks, if the bus does not. What
// was sent last has left when the bus is closed.
func NewEmitter(b Bus, c Config) (adapter.Emitter, error) {
	c.setDefaults()
	if !validPrefix.MatchString(c.Prefix) {
		return adapter.Emitter{}, errPrefix
	}
	s := &senders{bus: b, config: c, name: emitterName + node.NewName(), byName: make(map[string]*sender)}
	return adapter.NewEmitter(s.publish), nil
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

// publish is for [adapter.NewEmitter].
func (s *senders) publish(namespace string, op *adapter.Op) error {
	_, err := s.of(namespace).send(&node.Message{Type: node.TypeOf(op.Kind), From: s.name, Op: *op})
	return err
}
