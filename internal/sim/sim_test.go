// sim_test.go: as many seeds as there is time for.

package sim_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"
)

var (
	seeds       = flag.Int("seeds", 0, "number of seeds to run; 0 is as many as the budget holds")
	from        = flag.Int("from", 0, "the first seed")
	seed        = flag.Int64("seed", -1, "the one seed to run; with -v its trace is printed")
	repeatSeeds = flag.Int("repeat", 3, "seeds that are run again and again, to see that they repeat themselves")
	show        = flag.Int("show", 0, "bytes that the trace of one seed shows of what arrives")
	budget      = flag.Duration("budget", 0, "time for seeds; default 5s, or 60s with EVERWIRE_COMPAT=1")
)

// least is how often each fault must have struck, and each pair of transports have been gone through, in a run of
// enough seeds.
const (
	least  = 100
	enough = 200
)

// outcome is what became of a seed.
type outcome struct {
	violation string
	schedule  []string
	count     *tally
}

// simulate runs one seed in a bubble of its own.
func simulate(t *testing.T, p plan, broken func(*world)) (o outcome) {
	t.Helper()
	var w *world
	defer func() {
		if r := recover(); r != nil { // the bubble found a deadlock
			o.violation = fmt.Sprintf("%v\n%s", r, goroutines())
			if w != nil {
				o.schedule = w.schedule()
			}
		}
	}()
	defer steady()()
	cryptotest.SetGlobalRandom(t, p.seed)
	synctest.Test(t, func(t *testing.T) { w = run(t.Context(), p, broken) })
	o = outcome{schedule: w.schedule(), count: w.count}
	if what, at := w.check.found(); what != "" {
		o.violation = fmt.Sprintf("at %v: %s", at, what)
	}
	return o
}

// steady has the scheduler do the same in each run of a seed, as far as it can be told to: goroutines that are ready in
// the same instant run one after the other, and no collector comes between.
func steady() (undo func()) {
	processors, percent, limit := runtime.GOMAXPROCS(1), debug.SetGCPercent(-1), debug.SetMemoryLimit(1<<30)
	return func() {
		runtime.GOMAXPROCS(processors)
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// schedule is all that happened, up to the violation if there was one.
func (w *world) schedule() (lines []string) {
	_, until := w.check.found()
	for _, e := range w.net.Events() {
		if until == 0 || e.At <= until {
			lines = append(lines, e.String())
		}
	}
	return lines
}

// goroutines are those of bubbles that are left.
func goroutines() string {
	buf := make([]byte, 1<<20)
	var left []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "synctest bubble") {
			left = append(left, g)
		}
	}
	return strings.Join(left, "\n\n")
}

func timeForSeeds() time.Duration {
	switch {
	case *budget > 0:
		return *budget
	case os.Getenv("EVERWIRE_COMPAT") == "1":
		return time.Minute
	}
	return 5 * time.Second
}

// TestSimulation runs seeds until one fails, or time is over.
func TestSimulation(t *testing.T) {
	if *seed >= 0 {
		p := drawPlan(uint64(*seed))
		p.trace, p.show = testing.Verbose(), *show
		o := simulate(t, p, nil)
		report(t, *seed, o, testing.Verbose())
		return
	}
	total, n, began := newTally(), 0, time.Now()
	for ; *seeds == 0 && time.Since(began) < timeForSeeds() || n < *seeds; n++ {
		o := simulate(t, drawPlan(uint64(*from+n)), nil)
		if o.violation != "" {
			report(t, int64(*from+n), o, true)
			return
		}
		total.add(o.count)
	}
	t.Logf("%d seeds in %v\n%v", n, time.Since(began).Round(time.Second), total)
	if thin := total.thin(least); n >= enough && len(thin) > 0 {
		t.Errorf("too few of these to prove anything, the least is %d:\n%s", least, strings.Join(thin, "\n"))
	}
}

// TestCalm runs some seeds on a network without faults, each client on one connection. What fails here is no matter of
// faults.
func TestCalm(t *testing.T) {
	for n := range uint64(8) {
		if o := simulate(t, drawPlan(n).inCalm(), nil); o.violation != "" {
			report(t, int64(n), o, true)
		}
	}
}

func report(t *testing.T, seed int64, o outcome, whole bool) {
	t.Helper()
	if whole {
		t.Logf("seed %d:\n%s", seed, strings.Join(o.schedule, "\n"))
	}
	if o.violation != "" {
		t.Errorf("seed %d: %s\nrun it alone: go test ./internal/sim -run Simulation -v -seed %d", seed, o.violation, seed)
	}
}
