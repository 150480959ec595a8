// place_internal_test.go: places in a stream, and entries that come twice.

package redis

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlaces(t *testing.T) {
	const most = "18446744073709551615"
	for _, c := range []struct {
		a, b   string
		behind bool
	}{
		{"2-0", "1-9", true}, {"1-10", "1-9", true}, {"1-1", "1-1", false}, {"1-0", "1-1", false},
		{"1-0", "nothing", true}, {"nothing", "0-0", false}, {"-", "", false}, {"1-", "0-0", false},
		{most + "-" + most, most + "-1", true}, {most + "0-0", "0-0", false},
	} {
		require.Equal(t, c.behind, behind(c.a, c.b), c)
	}
	require.Equal(t, "1-1", next("1-0"))
	require.Equal(t, "2-0", next("1-"+most))
	require.Equal(t, "1-0", before("1-1"))
	require.Equal(t, "0-"+most, before("1-0"))
}

func TestSources(t *testing.T) {
	var s sources
	entry := func(name string) map[string]any { return map[string]any{tokenField: name} }
	for _, c := range []struct {
		name  string
		again bool
		gap   int
	}{
		{"a-5", false, 0}, {"a-6", false, 0}, {"a-6", true, 0}, {"a-5", true, 0}, {"a-9", false, 2}, {"a-8", false, 0}, {"a-8", true, 0},
		{"b-9", false, 0}, {"a-2000", false, 1990}, {"a-1999", false, 0}, {"a-9", true, 0}, {"a-976", true, 0}, {"a-977", false, 0}, {"a-977", true, 0},
		{"a-5000", false, 2999}, {"a-4999", false, 0}, {"nothing", false, 0}, {"", false, 0}, {"-1", false, 0},
	} {
		again, gap := s.again(entry(c.name))
		require.Equal(t, c.again, again, c)
		require.Equal(t, c.gap, gap, c)
	}
	for i := range 2 * maxSources {
		s.again(entry(string(rune('a'+i%26)) + string(rune('0'+i)) + "-1"))
	}
	require.LessOrEqual(t, len(s), maxSources)
}
