// conform_test.go: all cases against one server, and the counts.

package wsconform

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// groups are the groups of the catalogue and how many cases each has.
var groups = []struct {
	number string
	name   string
	cases  func() []conformCase
	count  int
}{
	{"1", "framing", framing, 16},
	{"2", "pings and pongs", pings, 11},
	{"3", "reserved bits", reservedBits, 7},
	{"4", "opcodes", opcodes, 10},
	{"5", "fragmentation", fragmentation, 20},
	{"6", "UTF-8", utf8Handling, 145},
	{"7", "closing", closing, 37},
	{"9", "limits and performance", limits, 54},
	{"10", "automatic fragmentation", autoFragmentation, 1},
	{"12", "compression, by content", compressedContents, 90},
	{"13", "compression, by offer", compressedOffers, 126},
}

const total = 517

// atATime is how many cases run at once: most of them wait for nothing but the network.
const atATime = 8

func needsCompat(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("runs the WebSocket conformance cases: set EVERWIRE_COMPAT=1 (make test does)")
	}
}

func TestConformance(t *testing.T) {
	needsCompat(t)
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			conform(t, m)
		})
	}
}

func conform(t *testing.T, m mode) {
	plain, compressing := m.startServer(t), m.startCompressing(t)
	only := os.Getenv("EVERWIRE_CASE")
	known := map[string]bool{}
	for _, g := range groups {
		cases, addr := g.cases(), plain
		if cases[0].offer != "" {
			addr = compressing
		}
		require.Len(t, cases, g.count, "cases of group %s", g.number)
		for _, c := range cases {
			require.True(t, strings.HasPrefix(c.id, g.number+"."), "%s is in group %s", c.id, g.number)
			require.False(t, known[c.id], "%s is there twice", c.id)
			known[c.id] = true
		}
		if only == "" {
			report(t, g.number+" "+g.name, cases, runAll(addr, cases))
			continue
		}
		for _, c := range cases {
			if c.id == only {
				report(t, c.id, []conformCase{c}, runAll(addr, []conformCase{c}))
			}
		}
	}
	require.Len(t, known, total)
	if only == "" {
		t.Logf("%d of %d cases were run", len(known), total)
	}
}

func runAll(addr string, cases []conformCase) []outcome {
	outcomes := make([]outcome, len(cases))
	free := make(chan struct{}, atATime)
	var wg sync.WaitGroup
	for i := range cases {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			outcomes[i] = cases[i].run(addr)
		})
	}
	wg.Wait()
	return outcomes
}

// report prints the line of a group and fails the test with the ids of what did not pass.
func report(t *testing.T, group string, cases []conformCase, outcomes []outcome) {
	var lesser, bad []string
	for i, o := range outcomes {
		switch {
		case o.err != nil:
			bad = append(bad, cases[i].id)
			t.Errorf("case %s: %v", cases[i].id, o.err)
		case o.lesser:
			lesser = append(lesser, cases[i].id)
		}
	}
	line := fmt.Sprintf("group %-28s %3d passed, %d failed", group, len(cases)-len(bad), len(bad))
	if len(bad) > 0 {
		line += fmt.Sprintf(" %v", bad)
	}
	if len(lesser) > 0 {
		line += fmt.Sprintf("; passed but not strict: %v", lesser)
	}
	t.Log(line)
}

// TestNothingAfterClose is no case of the catalogue: in it the server decides to close while an echo waits to be written,
// many times. The echo may be lost then, but it must not follow the close frame (RFC 6455, 5.5.1).
func TestNothingAfterClose(t *testing.T) {
	needsCompat(t)
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) { nothingAfterClose(t, m) })
	}
}

func nothingAfterClose(t *testing.T, m mode) {
	hi, bye := text("Hello World!"), closeFrame(1000, "")
	c := conformCase{frames: []frame{hi, bye}, answers: []frame{hi}, end: end{closes: true, codes: []int{1000}, mayMiss: true}}
	wrong := conformCase{frames: []frame{hi, rsv(1, hi)}, answers: []frame{hi}, end: failed(1002)}
	cases := slices.Concat(slices.Repeat([]conformCase{c}, 2000), slices.Repeat([]conformCase{wrong}, 2000))
	lost := 0
	for _, o := range runAll(m.startServer(t), cases) {
		require.NoError(t, o.err)
		if o.lesser {
			lost++
		}
	}
	t.Logf("%d connections, %d of them closed before the echo was written", len(cases), lost)
}
