// bus.go: what is asked of a bus, and of the adapter that is made of it.

package adaptertest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
)

// Buses returns n buses that carry payloads to each other, apart from those of other
// calls, and are ready. What they need is undone in t.Cleanup.
type Buses func(t *testing.T, n int) []cluster.Bus

// RunBus runs the suite of a bus, and Run on the adapter that is made of it, as subtests
// of t.
func RunBus(t *testing.T, b Buses) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Buses)
	}{
		{"ReachesAll", testBusReachesAll},
		{"CarriesAnyBytes", testBusBytes},
		{"KeepsTheOrderOfOneGoroutine", testBusOrder},
		{"KeepsTheOrderBetweenTopics", testBusTopics},
		{"TakesLongTopics", testBusLongTopic},
		{"StopEndsCalls", testBusStop},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, b) })
	}
	over := func(t *testing.T, n int) []adapter.Opener {
		var openers []adapter.Opener
		for _, bus := range b(t, n) {
			openers = append(openers, cluster.Over(bus, cluster.Config{Settle: 50 * time.Millisecond}))
		}
		return openers
	}
	t.Run("KeepsTheOrderBetweenRooms", func(t *testing.T) { testOrderOfRooms(t, over) })
	t.Run("Adapter", func(t *testing.T) { Run(t, over) })
}

// heard is what a subscriber has got.
type heard struct {
	mu       sync.Mutex // guards what follows
	payloads []string
	more     chan struct{} // closed when payloads grows
	stop     func()
}

func newHeard() *heard { return &heard{more: make(chan struct{})} }

func subscribe(t *testing.T, b cluster.Bus, topic string) *heard {
	t.Helper()
	h := newHeard()
	h.subscribe(t, b, topic)
	return h
}

func (h *heard) subscribe(t *testing.T, b cluster.Bus, topic string) {
	t.Helper()
	stop, err := b.Subscribe(context.Background(), topic, func(payload []byte) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.payloads = append(h.payloads, string(payload))
		close(h.more)
		h.more = make(chan struct{})
	})
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	h.stop = sync.OnceFunc(stop)
	t.Cleanup(h.stop)
}

// want waits for the payloads, and for no others.
func (h *heard) want(t *testing.T, who string, payloads ...string) {
	t.Helper()
	late := time.After(patience)
	for {
		h.mu.Lock()
		got, more := slices.Clone(h.payloads), h.more
		h.mu.Unlock()
		if len(got) >= len(payloads) {
			if !slices.Equal(got, payloads) {
				t.Errorf("%s got %.200q, want %.200q", who, got, payloads)
			}
			return
		}
		select {
		case <-more:
		case <-late:
			t.Fatalf("%s got %d of %d payloads within %v", who, len(got), len(payloads), patience)
		}
	}
}

func publish(t *testing.T, b cluster.Bus, topic, payload string) {
	t.Helper()
	buf := []byte(payload)
	if err := b.Publish(context.Background(), topic, buf); err != nil {
		t.Errorf("Publish: %v", err)
	}
	clear(buf) // it is not kept
}

func testBusReachesAll(t *testing.T, b Buses) {
	buses := b(t, 3)
	var all []*heard
	for _, bus := range buses {
		all = append(all, subscribe(t, bus, "everwire.Lw.all"))
	}
	other := subscribe(t, buses[1], "everwire.Lw.node.a-_Z")
	publish(t, buses[0], "everwire.Lw.all", "one")
	publish(t, buses[0], "everwire.Lw.node.a-_Z", "other")
	publish(t, buses[2], "everwire.Lw.nobody", "lost")
	for i, h := range all {
		h.want(t, fmt.Sprint("node ", i), "one")
	}
	other.want(t, "the subscriber of another topic", "other")
}

func testBusBytes(t *testing.T, b Buses) {
	buses := b(t, 2)
	h := subscribe(t, buses[1], "bytes")
	payloads := []string{"\x00\xff\r\n\x80", "{}", string(bytes.Repeat([]byte{0, 7, 255}, 100_000)), "end"}
	for _, p := range payloads {
		publish(t, buses[0], "bytes", p)
	}
	h.want(t, "node 1", payloads...)
}

func testBusOrder(t *testing.T, b Buses) {
	buses := b(t, 2)
	h := subscribe(t, buses[1], "order")
	var want []string
	for i := range 1000 {
		publish(t, buses[0], "order", fmt.Sprint(i))
		want = append(want, fmt.Sprint(i))
	}
	h.want(t, "node 1", want...)
}

// What one goroutine publishes comes in that order, in whatever topics.
func testBusTopics(t *testing.T, b Buses) {
	buses := b(t, 2)
	h := newHeard()
	for i := range 5 {
		h.subscribe(t, buses[1], fmt.Sprint("topics.", i))
	}
	var want []string
	for i := range 1000 {
		publish(t, buses[0], fmt.Sprint("topics.", i*7%5), fmt.Sprint(i))
		want = append(want, fmt.Sprint(i))
	}
	h.want(t, "node 1", want...)
}

func testBusLongTopic(t *testing.T, b Buses) {
	buses := b(t, 2)
	topic := strings.Repeat("Az09_-.", 110) + "end"
	h := subscribe(t, buses[1], topic)
	publish(t, buses[0], topic, "one")
	h.want(t, "node 1", "one")
}

func testBusStop(t *testing.T, b Buses) {
	buses := b(t, 2)
	stopped, goes := subscribe(t, buses[1], "stop"), subscribe(t, buses[1], "stop")
	publish(t, buses[0], "stop", "one")
	stopped.want(t, "the first subscriber", "one")
	stopped.stop()
	publish(t, buses[0], "stop", "two")
	goes.want(t, "the second subscriber", "one", "two")
	stopped.want(t, "the subscriber that has stopped", "one")
}
