// store_test.go: what was said stays said.

package app

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mustOpen(t *testing.T, path string) *store {
	t.Helper()
	s, err := openStore(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.close()) })
	return s
}

func mustAdd(t *testing.T, s *store, key, who string) Message {
	t.Helper()
	m, news, err := s.addMessage(Message{Room: "lobby", Key: key, From: Person{who, "Name of " + who}, Text: "said " + key})
	require.NoError(t, err)
	require.True(t, news)
	return m
}

func mustRead(t *testing.T, s *store, n int) []Message {
	t.Helper()
	all, err := s.messages("lobby", n)
	require.NoError(t, err)
	return all
}

func TestMessagesAreTheLastOnes(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "chat.db"))
	assert.Equal(t, []Message{}, mustRead(t, s, 10), "none is a list too")
	var all []Message
	for i := range 15 {
		all = append(all, mustAdd(t, s, fmt.Sprint(i), "a"))
	}
	assert.Equal(t, all[5:], mustRead(t, s, 10))
	for i := 1; i < len(all); i++ {
		assert.Greater(t, all[i].ID, all[i-1].ID)
	}
	other, err := s.messages("coffee", 10)
	require.NoError(t, err)
	assert.Empty(t, other)
}

func TestDraftSentTwiceIsKeptOnce(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "chat.db"))
	first := mustAdd(t, s, "k", "a")
	again, news, err := s.addMessage(Message{Room: "lobby", Key: "k", From: Person{"a", "Ann"}, Text: "other"})
	require.NoError(t, err)
	assert.False(t, news)
	assert.Equal(t, first, again)
	mustAdd(t, s, "k", "b") // the key is the author's own
	assert.Len(t, mustRead(t, s, 10), 2)
}

func TestSecondTickComesFromSomebodyElse(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "chat.db"))
	one, two, three := mustAdd(t, s, "1", "a"), mustAdd(t, s, "2", "b"), mustAdd(t, s, "3", "a")
	for _, c := range []struct {
		why  string
		who  string
		upTo int64
		want []int64
	}{
		{"one's own page does not count", "a", three.ID, []int64{two.ID}},
		{"not what came after", "b", two.ID, []int64{one.ID}},
		{"the rest", "b", three.ID, []int64{three.ID}},
		{"once", "b", three.ID, []int64{}},
	} {
		got, err := s.deliver("lobby", c.who, c.upTo)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.why)
	}
	for _, m := range mustRead(t, s, 10) {
		assert.True(t, m.Delivered)
	}
}

func TestRestartLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	before, err := openStore(path)
	require.NoError(t, err)
	said := mustAdd(t, before, "k", "a")
	for i, name := range []string{"lobby", "silent", "lobby"} {
		require.NoError(t, before.addRoom(Room{Name: name, About: "About", Rev: int64(i)}))
	}
	require.NoError(t, before.close())

	after := mustOpen(t, path)
	assert.Equal(t, []Message{said}, mustRead(t, after, 10))
	rooms, err := after.rooms()
	require.NoError(t, err)
	assert.Equal(t, []Room{{Name: "lobby", About: "About"}}, rooms, "those in which something was said")
	next := mustAdd(t, after, "next", "a")
	assert.Greater(t, next.ID, said.ID)
}

func TestHouseOpensWithTheRoomsOfBefore(t *testing.T) {
	h := newHouse([]Room{{Name: "lobby", About: "Other"}, {Name: "tea-cake", About: "Opened by Cleo"}})
	rooms := h.list()
	require.Len(t, rooms, 4)
	assert.Equal(t, "Say hello", rooms[0].About)
	assert.Equal(t, "tea-cake", rooms[3].Name)
}

func TestNoDatabaseIsAnError(t *testing.T) {
	_, err := New(filepath.Join(t.TempDir(), "missing", "chat.db"))
	assert.ErrorContains(t, err, "chat.db")
}
