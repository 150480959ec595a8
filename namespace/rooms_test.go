// rooms_test.go: the room index against a naive model, and its own bookkeeping.

package namespace

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newIndex() *index {
	return &newNamespace(&Registry{}, "/").index
}

// enterAll returns n sockets that are in the index, with the ids s0, s1, …
func enterAll(t testing.TB, x *index, n int) []*Socket {
	t.Helper()
	list := make([]*Socket, n)
	for i := range list {
		list[i] = &Socket{id: fmt.Sprint("s", i)}
		require.True(t, x.add(list[i]))
	}
	return list
}

// ids returns the sorted ids of a selection, one for each time that it appears.
func ids(list []*Socket) []string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.id
	}
	slices.Sort(names)
	return names
}

func selectIDs(x *index, rooms, except []string) []string {
	return ids(x.selected(nil, rooms, except))
}

func TestIndexSelects(t *testing.T) {
	x := newIndex()
	s := enterAll(t, x, 5)
	require.NoError(t, x.join(s[0], []string{"red", "blue"}))
	require.NoError(t, x.join(s[1], []string{"red"}))
	require.NoError(t, x.join(s[2], []string{"blue"}))
	require.NoError(t, x.join(s[3], []string{"s1"})) // a room of another socket's id

	for _, c := range []struct {
		name          string
		rooms, except []string
		want          []string
	}{
		{"all", nil, nil, []string{"s0", "s1", "s2", "s3", "s4"}},
		{"one room", []string{"red"}, nil, []string{"s0", "s1"}},
		{"union without duplicates", []string{"red", "blue", "red"}, nil, []string{"s0", "s1", "s2"}},
		{"unknown room", []string{"green"}, nil, []string{}},
		{"unknown beside known", []string{"green", "blue"}, nil, []string{"s0", "s2"}},
		{"id", []string{"s4"}, nil, []string{"s4"}},
		{"id that is also a room", []string{"s1"}, nil, []string{"s1", "s3"}},
		{"id and its room", []string{"s0", "red", "s0"}, nil, []string{"s0", "s1"}},
		{"all except a room", nil, []string{"red"}, []string{"s2", "s3", "s4"}},
		{"all except an id", nil, []string{"s2"}, []string{"s0", "s1", "s3", "s4"}},
		{"room except a room", []string{"red"}, []string{"blue"}, []string{"s1"}},
		{"union except id and room", []string{"red", "blue", "s4"}, []string{"s2", "green", "s1"}, []string{"s0", "s4"}},
		{"except everybody", []string{"red"}, []string{"red"}, []string{}},
	} {
		assert.Equal(t, c.want, selectIDs(x, c.rooms, c.except), c.name)
	}
}

func TestIndexJoinLeaveAreIdempotent(t *testing.T) {
	x := newIndex()
	s := enterAll(t, x, 1)[0]
	require.NoError(t, x.join(s, []string{"a", "a", "b"}))
	require.NoError(t, x.join(s, []string{"a"}))
	require.Equal(t, []string{"a", "b"}, sortedRooms(x, s))
	require.Len(t, x.rooms["a"].members, 1)
	require.True(t, x.in(s, "a"))
	require.True(t, x.in(s, s.id))
	require.False(t, x.in(s, "c"))

	require.NoError(t, x.leave(s, []string{"a", "c", "a"}))
	require.Equal(t, []string{"b"}, sortedRooms(x, s))
	require.False(t, x.in(s, "a"))
}

func sortedRooms(x *index, s *Socket) []string {
	names := x.roomsOf(s)
	slices.Sort(names)
	return names
}

func TestIndexForgetsEmptyRooms(t *testing.T) {
	x := newIndex()
	s := enterAll(t, x, 2)
	require.NoError(t, x.join(s[0], []string{"a", "b"}))
	require.NoError(t, x.join(s[1], []string{"b"}))
	require.NoError(t, x.leave(s[0], []string{"a"}))
	require.NotContains(t, x.rooms, "a")
	x.remove(s[0])
	require.Contains(t, x.rooms, "b")
	x.remove(s[1])
	require.Empty(t, x.rooms)
	require.Empty(t, x.sockets)
	require.Empty(t, x.all.members)
}

