// wire_test.go: all rows against one server, and the counts.

package wire

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// A row is one check, with a server of its own.
type row struct {
	name  string
	on    options
	check func(s *server)
	over  string // the transport of server.join; rows over both are made by inBoth
	slow  bool   // takes seconds: run when EVERWIRE_COMPAT or EVERWIRE_CONTROL is set
	alone string // why the row cannot run against the official server
}

// inBoth makes two rows of one: over polling and over WebSocket.
func inBoth(list ...row) (rows []row) {
	for _, r := range list {
		for _, transport := range []string{peer.Polling, peer.Websocket} {
			copied := r
			copied.name, copied.over = r.name+" ("+transport+")", transport
			rows = append(rows, copied)
		}
	}
	return rows
}

// sections are the rows, by what they are about.
var sections = []struct {
	name string
	rows func() []row
}{
	{"verification", verification},
	{"handshake", handshake},
	{"heartbeat", heartbeat},
	{"close", closing},
	{"upgrade", upgrading},
	{"messages", messages},
	{"HTTP", httpDetails},
	{"attach and HTTP middleware", attaching},
	{"protocol errors and shutdown", violations},
	{"middleware", middlewares},
	{"namespaces", namespaces},
	{"rooms", rooms},
	{"sockets", sockets},
	{"CORS", crossOrigin},
	{"opening", opening},
	{"compression", compressing},
	{"TLS", overTLS},
	{"dynamic namespaces", dynamic},
	{"recovery", returning},
	{"volatile", volatiles},
	{"many sockets", manySockets},
	{"limits of ours", limits},
}

// atATime is how many rows run at once; those that wait for a deadline follow, all at a time.
const atATime = 8

func TestWire(t *testing.T) {
	runAll(t, startOurs, func(row) string { return "" })
}

// TestControl proves the expectations right: the official server meets them.
func TestControl(t *testing.T) {
	if os.Getenv("EVERWIRE_CONTROL") == "" {
		t.Skip("drives the official server: set EVERWIRE_CONTROL=1")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("node is not on the PATH: ", err)
	}
	if _, err := os.Stat("../node_modules/socket.io"); err != nil {
		t.Fatal("the official server is not installed: run `make setup`")
	}
	official := startNode(t)
	runAll(t, official.start, func(r row) string { return r.alone })
}

// runAll runs the rows and prints the counts. leftOut says why a row cannot be run.
func runAll(t *testing.T, start func(*testing.T, options) *server, leftOut func(row) string) {
	sum := &summary{used: map[string]bool{}}
	var timed, others []row
	for _, r := range allRows(t) {
		quick := os.Getenv("EVERWIRE_COMPAT") == "" && os.Getenv("EVERWIRE_CONTROL") == ""
		switch why := leftOut(r); {
		case r.slow && quick:
			sum.leave(r.name, "takes seconds: set EVERWIRE_COMPAT=1 (make test does)")
		case why != "":
			sum.leave(r.name, why)
		case r.on.timed():
			timed = append(timed, r)
		default:
			others = append(others, r)
		}
	}
	runRows(t, others, atATime, start, sum)
	runRows(t, timed, len(timed), start, sum)
	t.Log(sum.String())
	if os.Getenv("EVERWIRE_ROW") == "" {
		sum.checkDifferences(t)
	}
}

// allRows are the rows of all sections, named by section and row.
func allRows(t *testing.T) (rows []row) {
	names := map[string]bool{}
	for _, section := range sections {
		for _, r := range section.rows() {
			r.name = section.name + "/" + r.name
			require.False(t, names[r.name], "two rows are named %q", r.name)
			names[r.name] = true
			rows = append(rows, r)
		}
	}
	return slices.DeleteFunc(rows, func(r row) bool { return !strings.Contains(r.name, os.Getenv("EVERWIRE_ROW")) })
}

func runRows(t *testing.T, rows []row, atOnce int, start func(*testing.T, options) *server, sum *summary) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, r := range rows {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			t.Run(r.name, func(t *testing.T) {
				defer func() { sum.count(r.name, !t.Failed()) }()
				r.run(t, start, sum)
			})
		})
	}
	wg.Wait()
}

// summary counts what the rows came to.
type summary struct {
	mu      sync.Mutex // guards what follows
	passed  int
	failed  []string
	left    []string        // rows that cannot run against this server, with the reason
	used    map[string]bool // lines of differences
	retried []string
}

func (sum *summary) count(name string, ok bool) {
	sum.mu.Lock()
	defer sum.mu.Unlock()
	if ok {
		sum.passed++
		return
	}
	sum.failed = append(sum.failed, name)
}

func (sum *summary) leave(name, why string) {
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.left = append(sum.left, name+": "+why)
}

func (sum *summary) retry(name string) {
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.retried = append(sum.retried, name)
}

func (sum *summary) use(line string) {
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.used[line] = true
}

func (sum *summary) String() string {
	var b strings.Builder
	slices.Sort(sum.failed)
	waiting := 0
	for _, p := range pending {
		waiting += len(p.lines)
	}
	fmt.Fprintf(&b, "\n%d rows passed, %d failed; %d differences by choice, %d lines pending, %d not on the wire\n",
		sum.passed, len(sum.failed), len(differences), waiting, len(notOnTheWire))
	for _, name := range sum.failed {
		fmt.Fprintf(&b, "FAILED: %s\n", name)
	}
	for _, name := range sum.retried {
		fmt.Fprintf(&b, "tried again with more time: %s\n", name)
	}
	for _, why := range sum.left {
		fmt.Fprintf(&b, "not run: %s\n", why)
	}
	for _, d := range differences {
		fmt.Fprintf(&b, "by choice: %s: official %q, ours %q\n", d.line, d.official, d.ours)
	}
	for _, p := range pending {
		fmt.Fprintf(&b, "%d pending: %s\n", len(p.lines), p.feature)
		for _, line := range p.lines {
			fmt.Fprintf(&b, "   pending: %s: %s\n", p.feature, line)
		}
	}
	for _, n := range notOnTheWire {
		fmt.Fprintf(&b, "not on the wire: %s (%s)\n", n.line, n.why)
	}
	return b.String()
}

// checkDifferences fails the test if a difference is in the table that no row is about.
func (sum *summary) checkDifferences(t *testing.T) {
	for _, d := range differences {
		if !sum.used[d.line] && (d.official != "" || t.Name() != "TestControl") {
			t.Errorf("no row is about the difference %q", d.line)
		}
	}
}
