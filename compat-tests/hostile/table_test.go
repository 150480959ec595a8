// table_test.go: what a row is, and the tests that run them all and print the table.

package hostile

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A row is one hostile input, or one part of it.
type row struct {
	id   string // of the catalogue: "A7"
	name string

	on        []string // transports; nil: none, the row runs once
	settings  settings // of its server
	heap      int64    // bytes that the server's heap may have grown by; default heapSlack
	lines     int      // of the log, beside one for each session
	heavy     bool     // thousands of sessions, or seconds: left out with the race detector
	waits     bool     // for time to pass, mostly: runs beside the others
	control   bool     // can run against the official server
	pending   feature  // must be there first
	elsewhere string   // why it is not run here

	run func(a *attack)
}

// A feature of the library that is still to come.
type feature string

const (
	featureRecovery   feature = "recovery"
	featureNamespaces feature = "dynamic namespaces"
	featureClientJS   feature = "the bundled client"
	featureCluster    feature = "the cluster"
	featureCalls      feature = "calls of rooms"
)

const (
	polling   = "polling"
	websocket = "websocket"
	sse       = "sse"
)

// transports is for rows that apply to all transports.
var transports = []string{polling, websocket, sse}

// catalogue is how many rows each letter has.
var catalogue = []struct {
	letter string
	rows   *[]row
	count  int
}{
	{"A", &rowsA, 22},
	{"B", &rowsB, 13},
	{"C", &rowsC, 23},
	{"D", &rowsD, 18},
	{"E", &rowsE, 0}, // ours: of the extension
}

// unlisted are the rows of the catalogue that are not to be tested: an archived project, and an advisory without details.
var unlisted = []string{"C11", "C21"}

// TestCatalogue: each row of the catalogue has its place, and says what becomes of it.
func TestCatalogue(t *testing.T) {
	for _, c := range catalogue {
		for i := range c.count {
			id := fmt.Sprint(c.letter, i+1)
			found := slices.ContainsFunc(*c.rows, func(r row) bool { return r.id == id })
			assert.True(t, found || slices.Contains(unlisted, id), "%s is missing", id)
		}
		known := map[string]bool{}
		for _, r := range *c.rows {
			key := r.id + " " + r.name
			assert.False(t, known[key], "%s is there twice", key)
			known[key] = true
			assert.True(t, strings.HasPrefix(r.id, c.letter), "%s is among the rows %s", key, c.letter)
			assert.NotEmpty(t, r.name, r.id)
			ways := 0
			for _, is := range []bool{r.run != nil, r.pending != "", r.elsewhere != ""} {
				if is {
					ways++
				}
			}
			assert.Equal(t, 1, ways, "%s: run, pending or elsewhere", key)
		}
	}
}

// sample is what is run if nothing else was asked for: whether the harness works, in less than a second.
const sample = "A5,A9,A12,B4"

// TestRows runs all rows against this library.
func TestRows(t *testing.T) {
	needsProc(t)
	only := os.Getenv("EVERWIRE_ROW")
	if only == "" && os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Log("runs all rows if EVERWIRE_COMPAT=1 is set (make test does); now only " + sample)
		only = sample
	}
	newTable(only).pass(t)
}

// TestPolledRows runs those of WebSockets in poller mode.
func TestPolledRows(t *testing.T) {
	needsProc(t)
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("runs the rows of WebSockets once more: set EVERWIRE_COMPAT=1 (make test does)")
	}
	table := newTable(os.Getenv("EVERWIRE_ROW"))
	table.polled = true
	table.pass(t)
}

// pass demands that this library passes all rows.
func (t *table) pass(test *testing.T) {
	test.Helper()
	t.run(startOurs(test), startOurs(test))
	t.print(test, "PASS", "FAIL")
	for _, l := range t.lines {
		for _, failure := range l.failures {
			test.Errorf("%s %s (%s): %s", l.id, l.transport, l.name, failure)
		}
	}
}

// TestControl runs the rows against the official server, which may fail: the output says where.
func TestControl(t *testing.T) {
	if os.Getenv("EVERWIRE_CONTROL") == "" {
		t.Skip("runs the rows against the official server: set EVERWIRE_CONTROL=1")
	}
	needsProc(t)
	table := newTable(os.Getenv("EVERWIRE_ROW"))
	table.control = true
	// Rows that it fails wait for what never comes: several at a time.
	table.run(nil, startOfficial(t), startOfficial(t), startOfficial(t))
	table.print(t, "holds", "FAILS")
}

func needsProc(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads what the server's process costs from /proc, which only Linux has")
	}
}

// A line of the table is one row on one transport.
type line struct {
	id, transport, name string
	verdict             string // in place of what follows: pending, or why it was not run
	failures            []string
	took                time.Duration
}

