// messages.go: what arrives is what was sent, in order, and all of it.

package transporttest

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func numbered(i int) eio.Packet {
	data := fmt.Appendf(nil, "message %d", i)
	if i%3 == 0 {
		return eio.Binary(data)
	}
	return eio.Text(data)
}

// testOrder sends 1,000 messages each way at the same time.
func testOrder(t *testing.T, h Harness) {
	const n = 1000
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		for i := 0; i < n; {
			var some []eio.Packet
			for range 1 + i%7 {
				if i < n {
					some = append(some, numbered(i))
					i++
				}
			}
			if err := c.Send(some...); err != nil {
				t.Errorf("send: %v", err)
				return
			}
		}
	})
	all.Go(func() {
		for i := range n {
			if err := e.s.Send(engine.NewMessage(numbered(i))); err != nil {
				t.Errorf("send to the client: %v", err)
				return
			}
		}
	})
	all.Go(func() {
		for i := range n {
			same(t, next(t, c), numbered(i))
		}
	})
	for i := range n {
		same(t, e.receive(t), numbered(i))
	}
}

func testContent(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, p := range []eio.Packet{
		eio.Text(nil),
		eio.Text([]byte("plain")),
		eio.Text([]byte("äöü € 日本語 😀 \u2028")),
		eio.Text([]byte("line\r\nbreaks\tand \"quotes\" \\")),
		eio.Text([]byte("bAQID")),
		eio.Text([]byte("2probe")),
		eio.Binary(nil),
		eio.Binary([]byte{0}),
		eio.Binary([]byte{0x1e}),
		eio.Binary([]byte{0xff, 0xfe}),
		eio.Binary(every),
		eio.Text([]byte(strings.Repeat("x", 125-1))),
		eio.Text([]byte(strings.Repeat("x", 126-1))),
		eio.Binary(bytes.Repeat(every, 256)[:65535]),
		eio.Binary(bytes.Repeat(every, 256)),
	} {
		check(t, c.Send(p), "send")
		same(t, e.receive(t), p)
		check(t, e.s.Send(engine.NewMessage(p)), "send to the client")
		same(t, next(t, c), p)
	}
}

// testLimit sends the largest message and one that is larger by a byte.
func testLimit(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	largest := eio.Text(bytes.Repeat([]byte("x"), MaxPayload-1)) // and its type
	check(t, c.Send(largest), "send")
	same(t, e.receive(t), largest)

	err := c.Send(eio.Text(bytes.Repeat([]byte("x"), MaxPayload)))
	if h.OverLimit != "" {
		e.ended(t, h.OverLimit)
		return
	}
	if err == nil {
		t.Fatal("too large a message was accepted")
	}
	check(t, c.Send(eio.Text([]byte("after"))), "send")
	same(t, e.receive(t), eio.Text([]byte("after")))
}

// testLarge shows that the limit is not one of what the server sends.
func testLarge(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	for _, p := range []eio.Packet{eio.Text(bytes.Repeat([]byte("x"), 3<<20)), eio.Binary(make([]byte, 3<<20))} {
		check(t, e.s.Send(engine.NewMessage(p)), "send to the client")
		check(t, e.s.Send(engine.NewMessage(eio.Text([]byte("after")))), "send to the client")
		same(t, next(t, c), p)
		same(t, next(t, c), eio.Text([]byte("after")))
	}
}

// testAttachments sends events with attachments from two sides; nothing comes
// between an event and what belongs to it.
func testAttachments(t *testing.T, h Harness) {
	const n, attachments = 20, 20 // more than one polling answer holds
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	var all sync.WaitGroup
	for sender := range byte(2) {
		all.Go(func() {
			for range n {
				packets := []eio.Packet{eio.Text([]byte{'0' + sender})}
				for i := range byte(attachments) {
					packets = append(packets, eio.Binary([]byte{'0' + sender, i}))
				}
				if err := e.s.Send(engine.NewMessage(packets...)); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	for range 2 * n {
		event := next(t, c)
		for i := range byte(attachments) {
			same(t, next(t, c), eio.Binary([]byte{event.Data[0], i}))
		}
	}
	all.Wait()
}

// testSenders sends from many goroutines: the messages of each stay in order.
func testSenders(t *testing.T, h Harness) {
	const senders, n = 8, 100
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	var all sync.WaitGroup
	for s := range byte(senders) {
		all.Go(func() {
			for i := range byte(n) {
				if err := e.s.Send(engine.NewMessage(eio.Binary([]byte{s, i}))); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	var seen [senders]byte
	for range senders * n {
		p := next(t, c)
		if s, i := p.Data[0], p.Data[1]; seen[s] != i {
			t.Fatalf("sender %d: got %d, want %d", s, i, seen[s])
		}
		seen[p.Data[0]]++
	}
	all.Wait()
}

// testSessions lets sessions speak at the same time; each hears its own.
func testSessions(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	var all sync.WaitGroup
	for i := range 20 {
		c, e := w.dial()
		all.Go(func() {
			for j := range 20 {
				p := eio.Text(fmt.Appendf(nil, "%d of %d", j, i))
				check(t, c.Send(p), "send")
				same(t, e.receive(t), p)
				check(t, e.s.Send(engine.NewMessage(p)), "send to the client")
				same(t, next(t, c), p)
			}
		})
	}
	all.Wait()
}

// testBusy has an application that takes nothing: its session still hears what it
// is sent, and others are not held up.
func testBusy(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	w.room = 0
	busy, e := w.dial()
	sent := make(chan error, 1)
	go func() { sent <- busy.Send(numbered(1), numbered(2)) }()
	w.room = 1
	other, o := w.dial()
	check(t, other.Send(numbered(3)), "send")
	same(t, o.receive(t), numbered(3))
	check(t, e.s.Send(engine.NewMessage(numbered(4))), "send to the client")
	same(t, next(t, busy), numbered(4))
	same(t, e.receive(t), numbered(1))
	same(t, e.receive(t), numbered(2))
	select {
	case err := <-sent:
		check(t, err, "send")
	case <-time.After(patience):
		t.Fatal("the client still sends")
	}
}