// A removed socket keeps the names of its rooms, for OnDisconnect, and joins no other.
func TestIndexAfterRemoval(t *testing.T) {
	x := newIndex()
	s := enterAll(t, x, 1)[0]
	require.NoError(t, x.join(s, []string{"a", "b"}))
	x.remove(s)
	require.Equal(t, []string{"a", "b"}, sortedRooms(x, s))
	require.True(t, x.in(s, "a"))
	require.ErrorIs(t, x.join(s, []string{"c"}), ErrDisconnected)
	require.ErrorIs(t, x.leave(s, []string{"a"}), ErrDisconnected)
	require.False(t, x.add(s), "a socket that has left came back")
	_, ok := x.get(s.id)
	require.False(t, ok)
	require.Empty(t, x.rooms)
	x.remove(s)
	require.Equal(t, []string{"a", "b"}, sortedRooms(x, s), "after a second removal")
}

// A room that was large and shrank gives its memory back.
func TestIndexShrinksRooms(t *testing.T) {
	x := newIndex()
	list := enterAll(t, x, 1000)
	for _, s := range list {
		require.NoError(t, x.join(s, []string{"big"}))
	}
	for _, s := range list[:990] {
		require.NoError(t, x.leave(s, []string{"big"}))
	}
	require.Len(t, x.rooms["big"].members, 10)
	require.LessOrEqual(t, cap(x.rooms["big"].members), 64)
}

// model is the index as one would write it without a thought for speed.
type model struct {
	rooms map[string]map[string]bool // by socket
}

func (m model) selected(rooms, except []string) []string {
	in := func(id string, list []string) bool {
		return slices.ContainsFunc(list, func(r string) bool { return r == id || m.rooms[id][r] })
	}
	found := []string{}
	for id := range m.rooms {
		if (len(rooms) == 0 || in(id, rooms)) && !in(id, except) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}

func TestIndexAgainstModel(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	x, m := newIndex(), model{map[string]map[string]bool{}}
	var here []*Socket
	pick := func(most int) []string {
		list := make([]string, rnd.IntN(most+1))
		for i := range list {
			list[i] = fmt.Sprint("r", rnd.IntN(8))
			if len(here) > 0 && rnd.IntN(5) == 0 {
				list[i] = here[rnd.IntN(len(here))].id
			}
		}
		return list
	}
	for step := range 6000 {
		if len(here) == 0 || len(here) < 40 && rnd.IntN(4) == 0 {
			s := &Socket{id: fmt.Sprint("s", step)}
			require.True(t, x.add(s))
			m.rooms[s.id] = map[string]bool{}
			here = append(here, s)
		}
		i := rnd.IntN(len(here))
		s, names := here[i], pick(3)
		switch rnd.IntN(8) {
		case 0:
			x.remove(s)
			delete(m.rooms, s.id)
			here = slices.Delete(here, i, i+1)
		case 1, 2, 3:
			require.NoError(t, x.join(s, names))
			for _, r := range names {
				m.rooms[s.id][r] = true
			}
		case 4, 5:
			require.NoError(t, x.leave(s, names))
			for _, r := range names {
				delete(m.rooms[s.id], r)
			}
		default:
			except := pick(2)
			require.Equal(t, m.selected(names, except), selectIDs(x, names, except), "rooms %v except %v", names, except)
		}
		if step%50 == 0 {
			requireSound(t, x, m)
		}
	}
	requireSound(t, x, m)
}

// requireSound checks that members and memberships point at each other, and that the rooms are the model's.
func requireSound(t *testing.T, x *index, m model) {
	t.Helper()
	require.Len(t, x.sockets, len(m.rooms))
	require.Len(t, x.all.members, len(m.rooms))
	names := map[string]bool{}
	for id, rooms := range m.rooms {
		s := x.sockets[id]
		require.NotNil(t, s, id)
		require.Equal(t, slices.Sorted(maps.Keys(rooms)), append([]string(nil), sortedRooms(x, s)...), id)
		require.Len(t, s.memberships, len(rooms)+1)
		for _, place := range s.memberships {
			require.Same(t, s, place.room.members[place.at], "%s in %q", id, place.room.name)
		}
		maps.Copy(names, rooms)
	}
	require.Equal(t, slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(x.rooms)), "rooms that exist")
}
