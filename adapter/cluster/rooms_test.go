// rooms_test.go: which nodes get what is sent to rooms.

package cluster_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/namespace/sio"
)

func to(event string, rooms ...string) *adapter.Op {
	return &adapter.Op{Rooms: rooms, Event: sio.Emission{Event: event}}
}

func publish(t *testing.T, a adapter.Adapter, ops ...*adapter.Op) {
	t.Helper()
	for _, op := range ops {
		require.NoError(t, a.Publish(t.Context(), op))
	}
}

func closeAll(t *testing.T, members ...*member) {
	t.Helper()
	for _, m := range members {
		require.NoError(t, m.Close())
		require.Zero(t, m.topics(), "subscriptions are left")
	}
}

// quiet nodes say nothing of themselves.
var quiet = cluster.Config{Heartbeat: 24 * time.Hour, Silence: 48 * time.Hour}

// A node without members of a room receives nothing of it.
func TestRoomsReachTheirNodesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from, red, both, none := newMember(t, &bus, quiet), newMember(t, &bus, quiet), newMember(t, &bus, quiet), newMember(t, &bus, quiet)
		red.follow("red")
		both.follow("red", "blue")
		synctest.Wait()
		base := [3]int{red.total(), both.total(), none.total()}
		for range 100 {
			publish(t, from, to("red", "red"), to("blue", "blue"), to("both", "red", "blue", "red"))
			publish(t, from, to("nobody", "green"), to("kept out", "green", "yellow"))
		}
		for range 10 {
			publish(t, from, to("all"), to("many", strings.Split("a b c d e f g h i", " ")...))
		}
		synctest.Wait()
		got := [3]int{red.total() - base[0], both.total() - base[1], none.total() - base[2]}
		t.Logf("520 broadcasts; received by the nodes with red, red and blue, and no rooms: %v", got)
		require.Equal(t, [3]int{200 + 20, 400 + 20, 20}, got)
		require.Len(t, red.events(), 220)
		require.Len(t, both.events(), 320, "what goes to two of its rooms comes once")
		require.Len(t, none.events(), 20)
		closeAll(t, from, red, both, none)
	})
}

// What sockets are told to join or leave, and who is thrown out, goes to all: a socket
// that has joined just now is not missed.
func TestChangesReachAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from, other := newMember(t, &bus, quiet), newMember(t, &bus, quiet)
		for _, kind := range []adapter.Kind{adapter.Join, adapter.Leave, adapter.Disconnect} {
			publish(t, from, &adapter.Op{Kind: kind, Rooms: []string{"red"}, Change: []string{"x"}})
		}
		synctest.Wait()
		require.Len(t, other.events(), 3)
		closeAll(t, from, other)
	})
}

// Whoever has sockets of other nodes join a room reaches them there at once.
func TestJoinAndSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from, other := newMember(t, &bus, quiet), newMember(t, &bus, quiet)
		publish(t, from, &adapter.Op{Kind: adapter.Join, Rooms: []string{"red"}, Change: []string{"new", "newer"}})
		publish(t, from, to("first", "new"), to("second", "newer", "blue"), to("lost", "blue"))
		synctest.Wait()
		require.Equal(t, []string{"", "first", "second"}, other.events())
		other.follow("new")
		time.Sleep(3 * time.Second)
		publish(t, from, to("third", "new"), to("for others", "newer"))
		synctest.Wait()
		require.Equal(t, []string{"", "first", "second", "third"}, other.events())

		for i := range 1100 {
			publish(t, from, &adapter.Op{Kind: adapter.Join, Change: []string{fmt.Sprint(i)}})
		}
		synctest.Wait()
		before := len(other.events())
		publish(t, from, to("sent to all", "0"), to("sent to all", "1099"))
		synctest.Wait()
		require.Len(t, other.events(), before+2, "of many rooms, too")
		closeAll(t, from, other)
	})
}

// Rooms may have any name, also one that is no text, and one of 20 bytes, as sockets have.
func TestNamesOfRooms(t *testing.T) {
	names := []string{
		"", ".", " ", "*", ">", "\xff\x00\xfe", "\xff\x00", "a\r\nSUB x 1", strings.Repeat("x", 64), strings.Repeat("x", 65),
		strings.Repeat("\xff", 100_000), "ABCDEFGHIJKLMNOPQRST", "Room", "room", "ROOM\x00", "r", "all", "node.x",
	}
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from := newMember(t, &bus, quiet)
		for i, name := range names {
			other := newMember(t, &bus, quiet)
			other.follow(name)
			synctest.Wait()
			require.Contains(t, other.heard, "everwire.Lw.all")
			for topic := range other.heard {
				require.Regexp(t, `^[A-Za-z0-9_.-]{1,800}$`, topic)
				require.NotContains(t, topic+".", "..")
			}
			for j, n := range names {
				op := to(fmt.Sprint(j), n)
				op.Except = []string{"\xfe" + n}
				publish(t, from, op)
			}
			synctest.Wait()
			require.Contains(t, other.events(), fmt.Sprint(i), "%.20q", name)
			for _, op := range other.ops {
				j := 0
				_, err := fmt.Sscan(op.Event.Event, &j)
				require.NoError(t, err)
				require.Equal(t, []string{names[j]}, op.Rooms)
				require.Equal(t, []string{"\xfe" + names[j]}, op.Except)
				require.True(t, j == i || len(names[j]) == 20, "%.20q has come to %.20q", names[j], name)
			}
			closeAll(t, other)
		}
		closeAll(t, from)
	})
}

