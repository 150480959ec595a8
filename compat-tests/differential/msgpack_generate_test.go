// msgpack_generate_test.go: questions about MessagePack.

package differential

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/everwire/everwire/namespace/sio"
)

// msgpackPacket is packet with what only MessagePack has: dates, undefined inside of values, and bytes without a limit.
func (g generator) msgpackPacket(op string) question {
	q := g.packet()
	q.Op = op
	if args, ok := q.Data.value.([]any); ok {
		for range g.IntN(3) {
			args = append(args, g.special(op))
		}
		q.Data.value = args
	}
	return q
}

func (g generator) special(op string) any {
	blobs := 20
	v := g.value(3, &blobs)
	d := date(pick(g, []int64{0, 1, -1, 1700000000123, -62135596800000, 253402300799999, g.Int64N(1 << 43), 8_640_000_000_000_000, -8_640_000_000_000_000}))
	switch g.IntN(4) {
	case 0:
		return d
	case 1:
		return map[string]any{"d": d, "v": v, "_placeholder": true, "num": 0.}
	case 2:
		if op == "encode msgpack" {
			return map[string]any{"u": undefined{}, "list": []any{undefined{}, v}}
		}
	}
	return v
}

// msgpackWire makes a message in all the spellings that MessagePack allows.
func (g generator) msgpackWire() []byte {
	m := msgpackWriter{g: g}
	typ := byte(g.IntN(5))
	if g.chance(2) {
		typ = byte(sio.Event)
	}
	members := []func(){
		func() { m.string("type"); m.integer(int64(typ)) },
		func() { m.string("nsp"); m.string(g.namespace() + pick(g, []string{"", "", "", "", "", "?a=1", ",b"})) },
		func() { m.string("data"); m.payload(sio.Type(typ)) },
	}
	if typ == byte(sio.Ack) && !g.chance(20) || g.chance(3) && typ == byte(sio.Event) || g.chance(30) {
		members = append(members, func() { m.string("id"); m.id() })
	}
	if g.chance(4) {
		members = append(members, func() { m.string("options"); m.value(2) })
	}
	if g.chance(60) {
		members = append(members, func() { m.string(pick(g, []string{"type", "nsp", "data", "id"})); m.value(1) })
	}
	if g.chance(4) {
		g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	m.head(0x80, 16, 0, 0xde, 0xdf, len(members))
	for _, write := range members {
		write()
	}
	return m.b
}

// A msgpackWriter writes random MessagePack.
type msgpackWriter struct {
	g generator
	b []byte
}

// head writes a length in the shortest way, or in a longer one. first is of one byte of length, if it is not 0.
func (m *msgpackWriter) head(fixed byte, short int, first, second, fourth byte, n int) {
	switch {
	case n < short && !m.g.chance(6):
		m.b = append(m.b, fixed|byte(n))
	case n < 256 && first != 0 && !m.g.chance(3):
		m.b = append(m.b, first, byte(n))
	case n < 1<<16 && !m.g.chance(3):
		m.b = binary.BigEndian.AppendUint16(append(m.b, second), uint16(n))
	default:
		m.b = binary.BigEndian.AppendUint32(append(m.b, fourth), uint32(n))
	}
}

func (m *msgpackWriter) string(s string) {
	m.head(0xa0, 32, 0xd9, 0xda, 0xdb, len(s))
	m.b = append(m.b, s...)
}

func (m *msgpackWriter) integer(n int64) {
	switch {
	case n >= 0 && n < 128 && !m.g.chance(8):
		m.b = append(m.b, byte(n))
	case n >= 0 && n < 256 && !m.g.chance(4):
		m.b = append(m.b, 0xcc, byte(n))
	case n >= -128 && n < 128 && m.g.chance(2):
		m.b = append(m.b, 0xd0, byte(n))
	case n >= math.MinInt16 && n <= math.MaxInt16 && m.g.chance(2):
		m.b = binary.BigEndian.AppendUint16(append(m.b, 0xd1), uint16(n))
	case n >= math.MinInt32 && n <= math.MaxInt32 && m.g.chance(2):
		m.b = binary.BigEndian.AppendUint32(append(m.b, 0xd2), uint32(n))
	case n >= 0 && m.g.chance(2):
		m.b = binary.BigEndian.AppendUint64(append(m.b, 0xcf), uint64(n))
	case m.g.chance(5) && n > -1<<53 && n < 1<<53:
		m.float(float64(n))
	default:
		m.b = binary.BigEndian.AppendUint64(append(m.b, 0xd3), uint64(n))
	}
}

func (m *msgpackWriter) float(f float64) {
	m.b = binary.BigEndian.AppendUint64(append(m.b, 0xcb), math.Float64bits(f))
}

func (m *msgpackWriter) id() {
	switch {
	case m.g.chance(10):
		m.b = append(m.b, 0xd4, 0, 0)
	case m.g.chance(30):
		m.integer(pick(m.g, []int64{-1, 1 << 53, math.MaxInt64}))
	default:
		m.integer(m.g.Int64N(sio.MaxID + 1))
	}
}

func (m *msgpackWriter) payload(typ sio.Type) {
	switch {
	case m.g.chance(60):
		m.value(3)
	case typ == sio.Disconnect, typ == sio.Connect && m.g.chance(3):
		m.b = append(m.b, pick(m.g, [][]byte{{0xd4, 0, 0}, {0xd4, 0, 0}, {0xc0}})...)
	case typ == sio.Connect, typ == sio.ConnectError && m.g.chance(2):
		m.object(3)
	case typ == sio.ConnectError:
		m.string(m.g.text())
	default:
		m.list(typ)
	}
}

func (m *msgpackWriter) list(typ sio.Type) {
	n := m.g.IntN(5)
	m.head(0x90, 16, 0, 0xdc, 0xdd, n)
	for i := range n {
		switch {
		case i > 0 || typ != sio.Event:
			m.value(m.g.IntN(5))
		case m.g.chance(15):
			m.value(1)
		case m.g.chance(15):
			m.string(pick(m.g, []string{"connect", "disconnecting", strings.Repeat("é", 128), strings.Repeat("é", 129)}))
		default:
			m.string(m.g.name())
		}
	}
}

func (m *msgpackWriter) value(levels int) {
	if m.g.chance(300) {
		deep := sio.MaxDepth - 2 + m.g.IntN(4)
		m.b = append(append(m.b, slices.Repeat([]byte{0x91}, deep)...), 0xc0)
		return
	}
	switch n := m.g.IntN(12); {
	case n == 0:
		m.b = append(m.b, pick(m.g, []byte{0xc0, 0xc2, 0xc3}))
	case n == 1:
		m.b = append(m.b, 0xd4, 0, byte(m.g.IntN(3)))
	case n == 2:
		m.float(pick(m.g, append(slices.Clone(someNumbers), math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1))))
	case n == 3:
		m.b = binary.BigEndian.AppendUint32(append(m.b, 0xca), m.g.Uint32())
	case n == 4:
		m.integer(pick(m.g, []int64{0, 5, -5, -32, -33, 200, 40000, -40000, 1 << 40, math.MaxInt64, math.MinInt64, m.g.Int64()}))
	case n == 5:
		m.bytes()
	case n == 6:
		m.date()
	case n < 9 && levels > 0:
		m.object(levels - 1)
	case n < 11 && levels > 0:
		k := m.g.IntN(4)
		m.head(0x90, 16, 0, 0xdc, 0xdd, k)
		for range k {
			m.value(levels - 1)
		}
	default:
		m.string(m.g.text())
	}
}

