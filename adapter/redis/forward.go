// forward.go: Pub/Sub as the bus on which requests travel between nodes.

package redis

import (
	"bytes"
	"context"

	"github.com/everwire/everwire/adapter/forward"
)

// Forwarder returns what has the nodes serve each other's requests over Redis, so that
// load balancers need no sticky sessions; see everwire.Config.NoForwarding. Official
// servers of the cluster take no part in it: send clients either to them or to these.
func (c *Cluster) Forwarder() *forward.Forwarder {
	return forward.New(bus{c}, forward.Config{
		Prefix: c.config.Prefix, Heartbeat: c.config.Heartbeat, Silence: c.config.Silence, Logger: c.config.Logger,
	})
}

// bus implements [forward.Bus].
type bus struct{ cluster *Cluster }

// Publish implements [forward.Bus]. It waits for nothing: what cannot be queued is refused.
func (b bus) Publish(_ context.Context, topic string, payload []byte) error {
	b.cluster.mu.Lock()
	h := b.cluster.hub
	b.cluster.mu.Unlock()
	if h == nil {
		return ErrClosed
	}
	return h.publish("publish", topic, bytes.Clone(payload), nil)
}

// Subscribe implements [forward.Bus].
func (b bus) Subscribe(_ context.Context, name string, f func(payload []byte)) (stop func(), err error) {
	h, err := b.cluster.enter()
	if err != nil {
		return nil, err
	}
	t := topic{plain, name}
	s, err := h.subscriber(t)
	if err == nil {
		w := want{handler: func(_, payload string) { f([]byte(payload)) }}
		if err = s.wait(t, w, h.config.Timeout); err != nil {
			s.drop(t)
		}
	}
	if err != nil {
		b.cluster.leave()
		return nil, err
	}
	return func() {
		s.drop(t)
		b.cluster.leave()
	}, nil
}
