// room_test.go: what a node keeps, and what a page gets of it.

package app

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

func TestMessages(t *testing.T) {
	m := func(author string, n, at int64) Message { return Message{Author: author, N: n, At: at} }
	var l messages
	l.add(m("b", 1, 20), m("a", 1, 10))
	l.add(m("b", 2, 30), m("b", 1, 20), m("a", 2, 15))
	assert.Equal(t, []Message{m("a", 1, 10), m("a", 2, 15), m("b", 1, 20), m("b", 2, 30)}, l.all())
	assert.Equal(t, []Message{m("a", 2, 15), m("b", 2, 30)}, l.since(map[string]int64{"a": 1, "b": 1, "c": 7}))
	assert.Empty(t, l.since(map[string]int64{"a": 2, "b": 2}))
	_, found := l.find(m("a", 3, 0))
	assert.False(t, found)
	old, found := l.find(m("b", 2, 99))
	assert.True(t, found)
	assert.Equal(t, int64(30), old.At)

	for n := range int64(maxKept) {
		l.add(m("c", n+1, 100+n))
	}
	assert.Len(t, l.all(), maxKept)
	assert.Len(t, l.has, maxKept)
	assert.Equal(t, m("c", 1, 100), l.all()[0])
}

// nodes are two servers on one bus, with a client each.
func nodes(t *testing.T) (rooms [2]*room, clients [2]*everwiretest.Client) {
	bus := new(memory.Bus)
	for i := range rooms {
		srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(bus, cluster.Config{}), Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		rooms[i] = openRoom(srv, string(rune('A'+i)))
		web := everwiretest.Start(t, srv)
		clients[i] = web.Connect(t, everwiretest.Auth(Hello{ID: fmt.Sprint("page", i), Name: "Page"}))
	}
	return rooms, clients
}

func TestPostIsToldOnceAndKeptByAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms, clients := nodes(t)
		told := everwiretest.Collect(clients[1], Told)
		for range 2 { // its answer was lost
			_, err := Post.Call(t.Context(), clients[0], Draft{1, "hello"})
			require.NoError(t, err)
		}
		first := told.Next(t)
		assert.Equal(t, Message{Author: "page0", Name: "Page", N: 1, Text: "hello", Node: "A", At: first.At}, first)
		assert.Equal(t, first, told.Next(t), "pages know it by its number")
		synctest.Wait()
		for _, r := range rooms {
			assert.Equal(t, []Message{first}, r.log.all())
		}
		missed, err := CatchUp.Call(t.Context(), clients[1], Seen{Authors: map[string]int64{"page1": 3}})
		require.NoError(t, err)
		assert.Equal(t, []Message{first}, missed.Messages)
	})
}

func TestNewNodeLearns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms, clients := nodes(t)
		for n := range int64(3) {
			_, err := Post.Call(t.Context(), clients[0], Draft{n + 1, "hello"})
			require.NoError(t, err)
		}
		synctest.Wait()
		rooms[1].log = messages{}
		rooms[1].learn(t.Context())
		assert.Len(t, rooms[1].log.all(), 3)
		assert.Equal(t, rooms[0].log.all(), rooms[1].log.all())
	})
}

func TestNewPageGetsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms, clients := nodes(t)
		for n := range int64(maxNew + 5) {
			rooms[0].log.add(Message{Author: "x", N: n + 1, At: n})
		}
		missed, err := CatchUp.Call(t.Context(), clients[0], Seen{New: true})
		require.NoError(t, err)
		require.Len(t, missed.Messages, maxNew)
		assert.Equal(t, int64(6), missed.Messages[0].N)
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, clients := nodes(t)
		for _, d := range []Draft{{1, ""}, {0, "x"}, {-1, "x"}, {1, strings.Repeat("x", maxText+1)}} {
			_, err := Post.Call(t.Context(), clients[0], d)
			var e *everwire.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "text", e.Code)
		}
		srv, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		openRoom(srv, "A")
		web := everwiretest.Start(t, srv)
		for _, hello := range []Hello{{}, {ID: "x"}, {Name: "x"}, {ID: strings.Repeat("x", maxName+1), Name: "x"}} {
			c := web.NewClient(t, everwiretest.Auth(hello))
			var refused *client.ConnectError
			require.ErrorAs(t, c.Connect(t.Context()), &refused, "%+v", hello)
		}
	})
}
