// measure_linux.go: the rounds. Each run has a server process of its own.

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// measure runs every job once a round, appends each result to the output file and tells progress on stderr.
func measure(o *options, jobs []job, stderr io.Writer) (rs []result, err error) {
	// The loops of the scenarios own one thread; a collection in the middle of a measured phase would only blur it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer debug.SetGCPercent(debug.SetGCPercent(400))

	log, err := os.OpenFile(o.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	out, err := os.OpenFile(o.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	for round := 1; round <= o.rounds; round++ {
		for _, j := range jobs {
			r := quietest(o, j, round, log)
			rs = append(rs, r)
			if err := appendResult(out, &r); err != nil {
				return nil, err
			}
			fmt.Fprintf(stderr, "%s r%d %-9s %-12s %5.1fs load %s foreign %.0f%%%s %s\n",
				r.Variant, round, r.Scenario, r.Server, r.Seconds, r.Load, r.foreign(), headline(&r), trouble(&r))
			runtime.GC()
		}
	}
	return rs, nil
}

// quietest runs a job, again while others took too much of a core, and keeps the run that they disturbed least.
func quietest(o *options, j job, round int, log *os.File) result {
	best := runJob(o, j, round, log)
	for try := 0; try < o.retries && o.maxForeign > 0 && best.foreign() > o.maxForeign; try++ {
		time.Sleep(2 * time.Second)
		if r := runJob(o, j, round, log); r.foreign() < best.foreign() {
			best = r
		}
	}
	return best
}

// runJob starts the server, runs the scenario on it and stops it. What goes wrong is in the result.
func runJob(o *options, j job, round int, log *os.File) (r result) {
	r = result{Server: j.server.name, Variant: o.variant, Scenario: j.scenario, Round: round, Metrics: metricSet{}, Load: loadAverages()}
	started := time.Now()
	defer func() { r.Seconds = time.Since(started).Seconds() }()
	sc := scenarios[j.scenario]
	p, err := startServer(j.server, o.variant, o.cpus, sc.env, log)
	if err != nil {
		r.Err = err.Error()
		return r
	}
	defer p.stop()
	t := &trial{target: target{port: p.port}, resume: sc.resume, load: o.load, pid: p.pid(), m: r.Metrics}
	before := readCores(t.pid)
	if err := sc.run(t); err != nil {
		r.Err = err.Error()
	}
	if o.variant == "pinned" {
		readCores(t.pid).foreignSince(before, r.Metrics)
	}
	r.Warnings = t.warnings
	return r
}

// foreign is how much others took of the busier core, in percent.
func (r *result) foreign() float64 {
	return max(r.Metrics["core0_foreign_pct"], r.Metrics["core1_foreign_pct"])
}

// appendResult writes one JSON line.
func appendResult(w io.Writer, r *result) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// headline is the chief metrics of one run in one line.
func headline(r *result) string {
	var b strings.Builder
	for _, k := range heads[r.Scenario] {
		if v, ok := r.Metrics[k]; ok {
			fmt.Fprintf(&b, " %s=%s", k, number(v))
		}
	}
	return b.String()
}

// trouble is the error and the warnings of one run.
func trouble(r *result) string {
	s := strings.Join(r.Warnings, "; ")
	if r.Err != "" {
		s = "ERROR " + r.Err + " " + s
	}
	return s
}
