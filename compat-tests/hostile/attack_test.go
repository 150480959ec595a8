// attack_test.go: what a row attacks with.

package hostile

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// slack is what the time limits of the catalogue are multiplied with: machines differ.
const slack = 10

// An attack is one run of a row: a server of its own, and who attacks it. It is a require.TestingT, whose failures are
// those of the row.
type attack struct {
	transport string
	target    *target
	id, addr  string // of the server
	marker    string // to be put into what is sent: it must not appear in the log

	sids     []string // of the sessions that were opened
	sessions int      // that were opened otherwise, see counted
	wires    []*wire
	failures []string
}

var _ require.TestingT = (*attack)(nil)

// Errorf records a failure of the row.
func (a *attack) Errorf(format string, args ...any) {
	a.failures = append(a.failures, fmt.Sprintf(format, args...))
}

// FailNow ends the row.
func (a *attack) FailNow() { runtime.Goexit() }

// Helper is for symmetry with testing.T: failures have no place in the table.
func (a *attack) Helper() {}

// attack runs a row and returns what failed.
func (t *target) attack(r row, transport string) []string {
	if t.ended() {
		if err := t.start(); err != nil {
			return []string{err.Error()}
		}
	}
	a := &attack{transport: transport, target: t, marker: "marker" + rand.Text()}
	a.guard(func() { a.live(r) })
	for _, w := range a.wires {
		_ = w.tcp.Close()
	}
	if a.id != "" && len(a.failures) > 0 { // a crash closes connections before the process is gone
		if why, crashed := t.crashed(300 * time.Millisecond); crashed {
			return append([]string{"the process crashed: " + why}, a.failures...)
		}
	}
	if err := t.call(http.MethodDelete, "/servers/"+a.id, nil, nil); err != nil {
		a.Errorf("the server cannot be stopped: %v", err)
		t.stop()
	}
	return a.failures
}

// guard runs f, which may end by FailNow.
func (a *attack) guard(f func()) {
	done := make(chan struct{})
	go func() { // ends with f, whose waits have deadlines
		defer close(done)
		f()
	}()
	<-done
}

// live starts the server, attacks, and looks what is left.
func (a *attack) live(r row) {
	var started struct{ ID, Addr string }
	require.NoError(a, a.target.call(http.MethodPost, "/servers", r.settings, &started))
	a.id, a.addr = started.ID, started.Addr
	others := a.bystanders()
	defer others.leave()
	base := a.measureBase()
	a.guard(func() { r.run(a) })
	for _, w := range a.wires {
		_ = w.tcp.Close()
	}
	if len(a.failures) > 0 {
		return // what is left of a row that failed says nothing
	}
	a.checkAlive(r, base, others)
}

// dial opens a connection, which the end of the row closes.
func (a *attack) dial() *wire {
	w, err := dialWire(a.addr)
	require.NoError(a, err)
	require.NoError(a, w.lasts(a.target.patience))
	if len(a.wires) > 4000 { // those of long loops are closed already
		a.wires = a.wires[2000:]
	}
	a.wires = append(a.wires, w)
	return w
}

// request sends a request on a connection of its own.
func (a *attack) request(method, target, head, body string) answer {
	w := a.dial()
	defer w.tcp.Close()
	return w.request(method, target, "Connection: close\r\n"+head, body)
}

// upgrade sends the handshake of a WebSocket and returns its answer, and the connection if it is one now.
func (a *attack) upgrade(target string, head ...string) (answer, *wire) {
	w := a.dial()
	got := w.request(http.MethodGet, target, upgradeHead(head...), "")
	if !got.switching() {
		_ = w.tcp.Close()
		return got, nil
	}
	return got, w
}

// websocket upgrades: to a session of its own or, with a sid, to a trial of that session.
func (a *attack) websocket(sid string, head ...string) *wire {
	got, w := a.upgrade(endpoint(websocket, sid), head...)
	require.NotNil(a, w, "handshake: %s", got)
	return w
}

// try makes a request of the row's transport, or only its handshake, with that query: what a row does that looks how a
// request is answered.
func (a *attack) try(method, query string, head ...string) answer {
	to := "/socket.io/"
	if query != "" {
		to += "?" + query
	}
	if a.transport != websocket {
		return a.request(method, to, header(head...), "")
	}
	got, w := a.upgrade(to, head...)
	if w != nil {
		_ = w.tcp.Close()
	}
	return got
}

// counted adds sessions that were opened without open: the log may have a line for each.
func (a *attack) counted(n int) { a.sessions += n }

// stats asks the server.
func (a *attack) stats() stats {
	var s stats
	require.NoError(a, a.target.call(http.MethodGet, "/servers/"+a.id, nil, &s))
	return s
}

// events is how often events reached the application, by name. The bystanders' echoes are not counted.
func (a *attack) events() map[string]int {
	events := a.stats().Events
	delete(events, "echo")
	return events
}

func (a *attack) state() processState {
	var s processState
	require.NoError(a, a.target.call(http.MethodGet, "/state", nil, &s))
	return s
}

// goroutines asks for them alone, which costs less.
func (a *attack) goroutines() int {
	var n int
	require.NoError(a, a.target.call(http.MethodGet, "/goroutines", nil, &n))
	return n
}

// until waits for a condition.
func (a *attack) until(what string, holds func() bool) {
	a.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(a.target.patience); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			require.Fail(a, "not in time: "+what)
		}
	}
}

// cost is what something cost the server.
type cost struct {
	cpu       time.Duration
	peak      int64 // of the resident memory, above what it was before
	allocated int64 // bytes, in all; 0 for the official server
}

// spent measures f.
func (a *attack) spent(f func()) cost {
	before, cpu := a.state(), a.target.cpu()
	require.NoError(a, a.target.resetPeak())
	now, _ := a.target.memory()
	f()
	cpu = a.target.cpu() - cpu
	_, peak := a.target.memory()
	return cost{cpu, max(0, peak-now), int64(a.state().Allocated - before.Allocated)}
}

// atMost holds costs to their limits; zero is none.
func (a *attack) atMost(limit, got cost) {
	a.Helper()
	times := time.Duration(slack)
	if raceDetector {
		times *= slack
		limit.peak, limit.allocated = limit.peak*slack, limit.allocated*slack
	}
	if limit.cpu > 0 {
		require.LessOrEqual(a, got.cpu, limit.cpu*times, "CPU time")
	}
	if limit.peak > 0 {
		require.LessOrEqual(a, got.peak, limit.peak, "bytes of resident memory at the peak")
	}
	if limit.allocated > 0 {
		require.LessOrEqual(a, got.allocated, limit.allocated, "bytes allocated")
	}
}

// within holds f to a time limit of the catalogue.
func (a *attack) within(limit time.Duration, f func()) {
	a.Helper()
	start := time.Now()
	f()
	limit *= slack
	if raceDetector {
		limit *= slack
	}
	require.LessOrEqual(a, time.Since(start), limit)
}

// repeat is strings.Repeat for tables that are mostly that.
func repeat(s string, n int) string { return strings.Repeat(s, n) }
