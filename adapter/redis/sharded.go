// sharded.go: mode Sharded.
//
//	<prefix>#<nsp>#         everything but what follows
//	<prefix>#<nsp>#<uid>#   answers to the node uid
//	<prefix>#<nsp>#<room>#  broadcasts to one room, if rooms have channels

package redis

import (
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// shards is one namespace.
type shards struct{ base }

func newSharded(b base) *shards {
	b.scope, b.public, b.answers = sharded, b.channel, b.channel
	return &shards{b}
}

func (s *shards) start() error {
	return s.listen(s.message, topic{sharded, s.private(s.node.Name)}, topic{sharded, s.channel})
}

func (s *shards) message(_, payload string) { s.receive(payload, s.node.ParseEnvelope) }

// Send implements [node.Link].
func (s *shards) Send(m *node.Message) error { return s.send("spublish", s.channel, m, wire.Append) }

// Reply implements [node.Link].
func (s *shards) Reply(to, m *node.Message) error {
	return s.send("spublish", s.private(to.From), m, wire.Append)
}

// dynamic is one namespace whose rooms have channels.
type dynamic struct {
	*shards
	rooms      adapter.Rooms // nil if the namespace does not know
	privateToo bool
}

func newDynamic(b base, l adapter.Local, mode Subscriptions) *dynamic {
	rooms, _ := l.(adapter.Rooms)
	return &dynamic{newSharded(b), rooms, mode == DynamicPrivate}
}

// idLength is that of the IDs of sockets, by which official servers tell them from rooms.
const idLength = 20

// hasChannel tells whether who publishes expects the room to have a channel.
func (d *dynamic) hasChannel(room string) bool { return d.privateToo || len([]rune(room)) != idLength }

// Send implements [node.Link].
func (d *dynamic) Send(m *node.Message) error {
	if m.Type == node.Broadcast && m.Request == "" && len(m.Op.Rooms) == 1 && d.hasChannel(m.Op.Rooms[0]) {
		return d.send("spublish", d.channel+m.Op.Rooms[0]+"#", m, wire.Append)
	}
	return d.shards.Send(m)
}

// FollowRoom implements [adapter.Follower]. A room that has the name of this node has its
// channel too. One of the name of a socket's ID is there while either is.
func (d *dynamic) FollowRoom(name string, exists, private bool) {
	if private && !d.privateToo || name == d.node.Name || d.node.Closed() {
		return
	}
	t := topic{sharded, d.channel + name + "#"}
	if !exists && (d.rooms == nil || !d.rooms.HasRoom(name)) {
		d.drop(t)
		return
	}
	if err := d.want(t, want{handler: d.message}); err != nil {
		d.node.Fault(adapter.Fault{Kind: adapter.Missed, Err: err})
	}
}
