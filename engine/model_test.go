// model_test.go: the outbox beside a model of it, with messages that take the place of
// others.

package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

// entry is a message in the model.
type entry struct {
	m      *Message
	key    string
	handed bool // to any reader, perhaps in part
}

// reader is one connection: what it was handed.
type reader struct {
	c   cursor
	got []string
}

// model is an outbox, as simple as can be: all messages since the beginning.
type model struct {
	all     []*entry
	acked   int // packets
	outbox  outbox
	readers []*reader
	made    int
}

// texts returns the packets of all messages.
func (o *model) texts() (list []string) {
	for _, e := range o.all {
		for _, p := range e.m.packets {
			list = append(list, string(p.Data))
		}
	}
	return list
}

// message makes a message that nothing equals.
func (o *model) message(rnd *rand.Rand, key string) *Message {
	packets := make([]eio.Packet, 1+rnd.IntN(3)*rnd.IntN(2))
	o.made++
	for i := range packets {
		packets[i] = eio.Text(fmt.Appendf(make([]byte, 0, 99), "%s%d.%d%*s", key, o.made, i, rnd.IntN(50), ""))
	}
	m := NewMessage(packets...)
	if key != "" {
		m.SetTraits(Traits{Key: key})
	}
	return m
}

// send pushes a message, or has it take the place of another.
func (o *model) send(rnd *rand.Rand) {
	key := []string{"", "a", "b", "c"}[rnd.IntN(4)]
	m := o.message(rnd, key)
	old, at := o.outbox.waiting(m)
	o.outbox.put(m, old, at)
	for _, e := range slices.Backward(o.all) {
		if key != "" && e.key == key {
			if !e.handed {
				e.m = m
				return
			}
			break
		}
	}
	o.all = append(o.all, &entry{m: m, key: key})
}

// take has a reader take as much as a batch has room for.
func (o *model) take(rnd *rand.Rand, r *reader) {
	b := Batch{MaxPackets: rnd.IntN(5), MaxBytes: rnd.IntN(3) * 100}
	o.outbox.next(&r.c, &b)
	for _, m := range b.Messages {
		for _, p := range m.packets {
			r.got = append(r.got, string(p.Data))
		}
	}
	n := 0
	for _, e := range o.all {
		e.handed = e.handed || n < int(r.c.n)
		n += len(e.m.packets)
	}
}

// again gives a reader's place to another connection, which goes on where the client
// says.
func (o *model) again(rnd *rand.Rand, r *reader) {
	n := o.acked + rnd.IntN(len(r.got)-min(len(r.got), o.acked)+1)
	r.c, r.got = o.outbox.seek(uint64(n)), slices.Clone(o.texts()[:n])
}

// ack forgets what all readers have.
func (o *model) ack(rnd *rand.Rand) {
	least := len(o.readers[0].got)
	for _, r := range o.readers {
		least = min(least, len(r.got))
	}
	if least > o.acked {
		o.acked += rnd.IntN(least - o.acked + 1)
	}
	o.outbox.ack(uint64(o.acked))
}

// check compares.
func (o *model) check(t *testing.T) {
	t.Helper()
	texts := o.texts()
	bytes, packets, waiting := 0, 0, map[string]bool{}
	for _, e := range o.all {
		if packets += len(e.m.packets); packets > o.acked {
			bytes += e.m.size
			if e.key != "" {
				waiting[e.key] = true
			}
		}
	}
	require.Equal(t, bytes, o.outbox.bytes)
	require.EqualValues(t, len(texts), o.outbox.tail)
	require.EqualValues(t, o.acked, o.outbox.base)
	require.Len(t, o.outbox.keyed, len(waiting))
	for _, r := range o.readers {
		require.True(t, slices.Equal(texts[:len(r.got)], r.got), "what was handed out stays as it is, and in its order")
		require.EqualValues(t, len(r.got), r.c.n)
		before := 0
		for n, e := range o.all {
			if before += len(e.m.packets); before > len(r.got) {
				require.EqualValues(t, n, r.c.next)
				break
			}
		}
	}
}

// Whatever the order of things, two connections of a race get the same packets, in
// order and numbered without a gap; only what nobody was handed is replaced; and bytes
// and keys are right, to the end.
func TestOutboxBesideItsModel(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		o := &model{readers: []*reader{{}, {}}[:1+seed%2]}
		for range 300 {
			r := o.readers[rnd.IntN(len(o.readers))]
			switch rnd.IntN(8) {
			case 0, 1, 2, 3:
				o.send(rnd)
			case 4, 5:
				o.take(rnd, r)
			case 6:
				o.ack(rnd)
			case 7:
				o.again(rnd, r)
			}
			o.check(t)
		}
		for _, r := range o.readers {
			for len(r.got) < len(o.texts()) {
				o.take(rnd, r)
			}
		}
		o.acked = len(o.texts())
		o.outbox.ack(uint64(o.acked))
		o.check(t)
		require.Zero(t, o.outbox.bytes)
		require.Empty(t, o.outbox.keyed)
		require.Empty(t, o.outbox.queue)
	}
}
