// recovery_test.go: official clients that lose their connection to one node, and come back to another.

package cluster

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

func needsRecovery(t *testing.T) {
	t.Helper()
	interop.NeedsNode(t, "socket.io", "socket.io-client", "@socket.io/redis-streams-adapter", "redis")
}

// start is how a node is started.
type start func(t *testing.T, s setup) *process

// ways are from which kind of node to which.
var recoveryWays = []struct {
	name     string
	from, to start
}{
	{"Go to Go", startGo, startGo},
	{"Node to Go", startNodeJS, startGo},
	{"Go to Node", startGo, startNodeJS},
}

func TestRecoveryOnAnotherNode(t *testing.T) {
	needsRecovery(t)
	address := startRedis(t)
	for _, way := range recoveryWays {
		for _, transport := range []string{"websocket", "polling"} {
			t.Run(way.name+" "+transport, func(t *testing.T) {
				t.Parallel()
				s := setup{Mode: "streams", Redis: address, Prefix: "recovery-" + t.Name(), Window: 60_000}
				from, to := way.from(t, s), way.to(t, s)
				v := newVisitor(t, transport)
				v.lead(from.address())
				id := v.connects(false)
				require.NoError(t, from.do(nil, "all", "e", 1, map[string]any{"deep": []int{1}}))
				v.gets("e 1")
				v.thereAndBack(id, from, to)
			})
		}
	}
}

// thereAndBack brings the client to the other node and back.
func (v *visitor) thereAndBack(id string, from, to *process) {
	t := v.t
	for round := range 2 {
		e := func(n int) string { return fmt.Sprint("e ", 10*round+n) }
		n := func(n int) int { return 10*round + n }
		v.leaves(from)
		require.NoError(t, from.do(nil, "all", "e", n(2)))
		require.NoError(t, from.do(nil, "to", "red", "e", n(3)))
		require.NoError(t, from.do(nil, "to", "blue", "not", 1))
		require.NoError(t, from.do(nil, "except", "red", "not", 2))
		require.NoError(t, from.do(nil, "to", id, "e", n(4), "text"))
		v.settle(to)
		require.NoError(t, to.do(nil, "to", "red", "e", n(5)))
		v.settle(from)
		v.lead(to.address())
		require.Equal(t, id, v.connects(true, e(2), e(3), e(4), e(5)))
		var there []presence
		require.NoError(t, to.do(&there, "who"))
		require.Equal(t, []presence{{id, true, []string{"red"}, "visitor"}}, there)
		require.NoError(t, to.do(nil, "socket", id, "e", n(6)))
		v.gets(e(6))
		require.NoError(t, from.do(nil, "to", "red", "e", n(7)))
		v.gets(e(7))
		from, to = to, from
	}
}

// settle waits until a node has heard what was sent before: it is asked how many sockets there are, which takes as long.
func (v *visitor) settle(p *process) {
	var n int
	require.NoError(v.t, p.do(&n, "count"))
}