// Churn leaves no subscription, and no goroutine; who comes back soon costs nothing.
func TestChurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		m := newMember(t, &bus, cluster.Config{})
		for i := range 1000 {
			m.follow("Room", fmt.Sprint("room ", i%100))
			m.unfollow("room", "ROOM\x00", "Room", fmt.Sprint("room ", i%100))
		}
		synctest.Wait()
		require.LessOrEqual(t, m.topics(), 2+101)
		require.Less(t, runtime.NumGoroutine(), 30)
		m.follow("kept")
		synctest.Wait()
		heard := m.heardOf("everwire.Lw.room.ra2VwdA")
		require.Equal(t, 1, heard)
		time.Sleep(500 * time.Millisecond) // between two ticks
		for _, pause := range []time.Duration{0, 900 * time.Millisecond} {
			m.unfollow("kept")
			time.Sleep(pause)
			m.follow("kept")
			time.Sleep(5*time.Second - pause)
			require.Equal(t, 3, m.topics(), "all, one's own, and one room")
		}
		require.Equal(t, 1, m.subscribed["everwire.Lw.room.ra2VwdA"])
		m.unfollow("kept")
		time.Sleep(5 * time.Second)
		require.Equal(t, 2, m.topics())
		closeAll(t, m)
	})
}

func (p *tap) heardOf(topic string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard[topic]
}

// Sockets have topics if it is asked for; a room of the same name shares it.
func TestPrivateTopics(t *testing.T) {
	const id = "ABCDEFGHIJKLMNOPQRST"
	for _, private := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var bus memory.Bus
			c := quiet
			c.Private, c.Heartbeat = private, 3*time.Second
			from, owner, other := newMember(t, &bus, c), newMember(t, &bus, c), newMember(t, &bus, c)
			f := owner.Adapter.(adapter.Follower)
			f.FollowRoom(id, true, true)
			f.FollowRoom(id, true, false)
			f.FollowRoom(id, false, false)
			time.Sleep(10 * time.Second)
			publish(t, from, to("x", id))
			synctest.Wait()
			require.Equal(t, []string{"x"}, owner.events())
			require.Equal(t, private, len(other.events()) == 0)
			f.FollowRoom(id, false, true)
			time.Sleep(10 * time.Second)
			require.Equal(t, 2, owner.topics())
			closeAll(t, from, owner, other)
		})
	}
}

// A bus that refuses a subscription is asked again, and the application hears of it once.
func TestSubscriptionFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus memory.Bus
		from, m := newMember(t, &bus, quiet), newMember(t, &bus, cluster.Config{})
		failure := errors.New("no more subscriptions")
		m.tap.refuse = func(topic string) error { return failure }
		m.follow("a", "b")
		m.unfollow("b")
		time.Sleep(10 * time.Second)
		_, faults := m.missed()
		require.NotEmpty(t, faults)
		require.LessOrEqual(t, len(faults), 2)
		require.ErrorIs(t, faults[0], failure)
		m.tap.mu.Lock()
		m.tap.refuse = nil
		m.tap.mu.Unlock()
		time.Sleep(2 * time.Second)
		publish(t, from, to("x", "a"))
		synctest.Wait()
		require.Equal(t, []string{"x"}, m.events())
		require.Equal(t, 3, m.topics())
		closeAll(t, from, m)
	})
}

func TestBadPrefix(t *testing.T) {
	for _, prefix := range []string{".", "a.", "a..b", "a b", "*", ">", "größe", strings.Repeat("x", 65)} {
		_, err := cluster.Over(new(memory.Bus), cluster.Config{Prefix: prefix}).Open("/", &member{})
		require.ErrorContains(t, err, "Config.Prefix", prefix)
		_, err = cluster.NewEmitter(new(memory.Bus), cluster.Config{Prefix: prefix})
		require.ErrorContains(t, err, "Config.Prefix", prefix)
	}
}
