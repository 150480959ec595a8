// scenario_linux.go: the scenarios by name, and what they share.

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// echoPayload is about 100 bytes; keys sorted and numbers plain, so that any re-encoding gives the same bytes.
const echoPayload = `{"active":true,"id":123456,"name":"sensor-eu-west-1-0042","tags":["alpha","beta","gamma"],"value":21.5}`

var broadcastText = strings.Repeat("abcdefgh", 10)

// scenario is what to do with a fresh server, and the environment that the server gets for it.
type scenario struct {
	env    []string
	resume bool // the clients ask for sessions that outlive their connections
	run    func(t *trial) error
}

var oftenPinged = []string{"PING_INTERVAL=5000"}

var scenarios = map[string]scenario{
	"idle":      {oftenPinged, false, func(t *trial) error { return runIdle(t, 1000, 5000, 10000) }},
	"idle1k":    {oftenPinged, false, func(t *trial) error { return runIdle(t, 500, 1000) }},
	"idle15k":   {oftenPinged, false, func(t *trial) error { return runIdle(t, 5000, 15000) }},
	"echo":      {nil, false, func(t *trial) error { return runEcho(t, echoPlan{clients: 200, window: 8}) }},
	"echo1":     {nil, false, func(t *trial) error { return runEcho(t, echoPlan{clients: 200, window: 1}) }},
	"echorate":  {nil, false, func(t *trial) error { return runEcho(t, echoPlan{clients: 200, rate: 5000}) }},
	"bcast1k":   {nil, false, func(t *trial) error { return runBroadcast(t, broadcastPlan{members: 1000, window: 4, paced: 20}) }},
	"bcast5k":   {nil, false, func(t *trial) error { return runBroadcast(t, broadcastPlan{members: 5000, window: 4, paced: 4}) }},
	"poll":      {nil, false, func(t *trial) error { return runPoll(t, polling, 100, 1) }},
	"poll8":     {nil, false, func(t *trial) error { return runPoll(t, polling, 100, 8) }},
	"bin1k":     {nil, false, func(t *trial) error { return runEcho(t, echoPlan{clients: 50, window: 4, binary: 1 << 10}) }},
	"bin64k":    {nil, false, func(t *trial) error { return runEcho(t, echoPlan{clients: 20, window: 2, binary: 64 << 10}) }},
	"churn":     {nil, false, func(t *trial) error { return runChurn(t, 8000, 50) }},
	"churn100k": {nil, false, func(t *trial) error { return runChurn(t, 100_000, 50) }},
	"storm":     {nil, false, func(t *trial) error { return runStorm(t, 10_000) }},

	"sse":  {nil, false, func(t *trial) error { return runPoll(t, sse, 100, 1) }},
	"sse8": {nil, false, func(t *trial) error { return runPoll(t, sse, 100, 8) }},
	"ssebcast1k": {nil, false, func(t *trial) error {
		return runBroadcast(t, broadcastPlan{members: 1000, window: 4, paced: 20, sse: true})
	}},
	"echoresume":    {nil, true, func(t *trial) error { return runEcho(t, echoPlan{clients: 200, window: 8}) }},
	"bcast1kresume": {nil, true, func(t *trial) error { return runBroadcast(t, broadcastPlan{members: 1000, window: 4, paced: 20}) }},
	"idle1kresume":  {oftenPinged, true, func(t *trial) error { return runIdle(t, 500, 1000) }},
}

// trial is one scenario on one server process.
type trial struct {
	target   target
	resume   bool
	load     loadOptions
	pid      int
	m        metricSet
	warnings []string
}

// newLoop returns a loop of clients of the server.
func (t *trial) newLoop() (*loop, error) {
	l, err := newLoop(t.target)
	if err == nil {
		l.resume = t.resume
	}
	return l, err
}

func (t *trial) warn(format string, a ...any) {
	t.warnings = append(t.warnings, fmt.Sprintf(format, a...))
}

// connect opens n more WebSocket connections, at most inflight at once, and waits until all have joined.
func (l *loop) connect(cb *callbacks, n, inflight int, limit time.Duration) ([]*conn, error) {
	var cs []*conn
	before := cb.readyCount
	inTime := l.run(limit, func() bool {
		for len(cs) < n && len(cs)-(cb.readyCount-before) < inflight && l.healthy() {
			c, err := l.dial(cb, len(cs), false)
			if err != nil {
				l.fail(err)
				break
			}
			cs = append(cs, c)
		}
		return cb.readyCount-before < n && l.healthy()
	})
	if err := l.err(); err != nil {
		return nil, err
	}
	if !inTime {
		return nil, fmt.Errorf("%d of %d connections ready within %v", cb.readyCount-before, n, limit)
	}
	return cs, nil
}

// join puts all connections into the room, at most 256 requests at once.
func (l *loop) join(cb *callbacks, cs []*conn) error {
	sent, acks := 0, 0
	cb.ack = func(*conn, uint64, []byte, []byte) { acks++ }
	defer func() { cb.ack = nil }()
	inTime := l.run(60*time.Second, func() bool {
		for ; sent < len(cs) && sent-acks < 256; sent++ {
			l.emitJoin(cs[sent])
		}
		return acks < len(cs) && l.healthy()
	})
	if err := l.err(); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	if !inTime {
		return fmt.Errorf("join: %d of %d acks", acks, len(cs))
	}
	return nil
}

// warmUp makes the server build what it builds once, so that memory can be compared with what it holds from then on.
func warmUp(t *trial) error {
	l, err := t.newLoop()
	if err != nil {
		return err
	}
	defer l.destroy()
	const clients = 20
	cb := &callbacks{}
	cs, err := l.connect(cb, clients, clients, 10*time.Second)
	if err != nil {
		return fmt.Errorf("warm-up: %w", err)
	}
	acks := 0
	cb.ack = func(*conn, uint64, []byte, []byte) { acks++ }
	for _, c := range cs {
		l.emitEcho(c, 0)
	}
	if !l.run(5*time.Second, func() bool { return acks < clients && l.healthy() }) {
		return fmt.Errorf("warm-up: %d of %d echoes", acks, clients)
	}
	for _, c := range cs {
		l.closeSocket(c, false)
	}
	l.run(2*time.Second, func() bool { return l.open > 0 })
	time.Sleep(300 * time.Millisecond)
	return l.err()
}

// meter measures a phase: rates, CPU of the server and of the generator.
type meter struct {
	t             *trial
	at            int64
	server, load  int64
	user, systemT float64
}

func (t *trial) meter() *meter {
	m := &meter{t: t, at: now(), server: cpuTime(t.pid), load: cpuTime(0)}
	m.user, m.systemT = userSystem(t.pid)
	return m
}

// stop notes the phase's figures for n units, their names behind the prefix.
func (m *meter) stop(prefix, unit string, n int) {
	out := m.t.m
	wall := float64(now() - m.at)
	cpu := float64(cpuTime(m.t.pid) - m.server)
	user, system := userSystem(m.t.pid)
	user, system = user-m.user, system-m.systemT
	out[prefix+unit+"_per_s"] = float64(n) / wall * 1e9
	if n > 0 {
		out[prefix+"cpu_us_per_"+unit] = cpu / float64(n) / 1e3
	}
	if user+system > 0 {
		out[prefix+"user_share"] = user / (user + system)
	}
	out[prefix+"server_cpu_pct"] = cpu / wall * 100
	out[prefix+"load_cpu_pct"] = float64(cpuTime(0)-m.load) / wall * 100
	out[prefix+"rss_mb"] = residentSize(m.t.pid) / 1e6
}

var errNothing = errors.New("nothing came back")
