// actors_test.go: who sends numbered messages, and what they look like.

package sim_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace/sio"
)

// item is a message. Blob and More travel as attachments.
type item struct {
	N    int    `json:"n"`
	Size int    `json:"size"`
	Text string `json:"text,omitempty"`
	Blob []byte `json:"blob,omitempty"`
	More []byte `json:"more,omitempty"`
}

// What travels, either way.
const (
	say  = everwire.Event[item]("say")
	call = everwire.RPC[item, int]("call")
)

// filled makes a message of a drawn size and kind, which intact can check.
func filled(rng *rand.Rand, n int) item {
	i := item{N: n}
	size := rng.IntN(200)
	switch u := rng.Float64(); {
	case u < 0.02:
		size = rng.IntN(30_000)
	case u < 0.2:
		size = rng.IntN(3_000)
	}
	switch rng.IntN(4) {
	case 0:
		i.Blob = bytes.Repeat([]byte{byte(n)}, 1+size/2)
		if rng.IntN(2) == 0 {
			i.More = bytes.Repeat([]byte{^byte(n)}, 1+size/2)
		}
	case 1:
		i.Text = strings.Repeat("a\r\nb\x1e\"", size/6)
	default:
		i.Text = strings.Repeat("x", size)
	}
	i.Size = len(i.Text) + len(i.Blob) + len(i.More)
	return i
}

func (i item) intact() bool {
	only := func(b []byte, v byte) bool { return bytes.Count(b, []byte{v}) == len(b) }
	return i.Size == len(i.Text)+len(i.Blob)+len(i.More) && only(i.Blob, byte(i.N)) && only(i.More, ^byte(i.N))
}

// sleep waits to the nanosecond, and is false when ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func upTo(rng *rand.Rand, d time.Duration) time.Duration {
	return 1 + time.Duration(rng.Float64()*float64(d))
}

// talker sends the messages of one stream: it is at one end, and to is what it sends to at the moment.
type talker struct {
	w    *world
	name string // of the stream
	rng  *rand.Rand
	to   func() sio.Caller // nil while there is nobody

	// calls says that some messages are calls. A client whose buffer is full cannot answer.
	calls bool
}

// talk sends until ctx ends: now and then some at once, and calls among them.
func (t *talker) talk(ctx context.Context) {
	pace := 80*time.Millisecond + upTo(t.rng, 800*time.Millisecond)
	for sleep(ctx, upTo(t.rng, 2*pace)) {
		for range 1 + t.rng.IntN(1+t.rng.IntN(8)) {
			// Not in one instant: what is sent at once would go out together or not, as the scheduler likes.
			if !sleep(ctx, upTo(t.rng, 2*time.Microsecond)) {
				return
			}
			to := t.to()
			if to == nil {
				continue
			}
			if t.rng.IntN(6) == 0 && t.calls {
				t.call(to)
			} else {
				t.say(to)
			}
		}
	}
}

func (t *talker) say(to sio.Caller) {
	n := t.w.check.next(t.name)
	if err := say.Emit(to, filled(t.rng, n)); err != nil {
		t.w.check.refused(t.name, err)
	}
}

// call sends a call, whose answer a goroutine of its own awaits.
func (t *talker) call(to sio.Caller) {
	n := t.w.check.next(t.name)
	in, began := filled(t.rng, n), time.Now()
	t.w.check.calling(t.name)
	// The world's, which waits for it; ends with its context at the latest.
	t.w.calls.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		answer, err := call.Call(ctx, to, in)
		if err != nil && time.Since(began) == 0 {
			t.w.check.refused(t.name, err)
			t.w.check.answered(t.name, n, n, nil)
			return
		}
		t.w.check.answered(t.name, n, answer, err)
	})
}
