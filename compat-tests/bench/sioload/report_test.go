// report_test.go: medians, the table, and the flags.

package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	v := []float64{9, 1, 5}
	if m := median(v); m != 5 {
		t.Errorf("median of three is %v", m)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("median of four is %v", m)
	}
	if !slices.Equal(v, []float64{9, 1, 5}) {
		t.Errorf("median has sorted its argument: %v", v)
	}
}

func TestTable(t *testing.T) {
	rs := []result{
		run1("echo", "mine", 1, "msg_per_s", 1000), run1("echo", "mine", 2, "msg_per_s", 1200),
		run1("echo", "peer", 1, "zeal", 2), {Variant: "pinned", Scenario: "echo", Server: "peer", Round: 2, Err: "it broke"},
	}
	var b strings.Builder
	if err := printTable(&b, rs, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	var table []string
	for _, l := range lines {
		table = append(table, strings.Join(strings.Fields(l), " "))
	}
	want := []string{
		"== echo (pinned) ==", "metric mine peer", "msg_per_s 1100 (18) -", "cpu_us_per_msg - -", "p50_us - -", "p99_us - -",
		"load_cpu_pct - -", "zeal - 2.00", "- peer: it broke",
	}
	if !slices.Equal(table, want) {
		t.Errorf("table is\n%s", b.String())
	}
}

func TestMarkdownTable(t *testing.T) {
	var b strings.Builder
	if err := printTable(&b, []result{run1("churn", "mine", 1, "cycle_per_s", 7)}, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"### churn (pinned)\n", "| metric | mine |\n|---|---:|\n", "| cycle_per_s | 7.00 |\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}

func TestServerFlag(t *testing.T) {
	o, err := parseOptions([]string{"-server", "a=env X=1 /bin/a:b:3150", "-server", "c=d:0", "-variant", "unpinned"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if want := (servers{{"a", "env X=1 /bin/a:b", 3150}, {"c", "d", 0}}); !slices.Equal(o.servers, want) {
		t.Errorf("servers are %+v", o.servers)
	}
	if o.cpus != "0-1" {
		t.Errorf("an unpinned server gets CPUs %s", o.cpus)
	}
}

func TestFlagsAreChecked(t *testing.T) {
	for _, args := range [][]string{
		{"-server", "a"}, {"-server", "a=b"}, {"-server", "=b:1"}, {"-server", "a=b:x"},
		{"-server", "a=b:1", "-server", "a=c:2"}, {"-variant", "loose"}, {"stray"},
	} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%q accepted", args)
		}
	}
}

// Both lists are read in places that the compiler does not compare.
func TestEveryScenarioHasHeads(t *testing.T) {
	for _, n := range scenarioNames {
		if len(heads[n]) == 0 {
			t.Errorf("%s has no chief metrics", n)
		}
	}
	if len(heads) != len(scenarioNames) {
		t.Errorf("%d scenarios, %d with chief metrics", len(scenarioNames), len(heads))
	}
}
