// rooms.go: the part of the suite that is about rooms with topics of their own.

package adaptertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// probe is the name of events that recorders note apart from all others.
const probe = "adaptertest: probe"

// follow has a node hear the rooms, and waits until it does.
func follow(t *testing.T, from, to node, rooms ...string) {
	t.Helper()
	f, ok := to.Adapter.(adapter.Follower)
	if !ok {
		return
	}
	for _, room := range rooms {
		f.FollowRoom(room, true, false)
	}
	late, again := time.After(patience), time.NewTicker(5*time.Millisecond)
	defer again.Stop()
	for _, room := range rooms {
		for !to.hears(room) {
			from.publish(t, toRoom(room, probe))
			select {
			case <-again.C:
			case <-late:
				t.Fatalf("room %q is not heard within %v", room, patience)
			}
		}
	}
}

func toRoom(room, event string) *adapter.Op {
	return &adapter.Op{Rooms: []string{room}, Event: sio.Emission{Event: event}}
}

// hears tells whether a probe for the room has come.
func (r *recorder) hears(room string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.probed[room]
}

var strangeRooms = []string{
	"", " ", "a.b", "*", ">", "a*?[b]", "größe ☃\x00\r\n", "#", "ABCDEFGHIJKLMNOPQRST", strings.Repeat("long ", 200), "Case", "case",
}

// Broadcasts to a room come once and in order; rooms may travel on different ways.
func testRooms(t *testing.T, c Cluster) {
	sendToRooms(t, c, func(op string) string { return strings.SplitN(op, " change ", 2)[0] })
}

// Over a bus, broadcasts keep their order whatever the rooms.
func testOrderOfRooms(t *testing.T, c Cluster) {
	sendToRooms(t, c, func(string) string { return "" })
}

// sendToRooms sends to many rooms, and demands the order of what way gives the same word.
func sendToRooms(t *testing.T, c Cluster, way func(op string) string) {
	nodes := open(t, c(t, 3), "/")
	follow(t, nodes[0], nodes[1], append(strangeRooms, "a", "b")...)
	follow(t, nodes[0], nodes[2], "b")
	var want []string
	send := func(op *adapter.Op) {
		op.Event.Args = []any{len(want)}
		nodes[0].publish(t, op)
		want = append(want, describe(t, op))
	}
	for i := range 100 {
		send(toRoom("a", "one"))
		send(&adapter.Op{Rooms: []string{"b", "a", "nobody's"}, Event: sio.Emission{Event: "several"}})
		send(&adapter.Op{Except: []string{"a"}, Event: sio.Emission{Event: "all"}})
		send(toRoom("b", "other"))
		send(toRoom(strangeRooms[i%len(strangeRooms)], "strange"))
	}
	rest := make(map[string][]string) // what is to come on each way
	for _, text := range want {
		rest[way(text)] = append(rest[way(text)], text)
	}
	for _, op := range nodes[1].wait(t, len(want))[:len(want)] {
		got := describe(t, op)
		left := rest[way(got)]
		if len(left) == 0 || got != left[0] {
			t.Fatalf("there came\n\t%s, want\n\t%.1000q", got, left)
		}
		rest[way(got)] = left[1:]
	}
	send(&adapter.Op{Event: sio.Emission{Event: "end"}})
	nodes[2].waitFor(t, want[len(want)-1])
	seen := make(map[string]bool)
	for _, op := range nodes[2].all() {
		text := describe(t, op)
		if seen[text] {
			t.Errorf("came twice: %s", text)
		}
		seen[text] = true
	}
	for _, text := range want {
		if !seen[text] && (strings.Contains(text, `"b"`) || strings.Contains(text, `\"all\"`)) {
			t.Errorf("did not come: %s", text)
		}
	}
}

// waitFor waits until the operation is the last that came.
func (r *recorder) waitFor(t *testing.T, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		r.mu.Lock()
		ops, more := r.ops, r.more
		r.mu.Unlock()
		if len(ops) > 0 && describe(t, ops[len(ops)-1]) == text {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("did not come within %v: %s", patience, text)
		}
	}
}
