// matrix_test.go: the table of programs that do well, badly, or not at all.

package interop

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shell runs a script of the shell as a client.
func shell(t *testing.T, client, script string) *column {
	t.Helper()
	program := Program{Command: []string{"sh", "-c", script}, Env: []string{"WORD=ok"}}
	c := &column{client: client, transport: "polling", program: program}
	c.run(t.Context())
	return c
}

func TestTable(t *testing.T) {
	well := shell(t, "new", `echo '{"name":"echo","ok":true}'; echo '{"name":"rooms and broadcasts","pending":"rooms of glass"}'
		echo '{"name":"'$WORD'","ok":true}'`)
	badly := shell(t, "old", `echo '{"name":"echo","error":"no echo"}'; echo '{"name":"rooms and broadcasts","absent":"not in 1.0","reason":"too old"}'
		echo '{"name":"more","ok":true}'`)
	columns := []*column{well, badly}
	require.NoError(t, well.broken)
	require.NoError(t, badly.broken)

	rows := features(columns)
	require.Equal(t, []string{"echo", "rooms and broadcasts", "ok", "more"}, rows)
	texts := map[string][]string{}
	for _, row := range rows {
		texts[row] = []string{well.text(row), badly.text(row)}
	}
	require.Equal(t, map[string][]string{
		"echo":                 {"ok", failed},
		"rooms and broadcasts": {"pending", "not in 1.0"},
		"ok":                   {"ok", failed},
		"more":                 {failed, "ok"},
	}, texts)
	require.Equal(t, "no echo", badly.failure("echo"))
	require.Equal(t, "the program did not run it", well.failure("more"))

	assert.Contains(t, table(rows, columns), "\nrooms and broadcasts  pending     not in 1.0\nok                    ok ")
	assert.Equal(t, "rooms and broadcasts: pending: rooms of glass (new over polling)\n"+
		"rooms and broadcasts: not in 1.0: too old (old over polling)\n"+
		"4 features, 2 columns: 8 cells, 3 ok, 1 not in 1.0, 1 pending, 3 FAILED", notes(rows, columns))
}

func TestProgramsThatFail(t *testing.T) {
	for _, c := range []struct {
		script, feature, why string
		broken               bool
	}{
		{`echo '{"name":"echo","ok":true}'; exit 3`, "echo", "", true},
		{`exit 0`, "echo", "the program did not run it", true},
		{`echo Traceback`, "output of the program", "Traceback", false},
		{`echo '{"name":"echo"}'`, "echo", "the program did not say how it ended", false},
		{`echo '{"name":"echo","ok":true}'; echo '{"name":"echo","ok":true}'`, "echo", "the program told of it twice", false},
		{`echo '{"name":"echo","pending":"x","error":"broken"}'`, "echo", "broken", false},
	} {
		got := shell(t, "client", c.script)
		assert.Equal(t, c.why, got.failure(c.feature), c.script)
		assert.Equal(t, c.broken, got.broken != nil, "%s: %v", c.script, got.broken)
	}
}

func TestProgramThatHangs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := Program{Command: []string{"sh", "-c", "exec sleep 60"}}.Lines(ctx, func([]byte) {})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
