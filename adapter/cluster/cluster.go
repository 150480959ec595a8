// Package cluster makes an adapter of anything that carries messages from node to node:
// a [Bus]. Who is there, who answers, and who does not, is written here once.
//
//	everwire.New(everwire.Config{Adapter: cluster.Over(bus, cluster.Config{})})
//
// Messages have the form of the official adapters that are made of heartbeats; which nodes
// can be in one cluster with others is for the Bus to say.
//
// # What gets where
//
// Each room with members has a topic of its own, and nodes without members of a room
// receive none of its broadcasts. Broadcasts to everybody or to more than 8 rooms,
// questions, and what changes rooms or ends sockets go to all nodes; so do, for two
// seconds, broadcasts to a room that sockets of other nodes were made to join. What one
// goroutine publishes is applied on each other node in that order, whatever the rooms.
//
// When the first socket of a node joins a room, the node subscribes to its topic: by the
// time Join returns, that is on its way, one round trip to the bus. What another node
// sends to that room alone in between is not received. Sockets that are in the room
// already are not affected, nor those that join it later; nor who comes back to a room
// that was empty for less than a second. What must not be missed is asked for after the
// join, sent to the socket, or sent to everybody.
//
// Messages are numbered: a node notices those that have not come, and tells so, see
// [adapter.Fault]. Nothing is sent twice.
package cluster

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/forward"
	"github.com/everwire/everwire/adapter/internal/node"
)

// Bus carries payloads between nodes. Its methods may be called concurrently.
type Bus interface {
	// Publish has payload brought to all who have subscribed to topic, on all nodes,
	// also on this one. It does not wait for them, and does not keep payload. The
	// order of what one goroutine publishes is kept, for all topics together: the
	// functions that one node has subscribed are called in that order. An error says
	// that it was not published.
	Publish(ctx context.Context, topic string, payload []byte) error

	// Subscribe calls f for each payload, one at a time. It returns when what others
	// publish from now on will come. f does not block, and does not keep payload.
	// After stop has returned, which waits for f and is not called by it, no call of f
	// begins. Topics are made of letters, digits, "-", "_" and ".", which stands alone;
	// they have less than 800 bytes.
	Subscribe(ctx context.Context, topic string, f func(payload []byte)) (stop func(), err error)
}

// Reporter may be implemented by a [Bus] that knows of messages that it has lost.
type Reporter interface {
	// Report has f told of those in topics that begin with the words of base, and of
	// times without a connection. f does not block, and is not called after stop, which
	// it does not call, has returned.
	Report(base string, f func(adapter.Fault)) (stop func())
}

// Config sets up a cluster or an [Emitter]. A zero field means its default; all nodes need the same.
type Config struct {
	Prefix     string        // of topics: words of letters, digits, - and _, with dots between; default "everwire"
	Heartbeat  time.Duration // a node that has sent nothing for so long says that it is there; default 3 s
	Silence    time.Duration // after which a node counts as gone, while the bus is there; default 9 s, at least twice Heartbeat
	Settle     time.Duration // how long a new node waits for those that are there, before it asks; default 200 ms
	Timeout    time.Duration // for which others may describe or count their sockets; default 5 s
	MaxMessage int           // bytes; larger messages are refused, or dropped when they arrive; default 16 MiB

	// Private gives sockets topics of their own, as rooms have. What is sent to one
	// socket of another node reaches that node alone, and each socket costs a
	// subscription, about a kilobyte. Without it, what is sent to sockets of other nodes
	// by their IDs, and to rooms whose names have 20 bytes as these have, goes to all
	// nodes; rooms such as "user:7" cost less. Default false.
	Private bool
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
	c.Silence = max(c.Silence, 2*c.Heartbeat)
	if c.MaxMessage <= 0 {
		c.MaxMessage = 16 << 20
	}
}

// opener is the [adapter.Opener] of a bus.
type opener struct {
	bus    Bus
	config Config
	up     atomic.Bool // a namespace was open
}

// Over returns an opener for the nodes that share the bus. An [adapter.MissingError] of its
// adapters has the names of nodes: 16 hex digits, anew for each namespace and start.
func Over(b Bus, c Config) adapter.Opener {
	c.setDefaults()
	return &opener{bus: b, config: c}
}

// Forwarder returns what has the nodes serve each other's requests over the bus; see
// everwire.Config.NoForwarding.
func (o *opener) Forwarder() *forward.Forwarder {
	return forward.New(o.bus, forward.Config{
		Prefix: o.config.Prefix, Heartbeat: o.config.Heartbeat, Silence: o.config.Silence, Settle: o.config.Settle,
	})
}

// Open implements [adapter.Opener]. It waits for the bus: for the first namespace, an error
// says that it was not there within Config.Timeout. For those that come later it waits for a
// second at most: their clients reach each other, and the rest follows. Both is told as a
// fault, [adapter.Missed].
func (o *opener) Open(namespace string, local adapter.Local) (adapter.Adapter, error) {
	if !validPrefix.MatchString(o.config.Prefix) {
		return nil, fmt.Errorf("%w: %q", errPrefix, o.config.Prefix)
	}
	n := node.New(node.Config{Namespace: namespace, Local: local, Timeout: o.config.Timeout})
	l := newLink(o, n)
	n.Link(l)
	if err := l.start(); err != nil {
		_ = n.Close() // err says what is wrong
		return nil, fmt.Errorf("cluster: namespace %q: %w", namespace, err)
	}
	return struct {
		*node.Node
		adapter.Follower
	}{n, l.rooms}, nil
}
