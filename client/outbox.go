// outbox.go: what the client sends: units that wait, and numbered messages that the
// server has not acknowledged.

package client

import "github.com/everwire/everwire/engine/eio"

// unit is one Socket.IO packet on its way: a text message and its attachments.
type unit struct {
	packets []eio.Packet
	size    int // of the packets in their text form
	socket  *Socket
	event   bool  // an event of the application: if it was never sent, the next session may send it
	call    *call // that waits for its answer, or nil
}

func newUnit(s *Socket, packets []eio.Packet) *unit {
	u := &unit{packets: packets, socket: s}
	for _, p := range packets {
		u.size += p.Len()
	}
	return u
}

// outbox holds the messages that were numbered: base is the number of the last one
// that the server has acknowledged, last that of the last one.
type outbox struct {
	base, last int64
	kept       []eio.Packet // numbers base+1 to last
	size       int          // of kept, in their text form
}

// add numbers the messages of a unit.
func (o *outbox) add(u *unit) {
	o.kept = append(o.kept, u.packets...)
	o.last += int64(len(u.packets))
	o.size += u.size
}

// from returns the messages after number n, which is not below base.
func (o *outbox) from(n int64) []eio.Packet { return o.kept[n-o.base:] }

// trim drops the messages up to number n, which is not above last. It reports
// whether there were any.
func (o *outbox) trim(n int64) bool {
	if n <= o.base {
		return false
	}
	d := n - o.base
	for _, p := range o.kept[:d] {
		o.size -= p.Len()
	}
	clear(o.kept[:d])
	o.kept = o.kept[d:]
	if len(o.kept) == 0 {
		o.kept = nil
	}
	o.base = n
	return true
}
