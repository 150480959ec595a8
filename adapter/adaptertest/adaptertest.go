// Package adaptertest checks that an adapter keeps the contract of package
// adapter. A test of the adapter runs it:
//
//	func TestConformance(t *testing.T) {
//		adaptertest.Run(t, func(t *testing.T, n int) []adapter.Opener { … })
//	}
package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// Cluster returns the openers of n nodes that form a cluster of their own, apart
// from those of other calls, and are ready: what one publishes from now on reaches
// the others. What the cluster needs is undone in t.Cleanup; the adapters that are
// opened are closed before.
type Cluster func(t *testing.T, n int) []adapter.Opener

// Run runs the suite as subtests of t. Each begins with a new cluster.
func Run(t *testing.T, c Cluster) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Cluster)
	}{
		{"Alone", testAlone},
		{"ReachesTheOthersOnce", testReachesOthers},
		{"CarriesTheWholeOperation", testFidelity},
		{"KeepsTheOrderOfOneGoroutine", testOrder},
		{"LosesNothingFromManyGoroutines", testConcurrent},
		{"KeepsTheOrderOfEachRoom", testRooms},
		{"KeepsNamespacesApart", testNamespaces},
		{"FailureOfOneNode", testFailure},
		{"AskAlone", testAskAlone},
		{"AskCollectsFromAll", testAskAll},
		{"AskYieldsAsTheyCome", testAskAsTheyCome},
		{"AskIsLeft", testAskLeft},
		{"AskEndsWithItsContext", testAskContext},
		{"AskAndClose", testAskClose},
		{"Close", testClose},
		{"CloseWhileOthersPublish", testCloseConcurrent},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c) })
	}
}

// node is one node's side of one namespace.
type node struct {
	adapter.Adapter
	*recorder
}

// open opens a namespace on each of the nodes.
func open(t *testing.T, openers []adapter.Opener, namespace string) []node {
	t.Helper()
	nodes := make([]node, len(openers))
	for i, o := range openers {
		r := newRecorder()
		a, err := o.Open(namespace, r)
		if err != nil {
			t.Fatalf("Open(%q) on node %d: %v", namespace, i, err)
		}
		nodes[i] = node{a, r}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Errorf("Close of node %d: %v", i, err)
			}
		})
	}
	for _, n := range nodes {
		n.meet(t, len(nodes)-1)
	}
	return nodes
}

// meet waits until the node knows so many others.
func (n node) meet(t *testing.T, others int) {
	t.Helper()
	ctx, again := patiently(t), time.NewTicker(5*time.Millisecond)
	defer again.Stop()
	for {
		met := 0
		for _, err := range n.Ask(ctx, &adapter.Op{Kind: adapter.Serve, Event: sio.Emission{Event: probe}}) {
			if err == nil {
				met++
			}
		}
		if met >= others {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("a node knows %d of %d others after %v", met, others, patience)
		}
	}
}

func (n node) publish(t *testing.T, op *adapter.Op) {
	t.Helper()
	if err := n.Publish(context.Background(), op); err != nil {
		t.Errorf("Publish: %v", err)
	}
}

// numbered returns an operation that is known by a publisher and a number.
func numbered(from, i int) *adapter.Op {
	return &adapter.Op{Kind: adapter.Join, Change: []string{fmt.Sprintf("%d/%d", from, i)}}
}

// numbers returns the names of numbered operations, in their order.
func numbers(ops []*adapter.Op) []string {
	var names []string
	for _, op := range ops {
		names = append(names, op.Change...)
	}
	return names
}

func wantNumbers(t *testing.T, who string, got []*adapter.Op, want ...string) {
	t.Helper()
	if g := numbers(got); !slices.Equal(g, want) {
		t.Errorf("%s got %v, want %v", who, g, want)
	}
}

func testAlone(t *testing.T, c Cluster) {
	only := open(t, c(t, 1), "/")[0]
	only.publish(t, numbered(0, 0))
	wantNumbers(t, "the publisher itself", only.all())
}

func testReachesOthers(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 3), "/")
	nodes[0].publish(t, numbered(0, 0))
	wantNumbers(t, "node 1", nodes[1].wait(t, 1), "0/0")
	wantNumbers(t, "node 2", nodes[2].wait(t, 1), "0/0")
	nodes[1].publish(t, numbered(1, 0))
	wantNumbers(t, "node 2", nodes[2].wait(t, 2), "0/0", "1/0")
	wantNumbers(t, "node 0, which published the first,", nodes[0].wait(t, 1), "1/0")
	wantNumbers(t, "node 1, which published the second,", nodes[1].all(), "0/0")
}

func testFidelity(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 2), "/some")
	follow(t, nodes[0], nodes[1], "a", "b", "c")
	ops := []*adapter.Op{
		{Event: sio.Emission{Event: "empty"}},
		{Event: sio.Emission{Event: "args", Args: []any{"größe ☃ \u2028", 1.5, true, nil, map[string]any{"a": []int{1}}}}},
		{Event: sio.Emission{Event: "binary", Args: []any{[]byte{0, 255, 10}, map[string]any{"in": []byte{}}, "text"}}},
		{Rooms: []string{"a", "b"}, Except: []string{"c", ""}, Event: sio.Emission{Event: "rooms", Args: []any{1}}},
		{Kind: adapter.Join, Rooms: []string{"a"}, Change: []string{"x", "y z", "é\x01"}},
		{Kind: adapter.Leave, Except: []string{"b"}, Change: []string{"x"}},
		{Kind: adapter.Disconnect, Rooms: []string{"a"}},
		{Kind: adapter.Disconnect, Close: true},
	}
	for _, op := range ops {
		nodes[0].publish(t, op)
	}
	for i, got := range nodes[1].wait(t, len(ops))[:len(ops)] {
		if g, w := describe(t, got), describe(t, ops[i]); g != w {
			t.Errorf("operation %d arrived as\n\t%s, want\n\t%s", i, g, w)
		}
	}
}

