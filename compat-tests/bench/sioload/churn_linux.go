// churn_linux.go: connections that come, echo once and go.

package main

import (
	"time"
)

const batchTime = 2 * time.Minute

type churnRun struct {
	*trial
	latency histogram // from dial to the echo
	peak    float64   // resident memory
}

// runChurn makes cycles in two batches and compares the memory after them: what grows in the second one, leaks.
func runChurn(t *trial, cycles, atOnce int) error {
	if err := warmUp(t); err != nil {
		return err
	}
	before, err := debugMem(t.target)
	if err != nil {
		return err
	}
	t.m["gc_rss0_mb"] = residentSize(t.pid) / 1e6
	r := &churnRun{trial: t}
	first, err := r.batch(cycles/2, atOnce)
	if err != nil {
		return err
	}
	t.m["gc_rss1_mb"] = residentSize(t.pid) / 1e6
	second, err := r.batch(cycles/2, atOnce)
	if err != nil {
		return err
	}
	t.m["gc_rss2_mb"] = residentSize(t.pid) / 1e6
	t.m["rss_end_mb"] = r.peak / 1e6
	t.m["heap_growth_b_per_cycle"] = (second.HeapAlloc - first.HeapAlloc) / float64(cycles/2)
	t.m["goroutines_left"] = second.Goroutines - before.Goroutines
	t.m["p50_us"], t.m["p99_us"] = r.latency.quantile(.5), r.latency.quantile(.99)
	return nil
}

// batch makes n cycles; every fourth client goes without a close frame. The figures are the last batch's.
func (r *churnRun) batch(n, atOnce int) (gcStat, error) {
	l, err := r.newLoop()
	if err != nil {
		return gcStat{}, err
	}
	defer l.destroy()
	cb := &callbacks{}
	cb.ready = func(c *conn) { l.emitEcho(c, 0) }
	cb.ack = func(c *conn, _ uint64, _, _ []byte) {
		r.latency.add(now() - c.dialed)
		l.closeSocket(c, c.index%4 == 3)
	}
	dialed := 0
	m := r.meter()
	inTime := l.run(batchTime, func() bool {
		for dialed < n && dialed-cb.closedCount < atOnce && l.healthy() {
			if _, err := l.dial(cb, dialed, false); err != nil {
				l.fail(err)
			}
			dialed++
		}
		return cb.closedCount < n && l.healthy()
	})
	m.stop("", "cycle", cb.closedCount)
	if err := l.err(); err != nil {
		return gcStat{}, err
	}
	if !inTime {
		r.warn("%d of %d cycles within %v", cb.closedCount, n, batchTime)
	}
	l.destroy()
	r.peak = max(r.peak, residentSize(r.pid))
	time.Sleep(700 * time.Millisecond)
	return debugMem(r.target)
}
