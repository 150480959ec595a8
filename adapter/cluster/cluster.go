// Package cluster makes an adapter of anything that carries messages from node to node:
// a [Bus]. Who is there, who answers, and who does not, is written here once.
//
//	everwire.New(everwire.Config{Adapter: cluster.Over(bus, cluster.Config{})})
//
// Messages have the form of the official adapters that are made of heartbeats; which nodes
// can be in one cluster with others is for the Bus to say.
package cluster

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/forward"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// Bus carries payloads between nodes. Its methods may be called concurrently.
type Bus interface {
	// Publish has payload brought to all who have subscribed to topic, on all nodes,
	// also on this one. It does not wait for them, and does not keep payload. The
	// order of what one goroutine publishes is kept, for all topics together. An
	// error says that it was not published.
	Publish(ctx context.Context, topic string, payload []byte) error

	// Subscribe calls f for each payload, one at a time. It returns when what others
	// publish from now on will come. f does not block, and does not keep payload.
	// After stop has returned, which waits for f, no call of f begins. Topics are made
	// of letters, digits, "-", "_" and ".", which stands alone.
	Subscribe(ctx context.Context, topic string, f func(payload []byte)) (stop func(), err error)
}

// Config sets up a cluster. A zero field means its default; all nodes need the same.
type Config struct {
	Prefix     string        // of topics; default "everwire"
	Heartbeat  time.Duration // a node that has sent nothing for so long says that it is there; default 3 s
	Silence    time.Duration // after which a node counts as gone; default 9 s, more than Heartbeat
	Settle     time.Duration // how long a new node waits for those that are there, before it asks; default 200 ms
	Timeout    time.Duration // for which others may describe or count their sockets; default 5 s
	MaxMessage int           // bytes; larger messages are refused, or dropped when they arrive; default 16 MiB
}

func (c *Config) setDefaults() {
	if c.Prefix == "" {
		c.Prefix = "everwire"
	}
	for field, value := range map[*time.Duration]time.Duration{
		&c.Heartbeat: 3 * time.Second, &c.Silence: 9 * time.Second, &c.Settle: 200 * time.Millisecond,
		&c.Timeout: 5 * time.Second,
	} {
		if *field <= 0 {
			*field = value
		}
	}
	c.Silence = max(c.Silence, c.Heartbeat+time.Millisecond)
	if c.MaxMessage <= 0 {
		c.MaxMessage = 16 << 20
	}
}

// opener is the [adapter.Opener] of a bus.
type opener struct {
	bus    Bus
	config Config
}

// Over returns an opener for the nodes that share the bus. An [adapter.MissingError] of its
// adapters has the names of nodes: 16 hex digits, anew for each namespace and start.
func Over(b Bus, c Config) adapter.Opener {
	c.setDefaults()
	return &opener{b, c}
}

// Forwarder returns what has the nodes serve each other's requests over the bus; see
// everwire.Config.NoForwarding.
func (o *opener) Forwarder() *forward.Forwarder {
	return forward.New(o.bus, forward.Config{
		Prefix: o.config.Prefix, Heartbeat: o.config.Heartbeat, Silence: o.config.Silence, Settle: o.config.Settle,
	})
}

// Open implements [adapter.Opener].
func (o *opener) Open(namespace string, local adapter.Local) (adapter.Adapter, error) {
	n := node.New(node.Config{Namespace: namespace, Local: local, Timeout: o.config.Timeout})
	l := &link{
		opener:  o,
		node:    n,
		topic:   o.config.Prefix + "." + base64.RawURLEncoding.EncodeToString([]byte(namespace)),
		settled: time.Now().Add(o.config.Settle),
		members: make(map[string]time.Time),
		done:    make(chan struct{}),
	}
	l.ctx, l.end = context.WithCancel(context.Background())
	n.Link(l)
	if err := l.start(); err != nil {
		_ = n.Close() // err says what is wrong
		return nil, fmt.Errorf("cluster: namespace %q: %w", namespace, err)
	}
	return n, nil
}

// all is where messages for all nodes go, and private those for one.
func (l *link) all() string                { return l.topic + ".all" }
func (l *link) private(name string) string { return l.topic + ".node." + name }

func (l *link) start() error {
	for _, topic := range []string{l.private(l.node.Name), l.all()} {
		stop, err := l.bus.Subscribe(l.ctx, topic, l.receive)
		if err != nil {
			close(l.done)
			return err
		}
		l.stops = append(l.stops, stop)
	}
	// Owned by the link, and ends with it; blocks in Publish alone.
	go l.run()
	return l.Send(&node.Message{Type: node.Hello, From: l.node.Name})
}

// Send implements [node.Link].
func (l *link) Send(m *node.Message) error {
	if err := l.publish(l.all(), m); err != nil {
		return err
	}
	l.mu.Lock()
	l.sent = time.Now()
	l.mu.Unlock()
	return nil
}

// Reply implements [node.Link].
func (l *link) Reply(to, m *node.Message) error { return l.publish(l.private(to.From), m) }

func (l *link) publish(topic string, m *node.Message) error {
	e, err := l.node.Envelope(m)
	if err != nil {
		return err
	}
	payload, err := wire.Append(nil, e)
	if err != nil {
		return err
	}
	if len(payload) > l.config.MaxMessage {
		return fmt.Errorf("cluster: message of %d bytes is larger than Config.MaxMessage", len(payload))
	}
	return l.bus.Publish(context.Background(), topic, payload)
}

// receive takes a message of the bus. One that is none is dropped.
func (l *link) receive(payload []byte) {
	if len(payload) > l.config.MaxMessage {
		return
	}
	m, err := l.node.ParseEnvelope(payload)
	if err != nil || m.From == l.node.Name || !l.heard(m) {
		return
	}
	switch m.Type {
	case node.Hello:
		// Who is new hears of this node later if this gets lost.
		_ = l.Reply(m, &node.Message{Type: node.Heartbeat, From: l.node.Name})
	case node.Heartbeat, node.Goodbye:
	default:
		l.node.Receive(m)
	}
}
