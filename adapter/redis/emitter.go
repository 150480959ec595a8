// emitter.go: sending from processes that hold no connections.

package redis

import (
	"context"
	"fmt"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
)

// Emitter is an [adapter.Emitter] with a connection of its own. In mode Classic it is what
// @socket.io/redis-emitter 5 is. Nothing blocks: what is sent waits in a queue, see
// Config.Queue.
type Emitter struct {
	adapter.Emitter
	hub   *hub
	tally *tally
}

// NewEmitter returns an emitter for the main namespace. It does not connect yet. Close it,
// or what was sent last may not have left.
func NewEmitter(c Config) (Emitter, error) {
	if err := c.setDefaults(); err != nil {
		return Emitter{}, err
	}
	t := new(tally)
	h, err := newHub(&c, t)
	return Emitter{adapter.NewEmitter(h.publishFor), h, t}, err
}

// Close sends what waits, for a second at most, and closes the connection.
func (e Emitter) Close() error {
	e.hub.close()
	if n := e.tally.lost.Load(); n > 0 {
		return fmt.Errorf("redis: %d messages of the emitter are lost", n)
	}
	return nil
}

// publishFor is for [adapter.NewEmitter].
func (h *hub) publishFor(namespace string, op *adapter.Op) error {
	n := node.New(node.Config{Namespace: namespace, Name: emitter})
	n.Link(h.link(base{hub: h, node: n, channel: h.config.Prefix + "#" + namespace + "#"}, nil))
	return n.Publish(context.Background(), op)
}
