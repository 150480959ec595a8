// message.go: what is sent: one event with its attachments, encoded once and
// shared by all sessions that it goes to.

package engine

import (
	"sync/atomic"

	"github.com/everwire/everwire/engine/eio"
)

// Message is one or more packets that travel as one unit: an event and its
// binary attachments. It never changes, so that a broadcast is one Message in
// many outboxes.
type Message struct {
	packets []eio.Packet
	one     [1]eio.Packet // packets of a message without attachments
	size    int
	holders [hoards]int32 // sessions that keep it, by the hoard that they are in; guarded by hoard.mu
	payload atomic.Pointer[[]byte]
	traits  *Traits

	deflated atomic.Pointer[[]deflated] // see deflate.go
}

// Traits is how a message is to be sent, where that is not as usual.
type Traits struct {
	NoCompress bool   // it is not worth compressing
	Volatile   bool   // it is dropped for a client that cannot take it at once
	Key        string // it takes the place of the message of that key that still waits; "": of none
	Owner      any    // comparable: whose message it is, for the receiver; nil: it need not come back
	Mark       string // of the receiver
}

// SetTraits sets the message's traits, before it is sent for the first time.
func (m *Message) SetTraits(t Traits) { m.traits = &t }

// Traits returns the message's traits, nil for one that is sent as usual. They must
// not be changed.
func (m *Message) Traits() *Traits { return m.traits }

// overhead is what a message is counted for beside its data: headers and the
// places it takes in outboxes. It keeps a flood of empty messages bounded.
const overhead = 32

// NewMessage makes a message of packets, all of type [eio.Message]. It keeps them.
func NewMessage(packets ...eio.Packet) *Message {
	m, _ := BuildMessage(func(dst []eio.Packet) ([]eio.Packet, error) { return append(dst, packets...), nil })
	return m
}

// BuildMessage makes a message of the packets that build appends to dst, where
// there is room for one without an allocation. Its error is that of build.
func BuildMessage(build func(dst []eio.Packet) ([]eio.Packet, error)) (*Message, error) {
	m := &Message{size: overhead}
	var err error
	if m.packets, err = build(m.one[:0]); err != nil {
		return nil, err
	}
	for _, p := range m.packets {
		m.size += len(p.Data)
	}
	return m, nil
}

// Packets returns the message's packets. They must not be changed.
func (m *Message) Packets() []eio.Packet { return m.packets }

// Size returns the bytes that the message counts for where memory is limited.
func (m *Message) Size() int { return m.size }

// weight is the size of a message, and 0 of none.
func (m *Message) weight() int {
	if m == nil {
		return 0
	}
	return m.size
}

// from returns the message without its first n packets, which the peer has.
func (m *Message) from(n int) *Message {
	if n == 0 {
		return m
	}
	rest := NewMessage(m.packets[n:]...)
	rest.traits = m.traits
	return rest
}

// AppendPayload appends the message's packets to the polling payload dst, which
// began at length start.
//
// A message with binary data keeps its base64 after the first call, since a
// broadcast asks for it once per polling session.
func (m *Message) AppendPayload(dst []byte, start int) []byte {
	if len(m.packets) == 1 && !m.packets[0].Binary {
		return eio.AppendPayload(dst, start, m.packets[0])
	}
	p := m.payload.Load()
	if p == nil {
		var b []byte
		for _, pkt := range m.packets {
			b = eio.AppendPayload(b, 0, pkt)
		}
		p = &b
		m.payload.Store(p)
	}
	if len(dst) > start {
		dst = append(dst, eio.Separator)
	}
	return append(dst, *p...)
}
