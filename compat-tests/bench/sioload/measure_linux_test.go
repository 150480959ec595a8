// measure_linux_test.go: short runs against a peer, started as the bench starts it.

package main

import (
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestEveryScenarioIsKnown(t *testing.T) {
	for _, n := range scenarioNames {
		if scenarios[n].run == nil {
			t.Errorf("%s has nothing to run", n)
		}
	}
	if len(scenarios) != len(scenarioNames) {
		t.Errorf("%d scenarios, %d named", len(scenarios), len(scenarioNames))
	}
}

// TestMeasurePeers runs each kind of scenario against the reference that knows it.
func TestMeasurePeers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures servers")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir, "../peers/lean", "../peers/gorilla", "../peers/leanpoll", "../../benchserver").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lean := server{name: "lean", command: filepath.Join(dir, "lean")}
	gorilla := server{name: "gorilla", command: filepath.Join(dir, "gorilla")}
	thin := server{name: "lean-gor", command: "env READ=gorilla " + filepath.Join(dir, "lean")}
	poll := server{name: "leanpoll", command: filepath.Join(dir, "leanpoll")}
	ours := server{name: "everwire", command: filepath.Join(dir, "benchserver")}
	o := &options{
		rounds: 1, variant: "pinned", cpus: "0", out: filepath.Join(dir, "out"), log: filepath.Join(dir, "log"),
		load: loadOptions{dur: 200 * time.Millisecond, warm: 50 * time.Millisecond, hold: 200 * time.Millisecond},
	}
	jobs := []job{
		{"echo", lean}, {"echo", thin}, {"echo", gorilla}, {"echorate", lean}, {"bin1k", gorilla}, {"bin64k", lean},
		{"bcast1k", thin}, {"bcast1k", gorilla}, {"poll", poll}, {"poll8", poll}, {"idle1k", thin},
		{"echoresume", ours}, {"sse", ours}, {"sse8", ours}, {"ssebcast1k", ours},
	}
	rs, err := measure(o, jobs, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(rs) != len(jobs) {
		t.Fatalf("%d results of %d jobs", len(rs), len(jobs))
	}
	for _, r := range rs {
		if r.Err != "" || len(r.Warnings) > 0 {
			t.Errorf("%s of %s: %s %v", r.Scenario, r.Server, r.Err, r.Warnings)
		}
		for _, m := range []string{heads[r.Scenario][0], heads[r.Scenario][1]} {
			if v := r.Metrics[m]; v <= 0 && !strings.HasPrefix(r.Scenario, "idle") {
				t.Errorf("%s of %s: %s is %v", r.Scenario, r.Server, m, v)
			}
		}
		if n := r.Metrics["goroutines_per_conn"]; r.Scenario == "idle1k" && math.Abs(n-1) > .1 {
			t.Errorf("idle1k of %s: %v goroutines a connection, want 1", r.Server, n)
		}
	}
	saved, err := readResults([]string{o.out}, "pinned")
	if err != nil || len(saved) != len(jobs) {
		t.Errorf("%d results saved, %v", len(saved), err)
	}
}

func TestServerThatEndsAtOnce(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	o := &options{variant: "pinned", cpus: "0"}
	r := runJob(o, job{"echo", server{name: "stillborn", command: "false"}}, 1, log)
	if !strings.Contains(r.Err, "stillborn has ended at once: exit status 1") {
		t.Errorf("error is %q", r.Err)
	}
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := server{name: "late", port: l.Addr().(*net.TCPAddr).Port}
	if err := s.choosePort(); err == nil {
		t.Error("took a port that is in use")
	}
}