// bytes writes bin, an ArrayBuffer, or an extension that nobody knows.
func (m *msgpackWriter) bytes() {
	data := m.g.bytes()
	switch typ := pick(m.g, []byte{0, 0, 1, 0xff}); m.g.IntN(4) {
	case 0:
		n := pick(m.g, []int{0, 1, 2, 3, 4})
		m.b = append(append(m.b, 0xd4+byte(n), typ), make([]byte, 1<<n)...)
	case 1:
		m.b = append(append(m.b, 0xc7, byte(len(data)), typ), data...)
	case 2:
		m.b = append(append(m.b, 0xc8, 0, byte(len(data)), typ), data...)
	default:
		m.head(0, 0, 0xc4, 0xc5, 0xc6, len(data))
		m.b = append(m.b, data...)
	}
}

func (m *msgpackWriter) date() {
	ms := pick(m.g, []int64{0, -1, 1700000000123, 8_640_000_000_000_000, 8_640_000_000_000_001, -8_640_000_000_000_001, math.MaxInt64, m.g.Int64N(1 << 50)})
	m.b = binary.BigEndian.AppendUint64(append(m.b, 0xd7, 0), uint64(ms))
}

func (m *msgpackWriter) object(levels int) {
	if m.g.chance(60) {
		m.b = append(m.b, 0x82, 0xa1, 'a', 1, 0xa1, 'a', 0xd4, 0, 0)
		return
	}
	n := m.g.IntN(4)
	m.head(0x80, 16, 0, 0xde, 0xdf, n)
	for range n {
		switch {
		case m.g.chance(60):
			m.value(1)
		case m.g.chance(20):
			m.integer(pick(m.g, []int64{m.g.Int64N(100) - 50, m.g.Int64()}))
		case m.g.chance(20):
			m.b = append(m.b, pick(m.g, []byte{0xc0, 0xc2, 0xc3}))
		default:
			m.string(m.g.text())
		}
		m.value(levels)
	}
}

// msgpackMutated changes a message in one to three places.
func (g generator) msgpackMutated() []byte {
	b := g.msgpackWire()
	for range 1 + g.IntN(3) {
		i := g.IntN(len(b) + 1)
		j := min(len(b), i+g.IntN(4))
		switch g.IntN(5) {
		case 0:
			b = slices.Insert(b, i, byte(g.Uint32()))
		case 1:
			b = slices.Delete(b, i, j)
		case 2:
			b = slices.Insert(b, j, b[i:j]...)
		default:
			if i < len(b) {
				b[i] = pick(g, []byte{byte(g.Uint32()), byte(0xc0 + g.IntN(32))})
			}
		}
	}
	return withoutHuge(b)
}

// withoutHuge takes out what the official decoder would spend minutes on: it makes an ArrayBuffer of any size that is
// announced, and fills it.
func withoutHuge(b []byte) []byte {
	for i := 0; i+5 < len(b); i++ {
		if b[i] == 0xc9 && binary.BigEndian.Uint32(b[i+1:]) > 1<<16 {
			b[i] = 0xc6
		}
	}
	return b
}
