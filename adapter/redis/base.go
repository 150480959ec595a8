// base.go: what the modes have in common.

package redis

import (
	"context"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// base is the half of a link that does not depend on the mode.
type base struct {
	*hub
	node    *node.Node
	channel string      // of the namespace
	scope   scope       // of the two that follow
	public  string      // channel of all nodes
	answers string      // channel of a node, up to its name
	leave   func()      // the cluster
	up      func() bool // the cluster has been there
	topics  []topic
	late    bool // not all topics were confirmed in time; of who opens it
}

// listen subscribes, and waits until Redis has confirmed. Once the cluster has been there,
// it goes on without that after a while, and what it misses is told.
func (b *base) listen(h handler, topics ...topic) error {
	for _, t := range topics {
		err := b.subscribe(t, h)
		b.topics = append(b.topics, t)
		if err != nil && !b.up() {
			return err
		}
		if err != nil && !b.late {
			b.late = true
			b.node.Fault(adapter.Fault{Kind: adapter.Missed, Err: err})
		}
	}
	return nil
}

func (b *base) subscribe(t topic, h handler) error {
	w := want{handler: h}
	if t.scope == pattern || t.scope == sharded && t.name == b.channel {
		w.tell = b.cut
	}
	s, err := b.place(t)
	if err != nil {
		b.shelve(t, w)
		return err
	}
	patience := b.config.Timeout
	switch {
	case b.late: // there is no use in waiting for each
		patience = 0
	case b.up():
		patience = min(patience, node.LateAfter)
	}
	return s.wait(t, w, patience)
}

// Close implements [node.Link].
func (b *base) Close() error {
	for _, t := range b.topics {
		b.drop(t)
	}
	b.leave()
	return nil
}

// receive reads a message with parse, and hands it to the node.
func (b *base) receive(payload string, parse func([]byte) (*node.Message, error)) {
	if m := b.parsed(payload, parse); m != nil {
		b.node.Receive(m)
	}
}

// parsed reads a message; nil if it is none, or this node's own.
func (b *base) parsed(payload string, parse func([]byte) (*node.Message, error)) *node.Message {
	if node.IsOwn(b.node, payload) {
		return nil
	}
	if len(payload) > b.config.MaxMessage {
		b.ignore(ErrTooLarge)
		return nil
	}
	m, err := parse([]byte(payload))
	if err != nil {
		b.ignore(err)
		return nil
	}
	return m
}

func (b *base) ignore(err error) {
	b.tally.ignored.Add(1)
	b.node.Fault(adapter.Fault{Kind: adapter.Ignored, Messages: 1, Err: err})
}

// lost tells of what was to be published, and was not, if that is what became of it.
func (b *base) lost(err error) {
	if err != nil {
		b.node.Fault(adapter.Fault{Kind: adapter.Lost, Messages: 1, Err: err})
	}
}

// cut tells that the connection was away: nobody knows what came meanwhile.
func (b *base) cut() { b.node.Fault(adapter.Fault{Kind: adapter.Missed}) }

// Others implements [node.Link].
func (b *base) Others(ctx context.Context) (int, []string, error) {
	n, _, err := b.Count(ctx, nil)
	return n, nil, err
}

// Count implements [node.Census]. Nodes are those who have subscribed to the channel of
// all, without this one, if it has just now, and each has a channel of its own.
func (b *base) Count(ctx context.Context, names []string) (others int, gone []string, err error) {
	channels := []string{b.public, b.private(b.node.Name)}
	for _, name := range names {
		channels = append(channels, b.private(name))
	}
	counts, err := b.numSub(ctx, b.scope, channels...)
	for i, name := range names {
		if counts[channels[2+i]] == 0 {
			gone = append(gone, name)
		}
	}
	return int(max(counts[channels[0]]-min(counts[channels[1]], 1), 0)), gone, err
}

// appendTo is how a message becomes bytes.
type appendTo func(dst []byte, v any) ([]byte, error)

// usualSize is what most messages have room in, so that they are not copied as they grow.
const usualSize = 256

// send writes a message in the form of the official cluster adapters, and publishes it.
func (b *base) send(command, channel string, m *node.Message, write appendTo) error {
	e, err := b.node.Envelope(m)
	if err != nil {
		return err
	}
	payload, err := write(make([]byte, 0, usualSize), e)
	if err != nil {
		return err
	}
	return b.publish(command, channel, payload, b.lost)
}

// private is the channel of one node's answers.
func (b *base) private(name string) string { return b.answers + name + "#" }

var _ appendTo = wire.Append
