// people_test.go: whose a name is.

package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"Ann":                        "Ann",
		"  Ann \t Marlow ":           "Ann Marlow",
		"Zoë\u202e\x00":              "Zoë",
		strings.Repeat("ü", maxName): strings.Repeat("ü", maxName),
	} {
		got, err := cleanName(name)
		assert.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := cleanName(" \u200b\n")
	assertRefused(t, "name_missing", err)
	_, err = cleanName(strings.Repeat("ü", maxName+1))
	assertRefused(t, "name_too_long", err)
}

func TestNameBelongsToOne(t *testing.T) {
	h := newTestHouse(t)
	assertRefused(t, "name_taken", h.claim("c", "ANN"))
	assert.NoError(t, h.claim("c", "Cleo"))
	_, _, err := h.rename("b", "cleo")
	assertRefused(t, "name_taken", err)
}

func TestSecondPageKeepsTheName(t *testing.T) {
	h := newTestHouse(t)
	require.NoError(t, h.claim("a", "Annabel"))
	assert.Equal(t, Person{"a", "Ann"}, h.enter("a", "a2"))
}

func TestNameWaitsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTestHouse(t)
		h.exit("a", "a")
		h.exit("a", "a")
		time.Sleep(keepName - time.Nanosecond)
		assertRefused(t, "name_taken", h.claim("c", "Ann"))
		assert.NoError(t, h.claim("a", "Ann"), "a reload")
		time.Sleep(keepName)
		assert.NoError(t, h.claim("c", "Ann"), "who claimed a name and did not enter")
		assertRefused(t, "name_taken", h.claim("c", "Ben"))
	})
}

func TestRenameTellsAllRooms(t *testing.T) {
	h := newTestHouse(t)
	for _, room := range []string{"lobby", "coffee"} {
		mustJoin(t, h, room, "a", "a")
	}
	you, changes, err := h.rename("a", "Anna")
	require.NoError(t, err)
	assert.Equal(t, Person{"a", "Anna"}, you)
	require.Len(t, changes, 2)
	for _, c := range changes {
		assert.Equal(t, "Ann is now Anna", c.people.Line)
		assert.Equal(t, []Person{you}, c.people.Here)
	}
	_, changes, err = h.rename("a", "Anna")
	require.NoError(t, err)
	assert.Empty(t, changes, "nothing new")
}
