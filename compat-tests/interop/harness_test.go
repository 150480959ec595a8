// harness_test.go: what harness.mjs prints of features that do well, badly, or not at all.

package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// harness runs testdata/features.mjs over the transport.
func harness(t *testing.T, transport string) *column {
	t.Helper()
	c := &column{program: Node("testdata/features.mjs", "url", "control", transport, "more", "and more")}
	c.program.Env = []string{"EVERWIRE_SERVER=official"}
	c.run(t.Context())
	require.NoError(t, c.broken)
	return c
}

func TestHarness(t *testing.T) {
	NeedsNode(t)
	t.Setenv("EVERWIRE_FEATURE", "")
	for _, transport := range transports {
		c := harness(t, transport)
		var texts, notes []string
		for _, row := range c.order {
			texts, notes = append(texts, c.text(row)), append(notes, c.note(row))
		}
		assert.Equal(t, []string{"arguments", "failing", "cleaned up", "pending", "absent", "late", "waits"}, c.order)
		assert.Equal(t, []string{"ok", failed, "ok", "pending", "not in 1.0", failed, "ok"}, texts, transport)
		assert.Equal(t, []string{"", "", "", "pending: recovery", "not in 1.0: too old", "", ""}, notes, transport)
		assert.Contains(t, c.failure("failing"), "Error: no good\n", transport)
		assert.Contains(t, c.failure("late"), "an answer: nothing within 1 ms", transport)
	}
}

func TestOneFeature(t *testing.T) {
	NeedsNode(t)
	t.Setenv("EVERWIRE_FEATURE", "wait")
	require.Equal(t, []string{"waits"}, harness(t, "upgrade").order)
}
