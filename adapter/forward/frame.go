// frame.go: messages between forwarders.

package forward

import "encoding/binary"

// A frame is 1 byte of kind, 8 of the sender, 8 that name the stream or the claim, 4
// of the number in the stream, and data.
const headerSize = 21

// The kinds of frames. In those of a stream, ofDialer tells who of the two sends.
const (
	hello   byte = iota + 1 // a node is new; data is its tag
	beat                    // a node is there; data is its tag
	bye                     // a node leaves; data is its tag
	claim                   // data is the name of a race and the tag of who asks
	claimed                 // data is the tag of the node that the race belongs to

	open   // begins a stream; data is a [meta] and the first bytes
	accept // the stream is taken
	data   // bytes
	credit // data is how many bytes more may be sent
	mark   // the number is that of the last frame: whether one was lost shows
	fin    // the sender has closed the stream
	reset  // the sender does not know the stream, or has given it up

	ofDialer = 0x80
)

type frame struct {
	kind byte
	from nodeID
	id   uint64
	seq  uint32
	data []byte
}

func (m *frame) append(b []byte) []byte {
	b = append(b, m.kind)
	b = append(b, m.from[:]...)
	b = binary.BigEndian.AppendUint64(b, m.id)
	b = binary.BigEndian.AppendUint32(b, m.seq)
	return append(b, m.data...)
}

// parseFrame reads a frame, whose data stays part of b.
func parseFrame(b []byte) (m frame, ok bool) {
	if len(b) < headerSize {
		return m, false
	}
	m = frame{
		kind: b[0],
		from: nodeID(b[1:9]),
		id:   binary.BigEndian.Uint64(b[9:]),
		seq:  binary.BigEndian.Uint32(b[17:]),
		data: b[headerSize:],
	}
	kind := m.kind &^ ofDialer
	return m, kind >= hello && kind <= reset && (kind >= open || m.kind == kind)
}

type tag = [2]byte

func parseTag(b []byte) (t tag, ok bool) {
	if len(b) != len(t) {
		return t, false
	}
	return tag(b), true
}

// meta is what a stream's node must know of the connection that a request came over.
type meta struct {
	addr, principal string
	secure          bool
}

const maxMeta = 64 << 10 // bytes of each of its texts

func (m *meta) append(b []byte) []byte {
	for _, text := range []string{m.addr, m.principal} {
		text = text[:min(len(text), maxMeta-1)]
		b = binary.BigEndian.AppendUint16(b, uint16(len(text)))
		b = append(b, text...)
	}
	if m.secure {
		return append(b, 1)
	}
	return append(b, 0)
}

// parseMeta reads a meta and returns what follows it.
func parseMeta(b []byte) (m meta, rest []byte, ok bool) {
	for _, to := range []*string{&m.addr, &m.principal} {
		if len(b) < 2 {
			return m, nil, false
		}
		n := int(binary.BigEndian.Uint16(b))
		if b = b[2:]; len(b) < n {
			return m, nil, false
		}
		*to, b = string(b[:n]), b[n:]
	}
	if len(b) == 0 {
		return m, nil, false
	}
	m.secure = b[0] == 1
	return m, b[1:], true
}
