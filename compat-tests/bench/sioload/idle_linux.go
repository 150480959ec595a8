// idle_linux.go: idle connections. What one costs in memory, to open, to keep alive, in a room, and to close.

package main

import (
	"fmt"
	"time"
)

// idleRun is the state of the scenario.
type idleRun struct {
	*trial
	l       *loop
	cb      *callbacks
	conns   []*conn
	gc      gcStat  // of the empty server
	rss     float64 // of the empty server
	sockets float64
}

// runIdle opens connections in steps up to the last count and takes the figures of each stage.
func runIdle(t *trial, counts ...int) error {
	if err := warmUp(t); err != nil {
		return err
	}
	l, err := t.newLoop()
	if err != nil {
		return err
	}
	defer l.destroy()
	r := &idleRun{trial: t, l: l, cb: &callbacks{}}
	if r.gc, err = debugMem(t.target); err != nil {
		return err
	}
	r.rss, r.sockets = residentSize(t.pid), socketMemory()
	r.m["base_rss_mb"] = r.rss / 1e6
	if err := r.open(counts); err != nil {
		return err
	}
	if err := r.collected(); err != nil {
		return err
	}
	r.keepAlive()
	if err := r.joined(); err != nil {
		return err
	}
	r.closeAll()
	if err := l.err(); err != nil {
		return err
	}
	l.destroy()
	return r.left()
}

// perConn is a difference for each connection.
func (r *idleRun) perConn(v, base float64) float64 { return (v - base) / float64(len(r.conns)) }

func (r *idleRun) open(counts []int) error {
	var wall, cpu, first float64
	for _, n := range counts {
		t0, c0 := now(), cpuTime(r.pid)
		cs, err := r.l.connect(r.cb, n-len(r.conns), 128, 120*time.Second)
		if err != nil {
			return err
		}
		dt, dc := float64(now()-t0)/1e9, float64(cpuTime(r.pid)-c0)
		wall, cpu = wall+dt, cpu+dc
		r.conns = append(r.conns, cs...)
		r.l.run(1500*time.Millisecond, always)
		rss := residentSize(r.pid)
		prefix := fmt.Sprintf("%d_", n)
		r.m[prefix+"rss_per_conn_b"] = r.perConn(rss, r.rss)
		r.m[prefix+"conn_rate"] = float64(len(cs)) / dt
		r.m[prefix+"cpu_us_per_conn"] = dc / float64(len(cs)) / 1e3
		if first == 0 {
			first = rss
		} else {
			r.m["slope_rss_per_conn_b"] = (rss - first) / float64(n-counts[0])
		}
	}
	r.m["conn_rate"] = float64(len(r.conns)) / wall
	r.m["cpu_us_per_conn"] = cpu / float64(len(r.conns)) / 1e3
	return nil
}

// collected takes the figures after a collection.
func (r *idleRun) collected() error {
	g, err := debugMem(r.target)
	if err != nil {
		return err
	}
	r.m["gc_rss_per_conn_b"] = r.perConn(residentSize(r.pid), r.rss)
	r.m["gc_heap_per_conn_b"] = r.perConn(g.HeapAlloc, r.gc.HeapAlloc)
	r.m["gc_stack_per_conn_b"] = r.perConn(g.StackInuse, r.gc.StackInuse)
	r.m["goroutines_per_conn"] = r.perConn(g.Goroutines, r.gc.Goroutines)
	r.m["sockmem_per_conn_b"] = r.perConn(socketMemory(), r.sockets)
	return nil
}

// keepAlive watches heartbeats for a while.
func (r *idleRun) keepAlive() {
	if r.load.hold <= 0 {
		return
	}
	pings, c0, t0 := r.l.pings, cpuTime(r.pid), now()
	r.l.run(r.load.hold, r.l.healthy)
	cpu := float64(cpuTime(r.pid) - c0)
	r.m["idle_cpu_pct"] = cpu / float64(now()-t0) * 100
	if n := float64(r.l.pings - pings); n > 0 {
		r.m["heartbeats"] = n
		r.m["cpu_us_per_heartbeat"] = cpu / n / 1e3
	}
}

// joined takes what a room member adds.
func (r *idleRun) joined() error {
	if _, err := debugMem(r.target); err != nil {
		return err
	}
	before, c0 := residentSize(r.pid), cpuTime(r.pid)
	if err := r.l.join(r.cb, r.conns); err != nil {
		return err
	}
	r.m["cpu_us_per_join"] = r.perConn(float64(cpuTime(r.pid)), float64(c0)) / 1e3
	r.l.run(500*time.Millisecond, always)
	r.m["joined_rss_per_conn_b"] = r.perConn(residentSize(r.pid), r.rss)
	g, err := debugMem(r.target)
	if err != nil {
		return err
	}
	rss := residentSize(r.pid)
	r.m["gc_joined_rss_per_conn_b"] = r.perConn(rss, r.rss)
	r.m["gc_join_delta_rss_b"] = r.perConn(rss, before)
	r.m["gc_joined_heap_per_conn_b"] = r.perConn(g.HeapAlloc, r.gc.HeapAlloc)
	return nil
}

func (r *idleRun) closeAll() {
	c0 := cpuTime(r.pid)
	for i, c := range r.conns {
		if c.state == stateClosed {
			continue
		}
		r.l.closeSocket(c, false)
		if i%256 == 255 {
			r.l.run(5*time.Millisecond, always)
		}
	}
	if !r.l.run(15*time.Second, func() bool { return r.l.open > 0 }) {
		r.warn("%d connections not closed by the server within 15 s of a close frame", r.l.open)
	}
	r.m["cpu_us_per_close"] = r.perConn(float64(cpuTime(r.pid)), float64(c0)) / 1e3
}

// left takes what remains when all have gone.
func (r *idleRun) left() error {
	time.Sleep(500 * time.Millisecond)
	g, err := debugMem(r.target)
	if err != nil {
		return err
	}
	r.m["after_rss_mb"] = residentSize(r.pid) / 1e6
	r.m["after_goroutines"] = g.Goroutines - r.gc.Goroutines
	r.m["after_heap_delta_kb"] = (g.HeapAlloc - r.gc.HeapAlloc) / 1e3
	return nil
}
