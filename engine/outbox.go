// outbox.go: the numbered queue of a session's outgoing messages.

package engine

import (
	"iter"
	"slices"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// Limits of what may wait for a client, in bytes. One message always fits.
const (
	outboxMax      = 4 << 20 // more than this is slow at once
	outboxStale    = 1 << 20 // more than this is slow if nothing was taken for outboxPatience
	outboxPatience = 10 * time.Second
)

// outbox holds the messages that the peer may still need. Their packets are
// numbered 1, 2, 3, … in the order of push. A packet is handed to a connection with
// next and forgotten with ack; a session without resumption acknowledges what it
// has handed out itself.
type outbox struct {
	queue []*Message
	head  int
	base  uint64 // everything up to this number is forgotten
	tail  uint64 // number of the last packet
	sent  uint64 // number of the last packet that was handed to any connection
	gone  uint64 // how many messages are forgotten as a whole
	part  int    // how many packets of the first message are forgotten
	bytes int
	total int // bytes of all messages, the forgotten ones too

	taken uint64            // how many messages any connection was handed, or a part of them, since the session began
	keyed map[string]uint64 // how many messages stand before the latest of a key; nil without keys
}

// cursor is where a connection stands in the outbox.
type cursor struct {
	n    uint64 // number of the last packet that it was handed
	next uint64 // how many messages stand before the one to go on with, since the session began
	part int    // how many packets of that one it was handed

	bytes int // of the messages before it
}

// keep is the largest capacity that an empty queue may hold on to.
const keep = 16

func (o *outbox) push(m *Message) {
	if m.traits != nil && m.traits.Key != "" {
		if o.keyed == nil {
			o.keyed = make(map[string]uint64)
		}
		o.keyed[m.traits.Key] = o.count()
	}
	o.queue = append(o.queue, m)
	o.bytes += m.size
	o.total += m.size
	o.tail += uint64(len(m.packets))
}

// waiting returns the message of m's key that no connection was handed yet, and its
// place; nil without one.
func (o *outbox) waiting(m *Message) (old *Message, at int) {
	if m.traits == nil || m.traits.Key == "" {
		return nil, 0
	}
	n, ok := o.keyed[m.traits.Key]
	if !ok || n < o.taken {
		return nil, 0
	}
	at = o.head + int(n-o.gone)
	return o.queue[at], at
}

// put appends m, or puts it in the place of old.
func (o *outbox) put(m, old *Message, at int) {
	if old == nil {
		o.push(m)
	} else {
		o.replace(at, m)
	}
}

// count returns how many messages there were since the session began.
func (o *outbox) count() uint64 { return o.gone + uint64(len(o.queue)-o.head) }

// replace puts m in the place of a message that waits. Nobody has seen the numbers of
// what stands behind it.
func (o *outbox) replace(at int, m *Message) {
	old := o.queue[at]
	o.queue[at] = m
	o.bytes += m.size - old.size
	o.total += m.size - old.size
	o.tail += uint64(len(m.packets)) - uint64(len(old.packets))
}

// fits reports whether one more message of that size may wait beside what waits.
func fits(waiting, size, most int) bool { return waiting == 0 || waiting+size <= most }

// start returns the cursor behind all that is forgotten.
func (o *outbox) start() cursor { return cursor{o.base, o.gone, o.part, o.total - o.bytes} }

// behind returns how many bytes of messages stand behind c.
func (o *outbox) behind(c cursor) int { return o.total - c.bytes }

// seek returns the cursor behind packet n, or behind what is forgotten.
func (o *outbox) seek(n uint64) cursor {
	c := o.start()
	for c.n < n && int(c.next-o.gone) < len(o.queue)-o.head {
		c.forward(o.queue[o.head+int(c.next-o.gone)], n)
	}
	return c
}

// forward moves over what is left of m, or up to n.
func (c *cursor) forward(m *Message, n uint64) {
	left := len(m.packets) - c.part
	if rest := n - c.n; uint64(left) > rest {
		c.part, c.n = c.part+int(rest), n
		return
	}
	c.n, c.next, c.part = c.n+uint64(left), c.next+1, 0
	c.bytes += m.size
}

// next appends to b what comes behind c, as much as b has room for and at least
// one message, and moves c.
func (o *outbox) next(c *cursor, b *Batch) {
	if c.n < o.base {
		*c = o.start() // acknowledged through another connection
	}
	for _, m := range o.queue[o.head+int(c.next-o.gone):] {
		if !b.take(m.from(c.part)) {
			break
		}
		c.forward(m, c.n+uint64(len(m.packets)-c.part))
	}
	o.sent = max(o.sent, c.n)
	o.taken = max(o.taken, c.next) // whole messages: a batch takes none in part
}

// ack forgets everything up to number n.
func (o *outbox) ack(n uint64) {
	for o.base < n && o.head < len(o.queue) {
		m := o.queue[o.head]
		c := o.start()
		c.forward(m, n)
		o.base, o.part = c.n, c.part
		if c.next == o.gone {
			break
		}
		o.forgetKey(m)
		o.gone = c.next
		o.bytes -= m.size
		o.queue[o.head] = nil
		o.head++
	}
	o.compact()
}

// forgetKey forgets that the first message is the latest of its key.
func (o *outbox) forgetKey(m *Message) {
	if m.traits != nil && m.traits.Key != "" && o.keyed[m.traits.Key] == o.gone {
		delete(o.keyed, m.traits.Key)
	}
}

func (o *outbox) compact() {
	switch left := len(o.queue) - o.head; {
	case left == 0 && cap(o.queue) > keep:
		o.queue, o.head = nil, 0
	case left == 0:
		o.queue, o.head = o.queue[:0], 0
	case o.head > len(o.queue)/2:
		copy(o.queue, o.queue[o.head:])
		clear(o.queue[left:])
		o.queue, o.head = o.queue[:left], 0
	}
}

// messages ranges over what is not forgotten.
func (o *outbox) messages() iter.Seq[*Message] { return slices.Values(o.queue[o.head:]) }

// between ranges over the messages from one cursor to another, both between messages.
func (o *outbox) between(from, to cursor) iter.Seq[*Message] {
	first := o.head + int(from.next-o.gone)
	return slices.Values(o.queue[first : first+int(to.next-from.next)])
}

// drop forgets everything at the end of a session.
func (o *outbox) drop() {
	o.gone += uint64(len(o.queue) - o.head)
	o.base, o.part, o.queue, o.head, o.bytes, o.keyed = o.tail, 0, nil, 0, 0, nil
}

// Batch is what a connection takes in one step: control packets, then messages,
// then perhaps the end. The zero Batch takes any number of packets and bytes.
// A Batch may be used again; each call empties it first.
type Batch struct {
	MaxPackets int // 0: any number. One message is taken whatever its packets
	MaxBytes   int // 0: any number. One message is taken whatever its size

	Control  []eio.Packet
	Messages []*Message
	Tail     []eio.Packet // control packets that stand behind the messages
	Last     uint64       // number of the last message packet that the connection has been handed

	End  eio.Type // not 0: this was the last batch; where the transport has no close of its own, this packet says so
	Code int      // not 0: the connection ends and not the session, a WebSocket by a close frame with this code

	packets, bytes int
	unlimited      bool // the number of packets is not limited for this client
}

// Empty reports whether there is nothing to write.
func (b *Batch) Empty() bool {
	return len(b.Control) == 0 && len(b.Messages) == 0 && len(b.Tail) == 0 && b.End == 0
}

// AppendPayload appends all packets to dst as one polling payload.
func (b *Batch) AppendPayload(dst []byte) []byte {
	start := len(dst)
	for _, p := range b.Control {
		dst = eio.AppendPayload(dst, start, p)
	}
	for _, m := range b.Messages {
		dst = m.AppendPayload(dst, start)
	}
	for _, p := range b.Tail {
		dst = eio.AppendPayload(dst, start, p)
	}
	// Where only the connection ends, and not the session, nothing says so but a poll.
	if b.End != 0 && len(b.Tail) == 0 && (b.Code == 0 || b.End == eio.Noop) {
		dst = eio.AppendPayload(dst, start, eio.Packet{Type: b.End})
	}
	return dst
}

func (b *Batch) reset() {
	clear(b.Messages)
	*b = Batch{MaxPackets: b.MaxPackets, MaxBytes: b.MaxBytes, Control: b.Control[:0], Messages: b.Messages[:0], Tail: b.Tail[:0]}
}

// take adds m if there is room, or if it is the first.
func (b *Batch) take(m *Message) bool {
	n, size := b.packets+len(m.packets), b.bytes+m.size
	over := b.MaxPackets > 0 && !b.unlimited && n > b.MaxPackets || b.MaxBytes > 0 && size > b.MaxBytes
	if over && len(b.Messages) > 0 {
		return false
	}
	b.Messages = append(b.Messages, m)
	b.packets, b.bytes = n, size
	return true
}
