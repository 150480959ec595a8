package sio

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Strings of a small argument are part of it, those of a large one are not: who keeps a name shall not keep a megabyte.
func TestSharedText(t *testing.T) {
	type reading struct{ Name, Text string }
	for _, size := range []int{10, sharedText * 2} {
		arg := []byte(`{"Name":"sensor","Text":"` + strings.Repeat("x", size) + `"}`)
		var r reading
		require.NoError(t, bindFast(arg, &r))
		copy(arg[len(`{"Name":"`):], "SENSOR")
		want := "sensor"
		if size < sharedText {
			want = "SENSOR"
		}
		require.Equal(t, want, r.Name)
	}
}
