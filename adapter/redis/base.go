// base.go: what the modes have in common.

package redis

import (
	"context"

	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// base is the half of a link that does not depend on the mode.
type base struct {
	*hub
	node    *node.Node
	channel string // of the namespace
	leave   func() // the cluster
	topics  []subscribed
}

type subscribed struct {
	subscriber *subscriber
	topic      topic
}

// listen subscribes, and waits until Redis has confirmed.
func (b *base) listen(h handler, topics ...topic) error {
	for _, t := range topics {
		s, err := b.subscriber(t)
		if err != nil {
			return err
		}
		b.topics = append(b.topics, subscribed{s, t})
		if err := s.wait(t, h); err != nil {
			return err
		}
	}
	return nil
}

// Close implements [node.Link].
func (b *base) Close() error {
	for _, t := range b.topics {
		t.subscriber.drop(t.topic)
	}
	b.leave()
	return nil
}

// receive reads a message with parse, and hands it to the node.
func (b *base) receive(payload string, parse func([]byte) (*node.Message, error)) {
	if len(payload) > b.config.MaxMessage {
		b.ignore()
		return
	}
	m, err := parse([]byte(payload))
	if err != nil {
		b.ignore()
		return
	}
	b.node.Receive(m)
}

func (b *base) ignore() { b.tally.ignored.Add(1) }

// others counts those who have subscribed to a channel of all nodes; own is one of this
// node alone.
func (b *base) others(ctx context.Context, channel, own string, s scope) (int, []string, error) {
	n, err := b.numSub(ctx, channel, own, s)
	return max(n, 0), nil, err
}

// appendTo is how a message becomes bytes.
type appendTo func(dst []byte, v any) ([]byte, error)

// send writes a message in the form of the official cluster adapters, and publishes it.
func (b *base) send(command, channel string, m *node.Message, write appendTo) error {
	e, err := b.node.Envelope(m)
	if err != nil {
		return err
	}
	payload, err := write(nil, e)
	if err != nil {
		return err
	}
	return b.publish(command, channel, payload)
}

// private is the channel of one node's answers.
func (b *base) private(name string) string { return b.channel + name + "#" }

var _ appendTo = wire.Append
