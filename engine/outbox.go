// outbox.go: the numbered queue of a session's outgoing messages.

package engine

import (
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// Limits of what may wait for a client, in bytes. One message always fits.
const (
	outboxMax      = 4 << 20 // more than this is slow at once
	outboxStale    = 1 << 20 // more than this is slow if nothing was taken for outboxPatience
	outboxPatience = 10 * time.Second
)

// outbox holds the messages that the peer may still need. Messages are numbered
// 1, 2, 3, … in the order of push. A number is handed to a connection with next
// and forgotten with ack; a session without resumption acknowledges what it has
// handed out itself.
type outbox struct {
	queue []*Message // queue[head+i] has number base+1+i
	head  int
	base  uint64 // everything up to this number is forgotten
	bytes int
}

// keep is the largest capacity that an empty queue may hold on to.
const keep = 16

func (o *outbox) last() uint64 { return o.base + uint64(len(o.queue)-o.head) }

func (o *outbox) push(m *Message) {
	o.queue = append(o.queue, m)
	o.bytes += m.size
}

// fits reports whether one more message of that size may wait.
func (o *outbox) fits(size int) bool { return o.bytes == 0 || o.bytes+size <= outboxMax }

// next appends to b the messages after number pos, as many as b has room for and
// at least one, and returns the number of the last.
func (o *outbox) next(pos uint64, b *Batch) uint64 {
	for _, m := range o.queue[o.head+int(pos-o.base):] {
		if !b.take(m) {
			break
		}
		pos++
	}
	return pos
}

// ack forgets everything up to number n.
func (o *outbox) ack(n uint64) {
	for ; o.base < n; o.base++ {
		o.bytes -= o.queue[o.head].size
		o.queue[o.head] = nil
		o.head++
	}
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

// drop forgets everything at the end of a session.
func (o *outbox) drop() {
	o.base, o.queue, o.head, o.bytes = o.last(), nil, 0, 0
}

// Batch is what a connection takes in one step: control packets, then messages,
// then perhaps the end. The zero Batch takes any number of packets and bytes.
// A Batch may be used again; each call empties it first.
type Batch struct {
	MaxPackets int // 0: any number. One message is taken whatever its packets
	MaxBytes   int // 0: any number. One message is taken whatever its size

	Control  []eio.Packet
	Messages []*Message
	Last     uint64   // number of the last message that the connection has been handed
	End      eio.Type // not 0: this was the last batch; where the transport has no close of its own, this packet says so

	packets, bytes int
}

// Empty reports whether there is nothing to write.
func (b *Batch) Empty() bool {
	return len(b.Control) == 0 && len(b.Messages) == 0 && b.End == 0
}

func (b *Batch) reset() {
	clear(b.Messages)
	*b = Batch{MaxPackets: b.MaxPackets, MaxBytes: b.MaxBytes, Control: b.Control[:0], Messages: b.Messages[:0]}
}

// take adds m if there is room, or if it is the first.
func (b *Batch) take(m *Message) bool {
	n, size := b.packets+len(m.packets), b.bytes+m.size
	over := b.MaxPackets > 0 && n > b.MaxPackets || b.MaxBytes > 0 && size > b.MaxBytes
	if over && len(b.Messages) > 0 {
		return false
	}
	b.Messages = append(b.Messages, m)
	b.packets, b.bytes = n, size
	return true
}