// describe returns all of an operation as text; its event as it goes to clients,
// since arguments may arrive as other types of the same form.
func describe(t *testing.T, op *adapter.Op) string {
	t.Helper()
	text := fmt.Sprintf("kind %d rooms %q except %q change %q close %t", op.Kind, op.Rooms, op.Except, op.Change, op.Close)
	if op.Kind != adapter.Broadcast {
		return text
	}
	packets, err := sio.JSON{}.Encode(nil, sio.Header{Type: sio.Event, Event: op.Event.Event}, op.Event.Args...)
	if err != nil {
		t.Errorf("the event of an operation cannot be encoded: %v", err)
	}
	for _, p := range packets {
		text += fmt.Sprintf(" %q", p.Data)
	}
	return text
}

func testOrder(t *testing.T, c Cluster) {
	const n = 500
	nodes := open(t, c(t, 3), "/")
	var want []string
	for i := range n {
		nodes[0].publish(t, numbered(0, i))
		want = append(want, fmt.Sprint("0/", i))
	}
	wantNumbers(t, "node 1", nodes[1].wait(t, n), want...)
	wantNumbers(t, "node 2", nodes[2].wait(t, n), want...)
}

func testConcurrent(t *testing.T, c Cluster) {
	const publishers, each = 4, 50 // a node
	nodes := open(t, c(t, 3), "/")
	var wg sync.WaitGroup
	for i, n := range nodes {
		for p := range publishers {
			wg.Go(func() {
				for k := range each {
					n.publish(t, numbered(i*publishers+p, k))
				}
			})
		}
	}
	wg.Wait()
	for i, n := range nodes {
		next := make(map[int]int) // by publisher
		for _, name := range numbers(n.wait(t, 2*publishers*each)) {
			var from, k int
			if _, err := fmt.Sscanf(name, "%d/%d", &from, &k); err != nil {
				t.Fatalf("node %d got %q", i, name)
			}
			if from/publishers == i || k != next[from] {
				t.Fatalf("node %d got number %d of publisher %d (node %d), want number %d", i, k, from, from/publishers, next[from])
			}
			next[from]++
		}
	}
}

func testNamespaces(t *testing.T, c Cluster) {
	openers := c(t, 2)
	main, other := open(t, openers, "/"), open(t, openers, "/other")
	main[0].publish(t, numbered(0, 0))
	other[0].publish(t, numbered(1, 0))
	wantNumbers(t, "/", main[1].wait(t, 1), "0/0")
	wantNumbers(t, "/other", other[1].wait(t, 1), "1/0")
	main[0].publish(t, numbered(0, 1))
	other[0].publish(t, numbered(1, 1))
	wantNumbers(t, "/", main[1].wait(t, 2), "0/0", "0/1")
	wantNumbers(t, "/other", other[1].wait(t, 2), "1/0", "1/1")
}

// A node that cannot apply an operation keeps no other from it.
func testFailure(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 3), "/")
	nodes[1].fail(errors.New("no"))
	for i := range 2 {
		// Whether the publisher is told is the adapter's business.
		_ = nodes[0].Publish(context.Background(), numbered(0, i))
	}
	wantNumbers(t, "node 1", nodes[1].wait(t, 2), "0/0", "0/1")
	wantNumbers(t, "node 2", nodes[2].wait(t, 2), "0/0", "0/1")
}

func testClose(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 3), "/")
	nodes[0].publish(t, numbered(0, 0))
	nodes[1].wait(t, 1)
	for range 2 { // a second Close does nothing
		if err := nodes[1].Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	nodes[0].publish(t, numbered(0, 1))
	wantNumbers(t, "node 2", nodes[2].wait(t, 2), "0/0", "0/1")
	nodes[2].publish(t, numbered(2, 0))
	wantNumbers(t, "node 0", nodes[0].wait(t, 1), "2/0")
	if nodes[1].Publish(context.Background(), numbered(1, 0)) == nil {
		t.Error("Publish after Close is no error")
	}
	nodes[2].publish(t, numbered(2, 1))
	wantNumbers(t, "node 0", nodes[0].wait(t, 2), "2/0", "2/1")
	wantNumbers(t, "the closed node", nodes[1].all(), "0/0")
}

// No Apply begins after Close has returned, whatever is under way.
func testCloseConcurrent(t *testing.T, c Cluster) {
	for range 20 {
		nodes := open(t, c(t, 2), "/")
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range 1000 { // an adapter may refuse what it cannot keep
					select {
					case <-stop:
						return
					default:
						nodes[0].publish(t, numbered(0, i))
					}
				}
			})
		}
		nodes[1].wait(t, 1)
		if err := nodes[1].Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		nodes[1].forbid(t)
		close(stop)
		wg.Wait()
	}
}
