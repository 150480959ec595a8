// rooms_test.go: who is in which room, and what is refused.

package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/everwire/everwire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newTestHouse returns a house with Ann, id "a", and Ben, id "b", each with a
// page, whose socket is called like the id.
func newTestHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(nil)
	for id, name := range map[string]string{"a": "Ann", "b": "Ben"} {
		require.NoError(t, h.claim(id, name))
		h.enter(id, id)
	}
	return h
}

func mustJoin(t *testing.T, h *house, room, socket, who string) []change {
	t.Helper()
	_, changes, err := h.join(room, socket, who)
	require.NoError(t, err)
	return changes
}

func assertRefused(t *testing.T, code string, err error) {
	t.Helper()
	var e *everwire.Error
	if assert.ErrorAs(t, err, &e) {
		assert.Equal(t, code, e.Code)
	}
}

func TestJoinAndLeaveTellWhoIsHere(t *testing.T) {
	h := newTestHouse(t)
	mustJoin(t, h, "lobby", "a", "a")
	came := mustJoin(t, h, "lobby", "b", "b")
	require.Len(t, came, 1)
	assert.Equal(t, "Ben joined", came[0].people.Line)
	assert.Equal(t, []Person{{"a", "Ann"}, {"b", "Ben"}}, came[0].people.Here)
	assert.Equal(t, 2, came[0].room.Count)

	went := h.leave("a", "lobby", "coffee", "nowhere")
	require.Len(t, went, 1, "only of rooms that the socket was in")
	assert.Equal(t, "Ann left", went[0].people.Line)
	assert.Equal(t, []Person{{"b", "Ben"}}, went[0].people.Here)
	assert.Greater(t, went[0].people.Rev, came[0].people.Rev)
	assert.Empty(t, h.leave("a", "lobby"), "a second time")
}

func TestPersonWithTwoPagesIsHereOnce(t *testing.T) {
	h := newTestHouse(t)
	assert.Len(t, mustJoin(t, h, "lobby", "a", "a"), 1)
	assert.Empty(t, mustJoin(t, h, "lobby", "a2", "a"))
	assert.Equal(t, 1, h.view("lobby").Room.Count)
	assert.Empty(t, h.leave("a", "lobby"), "the other page is still there")
	assert.Len(t, h.leave("a2", "lobby"), 1)
}

func TestJoinOpensNewRooms(t *testing.T) {
	h := newTestHouse(t)
	name, changes, err := h.join("  Tea & Cake ", "a", "a")
	require.NoError(t, err)
	assert.Equal(t, "tea-cake", name)
	assert.Equal(t, "Opened by Ann", changes[0].room.About)
	rooms := h.list()
	assert.Equal(t, changes[0].room, rooms[len(rooms)-1])

	for i := len(rooms); i < maxRooms; i++ {
		mustJoin(t, h, fmt.Sprint("room ", i), "a", "a")
	}
	_, _, err = h.join("one too many", "a", "a")
	assertRefused(t, "rooms_full", err)
	mustJoin(t, h, "tea-cake", "b", "b")
}

func TestRoomNames(t *testing.T) {
	for name, want := range map[string]string{
		"Lobby":                    "lobby",
		"#music":                   "music",
		"Zürich 8":                 "zürich-8",
		"--a--b--":                 "a-b",
		"<script>":                 "script",
		"twenty-four letters room": "twenty-four-letters-room",
	} {
		got, err := cleanRoomName(name)
		assert.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := cleanRoomName(" #! ")
	assertRefused(t, "room_missing", err)
	_, err = cleanRoomName(strings.Repeat("ü", maxRoomName+1))
	assertRefused(t, "room_too_long", err)
}

func TestComposeRefuses(t *testing.T) {
	h := newTestHouse(t)
	for code, d := range map[string]Draft{
		"text_missing":  {Key: "k", Text: " \n"},
		"text_too_long": {Key: "k", Text: strings.Repeat("ü", maxText+1)},
		"key_invalid":   {Text: "Hello"},
	} {
		d.Room = "lobby"
		_, err := h.compose(d, "a")
		assertRefused(t, code, err)
	}
	m, err := h.compose(Draft{Room: "lobby", Key: "k", Text: " " + strings.Repeat("ü", maxText) + "\n"}, "a")
	assert.NoError(t, err)
	assert.Equal(t, Message{Room: "lobby", Key: "k", From: Person{"a", "Ann"}, Text: strings.Repeat("ü", maxText)}, m)
}
