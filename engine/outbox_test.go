// outbox_test.go: numbers, limits and memory of the outgoing queue.

package engine

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

func numbered(n uint64) *Message {
	return NewMessage(eio.Text([]byte(strconv.FormatUint(n, 10))))
}

// handOut appends to b what stands behind packet pos, and returns the number of the
// last.
func handOut(o *outbox, pos uint64, b *Batch) uint64 {
	c := o.seek(pos)
	o.next(&c, b)
	return c.n
}

// requireNumbers demands that b holds the packets after pos, up to last.
func requireNumbers(t *testing.T, pos, last uint64, b *Batch) {
	t.Helper()
	for _, m := range b.Messages {
		for _, p := range m.packets {
			pos++
			require.Equal(t, strconv.FormatUint(pos, 10), string(p.Data))
		}
	}
	require.Equal(t, last, pos)
}

func TestOutboxNumbers(t *testing.T) {
	var o outbox
	var b Batch
	require.Zero(t, handOut(&o, 0, &b))
	require.True(t, b.Empty())
	for i := uint64(1); i <= 5; i++ {
		o.push(numbered(i))
		require.Equal(t, i, o.tail)
	}
	require.EqualValues(t, 5, handOut(&o, 0, &b))
	requireNumbers(t, 0, 5, &b)

	o.ack(2)
	require.EqualValues(t, 5, o.tail)
	b.reset()
	require.EqualValues(t, 5, handOut(&o, 2, &b), "what was handed out and not forgotten can be had again")
	requireNumbers(t, 2, 5, &b)
	b.reset()
	require.EqualValues(t, 5, handOut(&o, 4, &b))
	requireNumbers(t, 4, 5, &b)

	o.ack(1) // late, and harmless
	o.ack(5)
	require.Zero(t, o.bytes)
	require.EqualValues(t, 5, o.base)
	o.push(numbered(6))
	b.reset()
	require.EqualValues(t, 6, handOut(&o, 5, &b))
	requireNumbers(t, 5, 6, &b)

	o.drop()
	require.EqualValues(t, 6, o.tail)
	require.Zero(t, o.bytes)
}

// Whatever the order of the calls, numbers and bytes stay right.
func TestOutboxAtRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var o outbox
	var pushed uint64
	b := Batch{MaxPackets: 7}
	for range 20_000 {
		switch rnd.IntN(3) {
		case 0:
			for range rnd.IntN(20) {
				packets := make([]eio.Packet, 1+rnd.IntN(3)/2)
				for i := range packets {
					pushed++
					packets[i] = eio.Text([]byte(strconv.FormatUint(pushed, 10)))
				}
				o.push(NewMessage(packets...))
			}
		case 1:
			pos := o.base + rnd.Uint64N(pushed-o.base+1)
			b.reset()
			last := handOut(&o, pos, &b)
			requireNumbers(t, pos, last, &b)
		case 2:
			o.ack(o.base + rnd.Uint64N(pushed-o.base+1))
		}
		require.Equal(t, pushed, o.tail)
	}
	o.ack(pushed)
	require.Zero(t, o.bytes)
	require.LessOrEqual(t, cap(o.queue), keep, "an empty queue holds on to little")
}

// A connection goes on where it was, whatever is acknowledged through others.
func TestOutboxCursor(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var o outbox
	var c cursor
	b := Batch{MaxPackets: 5}
	for pushed := uint64(0); pushed < 5000; {
		packets := make([]eio.Packet, 1+rnd.IntN(3))
		for i := range packets {
			pushed++
			packets[i] = eio.Text([]byte(strconv.FormatUint(pushed, 10)))
		}
		o.push(NewMessage(packets...))
		switch before := max(c.n, o.base); rnd.IntN(3) {
		case 0:
			b.reset()
			o.next(&c, &b)
			requireNumbers(t, before, c.n, &b)
		case 1:
			o.ack(o.base + rnd.Uint64N(o.sent-o.base+1))
		}
		require.LessOrEqual(t, o.base, o.sent)
	}
}

func TestOutboxForgets(t *testing.T) {
	var o outbox
	for i := range uint64(100) {
		o.push(numbered(i + 1))
	}
	o.ack(60)
	for _, m := range o.queue[len(o.queue):cap(o.queue)] {
		require.Nil(t, m, "nothing keeps what was forgotten alive")
	}
	require.EqualValues(t, 100, o.tail)
}

func TestOutboxFits(t *testing.T) {
	var o outbox
	require.True(t, fits(o.bytes, 100<<20, outboxMax), "one message always fits")
	o.push(NewMessage(eio.Binary(make([]byte, outboxMax-overhead-1))))
	require.True(t, fits(o.bytes, 1, outboxMax))
	require.False(t, fits(o.bytes, 2, outboxMax))
}

func TestBatchLimits(t *testing.T) {
	unit := func(packets, bytes int) *Message {
		list := make([]eio.Packet, packets)
		list[0] = eio.Text([]byte(strings.Repeat("x", bytes-overhead)))
		return NewMessage(list...)
	}
	for _, c := range []struct {
		name     string
		b        Batch
		messages []*Message
		taken    int
	}{
		{"no limits", Batch{}, []*Message{unit(9, 999), unit(9, 999), unit(9, 999)}, 3},
		{"packets", Batch{MaxPackets: 3}, []*Message{unit(1, 50), unit(1, 50), unit(1, 50), unit(1, 50)}, 3},
		{"a unit is not torn", Batch{MaxPackets: 3}, []*Message{unit(2, 50), unit(2, 50)}, 1},
		{"nothing overtakes", Batch{MaxPackets: 3}, []*Message{unit(2, 50), unit(2, 50), unit(1, 50)}, 1},
		{"a large unit goes alone", Batch{MaxPackets: 3}, []*Message{unit(9, 50), unit(1, 50)}, 1},
		{"bytes", Batch{MaxBytes: 200}, []*Message{unit(1, 100), unit(1, 100), unit(1, 100)}, 2},
		{"a large message goes alone", Batch{MaxBytes: 200}, []*Message{unit(1, 1000), unit(1, 50)}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			for n < len(c.messages) && c.b.take(c.messages[n]) {
				n++
			}
			require.Equal(t, c.taken, n)
			c.b.reset()
			require.True(t, c.b.Empty())
		})
	}
}
