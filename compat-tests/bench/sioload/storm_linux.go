// storm_linux.go: all clients lose their connection at once, and all come back at once.

package main

import (
	"fmt"
	"time"
)

const stormTime = 30 * time.Second // in which all must be back

// runStorm takes how long it takes until all are back, what it costs, and what memory it takes.
func runStorm(t *trial, n int) error {
	if err := warmUp(t); err != nil {
		return err
	}
	l, err := t.newLoop()
	if err != nil {
		return err
	}
	defer l.destroy()
	cb := &callbacks{}
	cs, err := l.connect(cb, n, 128, 120*time.Second)
	if err != nil {
		return err
	}
	l.run(1500*time.Millisecond, always)
	steady := residentSize(t.pid)
	for _, c := range cs {
		l.closeSocket(c, true)
	}
	peak := steady
	l.every(50*time.Millisecond, func() { peak = max(peak, residentSize(t.pid)) })
	m, from := t.meter(), now()
	if _, err := l.connect(cb, n, n, stormTime); err != nil {
		return fmt.Errorf("storm: %w", err)
	}
	m.stop("", "conn", n)
	t.m["storm_s"] = float64(now()-from) / 1e9
	t.m["steady_rss_mb"], t.m["peak_rss_mb"] = steady/1e6, peak/1e6
	t.m["peak_over_steady"] = peak / steady
	return nil
}
