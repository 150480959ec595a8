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

// requireNumbers demands that b holds the messages after pos, up to last.
func requireNumbers(t *testing.T, pos, last uint64, b *Batch) {
	t.Helper()
	require.EqualValues(t, last-pos, len(b.Messages))
	for i, m := range b.Messages {
		require.Equal(t, strconv.FormatUint(pos+uint64(i)+1, 10), string(m.packets[0].Data))
	}
}

func TestOutboxNumbers(t *testing.T) {
	var o outbox
	var b Batch
	require.Zero(t, o.next(0, &b))
	require.True(t, b.Empty())
	for i := uint64(1); i <= 5; i++ {
		o.push(numbered(i))
		require.Equal(t, i, o.last())
	}
	require.EqualValues(t, 5, o.next(0, &b))
	requireNumbers(t, 0, 5, &b)

	o.ack(2)
	require.EqualValues(t, 5, o.last())
	b.reset()
	require.EqualValues(t, 5, o.next(2, &b), "what was handed out and not forgotten can be had again")
	requireNumbers(t, 2, 5, &b)
	b.reset()
	require.EqualValues(t, 5, o.next(4, &b))
	requireNumbers(t, 4, 5, &b)

	o.ack(1) // late, and harmless
	o.ack(5)
	require.Zero(t, o.bytes)
	require.EqualValues(t, 5, o.base)
	o.push(numbered(6))
	b.reset()
	require.EqualValues(t, 6, o.next(5, &b))
	requireNumbers(t, 5, 6, &b)

	o.drop()
	require.EqualValues(t, 6, o.last())
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
				pushed++
				o.push(numbered(pushed))
			}
		case 1:
			pos := o.base + rnd.Uint64N(pushed-o.base+1)
			b.reset()
			last := o.next(pos, &b)
			requireNumbers(t, pos, last, &b)
		case 2:
			o.ack(o.base + rnd.Uint64N(pushed-o.base+1))
		}
		require.Equal(t, pushed, o.last())
	}
	o.ack(pushed)
	require.Zero(t, o.bytes)
	require.LessOrEqual(t, cap(o.queue), keep, "an empty queue holds on to little")
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
	require.EqualValues(t, 100, o.last())
}

func TestOutboxFits(t *testing.T) {
	var o outbox
	require.True(t, o.fits(100<<20), "one message always fits")
	o.push(NewMessage(eio.Binary(make([]byte, outboxMax-overhead-1))))
	require.True(t, o.fits(1))
	require.False(t, o.fits(2))
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