// Between two nodes in Go: when a client is recovered, and when it is told that it is not.
func TestRecoveryStories(t *testing.T) {
	needsRecovery(t)
	address := startRedis(t)
	stories := map[string]struct {
		maxLen int64
		run    func(v *visitor, id string, from, to *process)
	}{
		"no event yet": {run: func(v *visitor, id string, from, to *process) {
			v.leaves(from)
			require.NoError(v.t, to.do(nil, "to", "red", "e", 1))
			v.lead(to.address())
			require.Equal(v.t, id, v.connects(true, "e 1"))
		}},
		"volatile text last": {run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			v.getsVolatile(from)
			v.leaves(from)
			require.NoError(v.t, from.do(nil, "all", "e", 2))
			v.settle(to)
			v.lead(to.address())
			require.Equal(v.t, id, v.connects(true, "e 2"))
		}},
		"node shuts down": {run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			require.NoError(v.t, from.do(nil, "all", "e", 2)) // may arrive before the end, or be missed
			from.end()
			require.NoError(v.t, to.do(nil, "all", "e", 3))
			v.lead(to.address())
			v.getsEach("e 2", "e 3")
		}},
		"node is killed": {run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			from.kill()
			require.NoError(v.t, to.do(nil, "all", "e", 2))
			v.lead(to.address())
			require.Equal(v.t, "disconnect", v.next().At)
			require.NotEqual(v.t, id, v.connects(false))
		}},
		"the node has not noticed": {run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			v.halve("")
			require.Equal(v.t, "disconnect", v.next().At)
			require.NoError(v.t, from.do(nil, "to", id, "e", 2)) // into the void
			v.halve(to.address())
			require.Equal(v.t, id, v.connects(true, "e 2"))
			var n int
			require.NoError(v.t, to.do(&n, "count"))
			require.Equal(v.t, 1, n)
		}},
		"joined while away": {run: func(v *visitor, id string, from, to *process) {
			v.leaves(from)
			require.NoError(v.t, to.do(nil, "join", "red", "blue"))
			require.NoError(v.t, to.do(nil, "to", "blue", "e", 1))
			v.lead(to.address())
			require.Equal(v.t, id, v.connects(true, "e 1"))
			require.NoError(v.t, from.do(nil, "to", "blue", "e", 2))
			v.gets("e 2")
		}},
		"the stream is cut behind the client": {maxLen: 1, run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			v.leaves(from)
			for n := range 500 { // Redis cuts off many at a time
				require.NoError(v.t, to.do(nil, "all", "e", n))
			}
			v.settle(to)
			v.lead(to.address())
			require.NotEqual(v.t, id, v.connects(false))
		}},
		"quiet while the stream is cut": {maxLen: 60, run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			for n := range 500 {
				require.NoError(v.t, to.do(nil, "to", "blue", "e", n))
				if n%20 == 0 {
					v.reads(id, from, to) // before it is cut off
				}
			}
			v.reads(id, from, to)
			time.Sleep(1500 * time.Millisecond) // of the case itself: a heartbeat tells the node that the client has everything
			v.leaves(from)
			require.NoError(v.t, to.do(nil, "all", "e", 2))
			v.lead(to.address())
			require.Equal(v.t, id, v.connects(true, "e 2"))
		}},
		"too much is missed": {run: func(v *visitor, id string, from, to *process) {
			require.NoError(v.t, from.do(nil, "all", "e", 1))
			v.gets("e 1")
			v.leaves(from)
			for n := range 12 { // together more than 1 MiB
				require.NoError(v.t, to.do(nil, "all", "e", n, strings.Repeat(".", 100<<10)))
			}
			v.settle(to)
			v.lead(to.address())
			require.NotEqual(v.t, id, v.connects(false))
		}},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup{Mode: "streams", Redis: address, Prefix: t.Name(), Window: 60_000, MaxLen: story.maxLen}
			from, to := startGo(t, s), startGo(t, s)
			v := newVisitor(t, "websocket")
			v.lead(from.address())
			story.run(v, v.connects(false), from, to)
		})
	}
}

// reads waits until a node has read what another has published: that has the client join a room.
func (v *visitor) reads(id string, reader, writer *process) {
	v.t.Helper()
	room := fmt.Sprint("room ", time.Now().UnixNano())
	require.NoError(v.t, writer.do(nil, "join", id, room))
	require.Eventually(v.t, func() bool {
		var there []presence
		return reader.do(&there, "who") == nil && slices.Contains(there[0].Rooms, room)
	}, patience, time.Millisecond)
}

// getsVolatile has a node send an event until it comes: it is dropped while the node does
// not know that the one before has gone out.
func (v *visitor) getsVolatile(from *process) {
	v.t.Helper()
	for range 10 {
		require.NoError(v.t, from.do(nil, "volatile", "v", "text"))
		select {
		case line, ok := <-v.lines:
			require.True(v.t, ok, "the client has ended")
			var h happening
			require.NoError(v.t, json.Unmarshal([]byte(line), &h))
			require.Equal(v.t, "v text", h.String())
			return
		case <-time.After(2 * time.Second):
		}
	}
	require.Fail(v.t, "it never comes")
}

// getsEach expects events, in order and once each, over as many connections as it takes.
func (v *visitor) getsEach(want ...string) {
	v.t.Helper()
	var events []string
	for len(events) < len(want) {
		switch h := v.next(); h.At {
		case "event":
			events = append(events, h.String())
		case "connect":
			require.True(v.t, h.Recovered)
		}
	}
	require.Equal(v.t, want, events)
}