type table struct {
	name    string   // of the server
	only    []string // the rows to run, by id; nil: all
	control bool
	polled  bool // poller mode, and WebSockets alone
	lines   []*line
}

func newTable(only string) *table {
	t := &table{}
	if only != "" {
		t.only = strings.Split(only, ",")
	}
	return t
}

// A job is a row to be run, and its line.
type job struct {
	row  row
	line *line
}

// run has the targets share the rows, but for those that wait, which are run aside if there is a target for that.
func (t *table) run(aside *target, targets ...*target) {
	t.name = targets[0].name
	jobs, waiting := t.list()
	var wg sync.WaitGroup
	if aside != nil {
		wg.Go(func() { work(aside, queue(waiting)) })
	} else {
		jobs = append(jobs, waiting...)
	}
	shared := queue(jobs)
	for _, target := range targets {
		wg.Go(func() { work(target, shared) })
	}
	wg.Wait()
}

func queue(jobs []job) <-chan job {
	q := make(chan job, len(jobs))
	for _, j := range jobs {
		q <- j
	}
	close(q)
	return q
}

func work(t *target, jobs <-chan job) {
	for j := range jobs {
		start := time.Now()
		j.line.failures = t.attack(j.row, j.line.transport)
		j.line.took = time.Since(start)
	}
}

// list makes the lines, and the jobs of those that are to be run.
func (t *table) list() (jobs, waiting []job) {
	for _, c := range catalogue {
		for _, r := range inOrder(*c.rows) {
			if t.only != nil && !slices.Contains(t.only, r.id) {
				continue
			}
			on := r.on
			if on == nil {
				on = []string{"-"}
			}
			r.settings.Poller = t.polled
			for _, transport := range on {
				if t.polled && transport != websocket {
					continue
				}
				l := &line{id: r.id, transport: transport, name: r.name, verdict: t.verdict(r, transport)}
				t.lines = append(t.lines, l)
				switch {
				case l.verdict != "":
				case r.waits:
					waiting = append(waiting, job{r, l})
				default:
					jobs = append(jobs, job{r, l})
				}
			}
		}
	}
	return jobs, waiting
}

// verdict says why a row is not run; "" if it is.
func (t *table) verdict(r row, transport string) string {
	switch {
	case r.pending != "":
		return "pending: " + string(r.pending)
	case r.elsewhere != "":
		return "not here: " + r.elsewhere
	case t.control && (!r.control || transport == sse):
		return "not compared"
	case r.heavy && raceDetector:
		return "not run: too heavy for the race detector"
	}
	return ""
}

// inOrder sorts rows by their number.
func inOrder(rows []row) []row {
	number := func(r row) int { n, _ := strconv.Atoi(r.id[1:]); return n }
	return slices.SortedStableFunc(slices.Values(rows), func(a, b row) int { return cmp.Compare(number(a), number(b)) })
}

func (t *table) print(test *testing.T, passed, failed string) {
	test.Helper()
	var b strings.Builder
	counts := map[string]int{}
	for _, l := range t.lines {
		verdict, reason := l.verdict, ""
		if verdict == "" {
			verdict = passed
			if len(l.failures) > 0 {
				verdict, reason = failed, ": "+firstLine(l.failures[0])
			}
		}
		kind, _, _ := strings.Cut(verdict, ":")
		counts[kind]++
		took := ""
		if l.took >= time.Second {
			took = fmt.Sprintf(" (%.1f s)", l.took.Seconds())
		}
		fmt.Fprintf(&b, "%-4s %-10s %-73s %s%s%s\n", l.id, l.transport, l.name, verdict, reason, took)
	}
	fmt.Fprintf(&b, "%s: %d %s, %d %s, %d pending, %d not here, %d not compared, %d not run",
		t.name, counts[passed], passed, counts[failed], failed, counts["pending"], counts["not here"], counts["not compared"], counts["not run"])
	test.Logf("hostile inputs\n%s", b.String())
}

// firstLine shortens a failure for the table: of what testify says, the error and the message, but not where.
func firstLine(failure string) string {
	const longest = 150
	if what, rest, found := strings.Cut(failure, "\n\tError Trace:"); found {
		_, rest, _ = strings.Cut(rest, "\tError:")
		rest, message, _ := strings.Cut(rest, "\tMessages:")
		parts := []string{strings.TrimSuffix(strings.TrimSpace(what), ":"), strings.TrimSpace(message), rest}
		failure = strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
	}
	failure = strings.Join(strings.Fields(failure), " ")
	return strings.ToValidUTF8(failure[:min(len(failure), longest)], "")
}
