// post_internal_test.go: how much one POST may hold.

package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTooMany(t *testing.T) {
	event, attachment := "42[\"e\"]", "bAA=="
	list := func(n int, packets ...string) string {
		return strings.TrimSuffix(strings.Repeat(strings.Join(packets, "\x1e")+"\x1e", n), "\x1e")
	}
	for _, c := range []struct {
		name, payload string
		want          bool
	}{
		{"nothing", "", false},
		{"as many as may be", list(1000, event), false},
		{"one more", list(1001, event), true},
		{"with an attachment each", list(1000, event, attachment), false},
		{"binary alone, as other codecs have it", list(1000, attachment), false},
		{"too many of them", list(1001, attachment), true},
		{"ten attachments on each", list(1000, append([]string{event}, strings.Split(list(10, attachment), "\x1e")...)...), false},
		{"empty packets", strings.Repeat("\x1e", 1000), true},
		{"eleven attachments on each", list(90, append([]string{event}, strings.Split(list(11, attachment), "\x1e")...)...), true},
	} {
		require.Equal(t, c.want, tooMany([]byte(c.payload)), c.name)
	}
}
