// matrix_test.go: the table of programs that do well, badly, or not at all.

package matrix

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// column runs a script of the shell as a client.
func column(t *testing.T, client, script string) *Column {
	t.Helper()
	c := &Column{Client: client, Transport: "polling", Command: []string{"sh", "-c", script}, Env: []string{"WORD=ok"}}
	c.run(t.Context())
	return c
}

func TestTable(t *testing.T) {
	well := column(t, "new", `echo '{"name":"echo","ok":true}'; echo '{"name":"rooms","pending":"rooms of glass"}'
		echo '{"name":"'$WORD'","ok":true}'`)
	badly := column(t, "old", `echo '{"name":"echo","error":"no echo"}'; echo '{"name":"rooms","absent":"not in 1.0","reason":"too old"}'
		echo '{"name":"more","ok":true}'`)
	columns := []*Column{well, badly}
	require.NoError(t, well.broken)
	require.NoError(t, badly.broken)

	rows := features(columns)
	require.Equal(t, []string{"echo", "rooms", "ok", "more"}, rows)
	texts := map[string][]string{}
	for _, row := range rows {
		texts[row] = []string{well.text(row), badly.text(row)}
	}
	require.Equal(t, map[string][]string{
		"echo":  {"ok", failed},
		"rooms": {"pending", "not in 1.0"},
		"ok":    {"ok", failed},
		"more":  {failed, "ok"},
	}, texts)
	require.Equal(t, "no echo", badly.failure("echo"))
	require.Equal(t, "the program did not run it", well.failure("more"))

	assert.Contains(t, table(rows, columns), "\nrooms                                                     pending     not in 1.0\n")
	assert.Equal(t, "rooms: pending: rooms of glass (new over polling)\n"+
		"rooms: not in 1.0: too old (old over polling)\n"+
		"4 features, 2 clients: 8 cells, 3 ok, 1 not in 1.0, 1 pending, 3 FAILED", notes(rows, columns))
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
		got := column(t, "client", c.script)
		assert.Equal(t, c.why, got.failure(c.feature), c.script)
		assert.Equal(t, c.broken, got.broken != nil, "%s: %v", c.script, got.broken)
	}
}

func TestProgramThatHangs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := Lines(ctx, []string{"sh", "-c", "exec sleep 60"}, nil, func([]byte) {})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
