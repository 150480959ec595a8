// gate_test.go: gates hold, fail, and never pass for want of a figure.

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func run1(scenario, server string, round int, metric string, v float64) result {
	return result{Server: server, Variant: "pinned", Scenario: scenario, Round: round, Metrics: metricSet{metric: v}}
}

func TestGates(t *testing.T) {
	rs := []result{
		run1("echo", "mine", 1, "cpu", 3), run1("echo", "mine", 2, "cpu", 100), run1("echo", "mine", 3, "cpu", 4),
		run1("echo", "peer", 1, "cpu", 12), run1("echo", "peer", 2, "cpu", 14), run1("echo", "peer", 3, "cpu", 2),
		run1("poll", "mine", 1, "cpu", 5),
		run1("idle", "mine", 1, "rss", 9000), {Scenario: "idle", Server: "mine", Round: 2, Err: "it broke"},
	}
	for _, c := range []struct{ gate, want string }{
		{"echo cpu mine <= 4", "PASS  echo.cpu  mine  4.00  <= 4.00\n"},
		{"echo cpu mine <= 3.9", "FAIL  echo.cpu  mine  4.00  <= 3.90\n"},
		{"echo cpu mine <= 0.5 * peer", "PASS  echo.cpu  mine  4.00  <= 6.00  = 0.5 * peer 12.0\n"},
		{"echo cpu mine <= 0.3 * peer", "FAIL  echo.cpu  mine  4.00  <= 3.60  = 0.3 * peer 12.0\n"},
		{"echo cpu mine <= 0.5 * peer aim 0.4", "PASS  echo.cpu  mine  4.00  <= 6.00  = 0.5 * peer 12.0  aim 0.4 reached: 0.33\n"},
		{"echo cpu mine <= 0.5 * peer aim 0.3", "PASS  echo.cpu  mine  4.00  <= 6.00  = 0.5 * peer 12.0  aim 0.3 missed: 0.33\n"},
		{"echo cpu mine <= 5 aim 4", "PASS  echo.cpu  mine  4.00  <= 5.00  aim 4 reached: 4.00\n"},
		{"poll cpu mine <= 2 * mine:echo", "PASS  poll.cpu  mine  5.00  <= 8.00  = 2 * mine:echo 4.00\n"},
		{"poll cpu mine <= 1 * mine:echo", "FAIL  poll.cpu  mine  5.00  <= 4.00  = 1 * mine:echo 4.00\n"},
		{"poll cpu mine <= 2 * peer", "FAIL  poll.cpu  mine  no poll of peer\n"},
		{"echo rss mine <= 1", "FAIL  echo.rss  mine  echo of mine has no rss in round 1\n"},
		{"idle rss mine <= 10000", "FAIL  idle.rss  mine  idle of mine failed in round 2: it broke\n"},
	} {
		gs, err := parseGates(c.gate)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		ok, err := printGates(&b, gs, rs)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != c.want || ok != strings.HasPrefix(c.want, "PASS") {
			t.Errorf("%s: %v %q, want %q", c.gate, ok, b.String(), c.want)
		}
	}
}

func TestParseGatesRefuses(t *testing.T) {
	for _, s := range []string{
		"", "# only a comment\n\n", "echo cpu mine", "echo cpu mine >= 4", "echo cpu mine <= x", "echo cpu mine <= 0",
		"echo cpu mine <= NaN", "echo cpu mine <= 2 * ", "echo cpu mine <= 2 x peer", "shout cpu mine <= 4",
		"echo cpu mine <= 2 * mine:shout", "echo cpu mine <= 2 aim", "echo cpu mine <= 2 aim 0", "echo cpu mine <= 2 * peer hope 1",
	} {
		if gs, err := parseGates(s); err == nil {
			t.Errorf("%q gave %v", s, gs)
		}
	}
}

func TestGateFilesParse(t *testing.T) {
	for _, file := range []string{"../gates.txt", "../goals.txt"} {
		gs, err := readGates(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range gs {
			if !strings.HasPrefix(g.server, "everwire") {
				t.Errorf("%s: %s limits %s", file, g, g.server)
			}
		}
	}
}

func TestPlanOfGatesIsWhatTheyRead(t *testing.T) {
	o := &options{servers: servers{{name: "mine"}, {name: "peer"}, {name: "other"}}}
	gs, err := parseGates("echo cpu mine <= 2 * peer\nidle1k rss mine <= 5")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := planned(t, o, gs), "idle1k:mine echo:mine echo:peer"; got != want {
		t.Errorf("plan is %q, want %q", got, want)
	}
	across, err := parseGates("poll cpu mine <= 2 * other:echo")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := planned(t, o, across), "echo:other poll:mine"; got != want {
		t.Errorf("plan over scenarios is %q, want %q", got, want)
	}
	o.scenarios = "poll"
	o.skip = "peer:poll"
	if got, want := planned(t, o, gs), "poll:mine poll:other"; got != want {
		t.Errorf("plan with -scenarios is %q, want %q", got, want)
	}
	o.servers = o.servers[1:]
	if _, err := plan(o, gs); err == nil {
		t.Error("a gate on a server that is not there was accepted")
	}
	o.scenarios = "shout"
	if _, err := plan(o, nil); err == nil {
		t.Error("an unknown scenario was accepted")
	}
}

func planned(t *testing.T, o *options, gs []gate) string {
	t.Helper()
	jobs, err := plan(o, gs)
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, j := range jobs {
		s = append(s, j.scenario+":"+j.server.name)
	}
	return strings.Join(s, " ")
}

func TestGatesOfSavedResults(t *testing.T) {
	dir := t.TempDir()
	results, gates := filepath.Join(dir, "results.jsonl"), filepath.Join(dir, "gates.txt")
	line := `{"server":"mine","variant":"pinned","scenario":"echo","round":1,"metrics":{"cpu":4}}` + "\n"
	for name, text := range map[string]string{results: line + strings.Replace(line, "pinned", "unpinned", 1), gates: "echo cpu mine <= 3\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o, err := parseOptions([]string{"-report", results, "-report-variant", "pinned", "-gates", gates}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(o, &out, io.Discard); !errors.Is(err, errGate) {
		t.Errorf("error is %v, want a failed gate", err)
	}
	if want := "FAIL  echo.cpu  mine  4.00  <= 3.00\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}
