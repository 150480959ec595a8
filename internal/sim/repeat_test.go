// repeat_test.go: a seed that fails, fails again in the same way.

package sim_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// repeats is how often each seed is run.
const repeats = 15

// TestFailuresRepeatThemselves breaks the application at a point that the faults decide about: it takes a message twice
// when the client has attached for the fourth time.
func TestFailuresRepeatThemselves(t *testing.T) {
	again(t, func(w *world) {
		broken := false
		w.taken = func(stream string, i item) {
			name, _, _ := strings.Cut(stream, " ")
			if stream == name+" up" && w.count.attached()[name] >= 4 && !broken {
				broken = true
				w.check.received(stream, i.N)
			}
		}
	}, func(t *testing.T, o outcome) { assert.Contains(t, o.violation, "duplicate of message") })
}

// TestRunsRepeatThemselves compares whole traces of runs in which nothing is wrong.
func TestRunsRepeatThemselves(t *testing.T) {
	again(t, nil, func(t *testing.T, o outcome) { assert.Empty(t, o.violation) })
}

// again runs some seeds and compares.
func again(t *testing.T, broken func(*world), check func(*testing.T, outcome)) {
	t.Helper()
	if raced {
		t.Skip("the race detector shuffles goroutines")
	}
	for seed := range uint64(*repeatSeeds) {
		var first outcome
		for i := range repeats {
			p := drawPlan(1000 + seed)
			p.trace = true
			o := simulate(t, p, broken)
			if i == 0 {
				first = o
				check(t, o)
				continue
			}
			require.Equal(t, first.violation, o.violation, "seed %d, run %d", p.seed, i)
			require.Empty(t, firstDifference(first.schedule, o.schedule), "seed %d, run %d", p.seed, i)
		}
	}
}

func firstDifference(a, b []string) string {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			around := func(s []string) string { return strings.Join(s[min(max(i-3, 0), len(s)):min(i+3, len(s))], "\n") }
			return around(a) + "\nagainst\n" + around(b)
		}
	}
	return ""
}
