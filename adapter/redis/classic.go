// classic.go: mode Classic.
//
//	<prefix>#<nsp>#, <prefix>#<nsp>#<room>#   broadcasts: MessagePack [uid, packet, opts]
//	<prefix>-request#<nsp>#                   requests
//	<prefix>-response#<nsp>#<uid>#            answers to the node uid; without <uid># to all

package redis

import (
	"strings"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// classic is one namespace.
type classic struct {
	base
	rooms adapter.Rooms // nil if the namespace does not know
	own   string        // what broadcasts of this node begin with
}

func newClassic(b base, l adapter.Local) *classic {
	c := &classic{base: b}
	c.rooms, _ = l.(adapter.Rooms)
	own, _ := wire.AppendMsgpack(nil, wire.List{b.node.Name, nil, nil}) // a text has no error
	c.own = string(own[:len(own)-2])
	c.public = b.config.Prefix + "-request#" + b.node.Namespace + "#"
	c.answers = b.config.Prefix + "-response#" + b.node.Namespace + "#"
	return c
}

// literal quotes what a pattern of Redis would take for more than itself.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`)

func (c *classic) start() error {
	if err := c.listen(c.broadcast, topic{pattern, literal.Replace(c.channel) + "*"}); err != nil {
		return err
	}
	if err := c.listen(c.response, topic{plain, c.answers}, topic{plain, c.private(c.node.Name)}); err != nil {
		return err
	}
	// Last: other nodes count this one as soon as it has subscribed to this.
	return c.listen(c.request, topic{plain, c.public})
}

// broadcast drops what this node has sent, and what is for a room without members here,
// before it reads it.
func (c *classic) broadcast(channel, payload string) {
	if strings.HasPrefix(payload, c.own) {
		return
	}
	if room := strings.TrimPrefix(channel, c.channel); room != "" && c.rooms != nil {
		if !c.rooms.HasRoom(strings.TrimSuffix(room, "#")) {
			return
		}
	}
	c.receive(payload, c.parseBroadcast)
}

func (c *classic) request(_, payload string) { c.receive(payload, c.parseRequest) }

func (c *classic) response(_, payload string) { c.receive(payload, parseResponse) }

// Send implements [node.Link].
func (c *classic) Send(m *node.Message) error {
	if m.Type == node.Broadcast && m.Request == "" {
		payload, err := classicBroadcast(m, c.node.Namespace)
		if err != nil {
			return err
		}
		channel := c.channel
		if len(m.Op.Rooms) == 1 {
			channel += m.Op.Rooms[0] + "#"
		}
		return c.publish("publish", channel, payload, c.lost)
	}
	request, err := classicRequest(m, c.node.Namespace)
	if err != nil {
		return err
	}
	write := wire.Append
	if m.Type == node.Broadcast {
		write = wire.AppendMsgpack
	}
	return c.put(c.public, request, write)
}

// Reply implements [node.Link].
func (c *classic) Reply(to, m *node.Message) error {
	response, err := classicResponse(to, m)
	if err != nil {
		return err
	}
	channel := c.answers
	if to.From != "" {
		channel = c.private(to.From)
	}
	write := wire.Append
	if m.Type == node.Ack {
		write = wire.AppendMsgpack
	}
	return c.put(channel, response, write)
}

func (c *classic) put(channel string, m wire.Map, write appendTo) error {
	payload, err := write(nil, m)
	if err != nil {
		return err
	}
	return c.publish("publish", channel, payload, c.lost)
}
