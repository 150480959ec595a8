// faults_test.go: Redis stands still, dies, or gives its place to another, under 200 messages a second. Printed as a table.
// EVERWIRE_LONG=1 has it stand still for 10 s, and goes through all modes.

package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/redis"
)

var long = os.Getenv("EVERWIRE_LONG") != ""

// broker is a Redis, or several, that can fail.
type broker struct {
	setup             // how nodes find it
	master  *exec.Cmd //
	address string    // of the master
}

// redisServer starts a Redis on a port, which ends with the test.
func redisServer(t *testing.T, port string, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("redis-server", append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir()}, more...)...)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(continueSignal)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	c := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:" + port, MaxRetries: 20, DisableIdentity: true})
	defer c.Close()
	require.NoError(t, c.Ping(t.Context()).Err())
	return cmd
}

func freePort(t *testing.T) string {
	t.Helper()
	r := newRoad(t)
	_, port, _ := strings.Cut(r.listener.Addr().String(), ":")
	require.NoError(t, r.listener.Close())
	return port
}

func newBroker(t *testing.T) *broker {
	port := freePort(t)
	address := "127.0.0.1:" + port
	return &broker{setup: setup{Redis: address}, master: redisServer(t, port), address: address}
}

// newSentinel is a broker with a replica and who watches them.
func newSentinel(t *testing.T) *broker {
	b := newBroker(t)
	_, masterPort, _ := strings.Cut(b.address, ":")
	replica, watch := freePort(t), freePort(t)
	redisServer(t, replica, "--replicaof", "127.0.0.1 "+masterPort)
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil,
		"port %s\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 %s 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 4000\n",
		watch, masterPort), 0o600))
	cmd := exec.Command("redis-server", config, "--sentinel")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	b.setup = setup{Sentinel: []string{"127.0.0.1:" + watch}}
	s := b.sentinel()
	defer s.Close()
	r := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:" + replica, DisableIdentity: true})
	defer r.Close()
	require.Eventually(t, func() bool {
		return len(s.Replicas(t.Context(), "main").Val()) == 1 && strings.Contains(r.Info(t.Context(), "replication").Val(), "master_link_status:up")
	}, patience, 20*time.Millisecond, "a sentinel that knows the replica")
	return b
}

func (b *broker) sentinel() *goredis.SentinelClient {
	return goredis.NewSentinelClient(&goredis.Options{Addr: b.Sentinel[0], MaxRetries: 20, DisableIdentity: true})
}

// switched waits until there is another master.
func (b *broker) switched(t *testing.T) {
	s := b.sentinel()
	defer s.Close()
	require.Eventually(t, func() bool {
		now := s.GetMasterAddrByName(t.Context(), "main").Val()
		return len(now) == 2 && strings.Join(now, ":") != b.address
	}, patience, 10*time.Millisecond, "another master")
}

// faults are what happens to a broker. Each returns when it is back.
var faults = []struct {
	name  string
	start func(t *testing.T) *broker
	run   func(t *testing.T, b *broker)
	slow  bool
}{
	{"stands still", newBroker, func(t *testing.T, b *broker) {
		require.NoError(t, b.master.Process.Signal(stopSignal))
		still := 4 * time.Second // longer than the client waits for an answer
		if long {
			still = 10 * time.Second
		}
		time.Sleep(still) // of the fault itself
		require.NoError(t, b.master.Process.Signal(continueSignal))
	}, false},
	{"killed, restarted", newBroker, func(t *testing.T, b *broker) {
		require.NoError(t, b.master.Process.Kill())
		_ = b.master.Wait()
		time.Sleep(time.Second) // of the fault itself
		_, port, _ := strings.Cut(b.address, ":")
		redisServer(t, port)
	}, false},
	{"master killed", newSentinel, func(t *testing.T, b *broker) {
		require.NoError(t, b.master.Process.Kill())
		_ = b.master.Wait()
		b.switched(t)
	}, true},
	{"master lives on as a replica", newSentinel, func(t *testing.T, b *broker) {
		s := b.sentinel()
		defer s.Close()
		require.NoError(t, s.Failover(t.Context(), "main").Err())
		b.switched(t)
		if long { // Sentinel lets the old one be a master of its own for 8 s
			old := goredis.NewClient(&goredis.Options{Addr: b.address, DisableIdentity: true})
			defer old.Close()
			require.Eventually(t, func() bool {
				return strings.Contains(old.Info(t.Context(), "replication").Val(), "role:slave")
			}, 2*patience, 100*time.Millisecond, "a replica")
		}
	}, false},
	{"master hangs, then lives on", newSentinel, func(t *testing.T, b *broker) {
		require.NoError(t, b.master.Process.Signal(stopSignal))
		b.switched(t)
		go func() { // ends soon
			time.Sleep(8 * time.Second) // longer than anybody waits for it
			_ = b.master.Process.Signal(continueSignal)
		}()
	}, false},
}

// audience is a client that takes numbered messages.
type audience struct {
	*visitor

	mu     sync.Mutex // guards what follows
	times  map[int]time.Time
	twice  int
	behind int // came after a later one
	last   int
	pause  time.Duration // the longest without any
	latest time.Time
}

func newAudience(t *testing.T, at *process) *audience {
	a := &audience{visitor: newVisitor(t, "websocket"), times: make(map[int]time.Time), last: -1}
	a.lead(at.address())
	a.connects(false)
	go a.listen() // ends with the client
	return a
}

func (a *audience) listen() {
	for {
		var h happening
		if a.read(&h) != nil {
			return
		}
		if h.At == "event" && h.Args[0] == "m" {
			n, _ := h.Args[1].(float64)
			a.take(int(n))
		}
	}
}

func (a *audience) take(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if !a.latest.IsZero() {
		a.pause = max(a.pause, now.Sub(a.latest))
	}
	a.latest = now
	if _, ok := a.times[n]; ok {
		a.twice++
		return
	}
	a.times[n] = now
	if n < a.last {
		a.behind++
	}
	a.last = max(a.last, n)
}

// got returns how many of the first so many messages came.
func (a *audience) got(sent int) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.times {
		if i < sent {
			n++
		}
	}
	return n
}

// after returns when the first message came that was sent at or after that number.
func (a *audience) after(number int) (at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for n, when := range a.times {
		if n >= number && (at.IsZero() || when.Before(at)) {
			at = when
		}
	}
	return at
}

func TestFaults(t *testing.T) {
	needsRecovery(t)
	rows := []string{fmt.Sprintf("%-30s %-16s %6s %6s %6s %8s %8s %8s %7s %10s", "Redis", "mode", "sent", "lost", "twice", "Lost", "Refused", "gaps", "back", "own pause")}
	var mu sync.Mutex // guards rows
	for _, f := range faults {
		if f.slow && !long {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			b := f.start(t)
			var stages []*stage
			for _, mode := range modes {
				if long || mode.name == "classic" || mode.name == "streams" {
					stages = append(stages, b.stage(t, mode.name, mode.config.Mode))
				}
			}
			time.Sleep(time.Second) // of load
			f.run(t, b)
			back := time.Now()
			for _, s := range stages {
				require.NoError(t, s.from.do(&s.number, "sent"))
			}
			for _, s := range stages {
				row := s.finish(t, f.name, back)
				mu.Lock()
				rows = append(rows, row)
				mu.Unlock()
			}
		})
	}
	t.Cleanup(func() {
		slices.Sort(rows[1:])
		t.Log("\n" + strings.Join(rows, "\n"))
	})
}

// stage is two nodes in one mode, under load.
type stage struct {
	name     string
	mode     redis.Mode
	from, to *process
	own, far *audience
	cut      *ledger // a client that is cut again and again, with streams
	stop     chan struct{}
	number   int // of messages that were sent when the fault was over
}

func (b *broker) stage(t *testing.T, name string, mode redis.Mode) *stage {
	s := b.setup
	s.Mode, s.Prefix, s.Window = name, "faults-"+name, 60_000
	st := &stage{name: name, mode: mode, from: startGo(t, s), to: startGo(t, s)}
	st.own, st.far = newAudience(t, st.from), newAudience(t, st.to)
	require.NoError(t, st.from.do(nil, "stream", 200))
	if mode == redis.Streams {
		st.cut, st.stop = newLedger(t, "websocket", st.from), make(chan struct{})
		go st.storm() // ends with stop
	}
	return st
}

// storm leads a client from one node to the other and back, until it is stopped.
func (s *stage) storm() {
	for n := 1; ; n++ {
		select {
		case <-time.After(700 * time.Millisecond):
		case <-s.stop:
			return
		}
		s.cut.lead([]*process{s.from, s.to}[n%2].address())
	}
}

// settle stops the storm, and tells what became of messages to the client.
func (s *stage) settle(t *testing.T, sent int) string {
	if s.cut == nil {
		return ""
	}
	close(s.stop)
	require.Eventually(t, func() bool {
		var n int
		return s.from.do(&n, "count") == nil && n == 3
	}, patience, 10*time.Millisecond, "all clients")
	require.NoError(t, s.from.do(nil, "all", "m", sent))
	assert.Eventually(t, func() bool {
		s.cut.mu.Lock()
		defer s.cut.mu.Unlock()
		return s.cut.next == sent+1 && len(s.cut.missing) == 0
	}, patience, 10*time.Millisecond, "the last message at a client that was cut")
	s.cut.mu.Lock()
	defer s.cut.mu.Unlock()
	assert.Empty(t, s.cut.missing, "lost in silence at a client that was cut")
	assert.Zero(t, s.cut.twice, "twice at a client that was cut")
	return fmt.Sprintf("  cut %d times, %d recovered: lost %d told, %d in silence, %d twice", s.cut.connects-1, s.cut.recovered, s.cut.told, len(s.cut.missing), s.cut.twice)
}

// finish waits until messages that were sent after the fault come, and tells what became of all.
func (s *stage) finish(t *testing.T, fault string, back time.Time) string {
	var sent int
	require.Eventually(t, func() bool { return !s.far.after(s.number).IsZero() }, patience, 10*time.Millisecond, "%s: a message after the fault", s.name)
	took := s.far.after(s.number).Sub(back)
	time.Sleep(500 * time.Millisecond) // of load
	require.NoError(t, s.from.do(&sent, "halt"))
	storm := s.settle(t, sent)
	var here, there report
	more := sent
	require.Eventually(t, func() bool {
		more++ // of the messages, even the last may be lost
		return s.from.do(nil, "all", "m", more) == nil && s.own.got(sent) == sent && !s.far.after(sent-1).IsZero()
	}, patience, 10*time.Millisecond, "%s: the last messages", s.name)
	require.NoError(t, s.from.do(&here, "stats"))
	require.NoError(t, s.to.do(&there, "stats"))
	lost := sent - s.far.got(sent)
	s.far.mu.Lock()
	defer s.far.mu.Unlock()
	s.own.mu.Lock()
	defer s.own.mu.Unlock()
	if long { // else the machine may be busy with other tests
		assert.Less(t, took, 5*time.Second, "%s: it takes too long", s.name)
		assert.Less(t, s.own.pause, 3*time.Second, "%s: delivery on the node itself stops", s.name)
	}
	assert.Zero(t, s.far.twice+s.own.twice, "%s: came twice", s.name)
	if s.mode == redis.Streams {
		assert.Zero(t, lost, "%s: lost", s.name)
	} else if lost > 0 {
		assert.Positive(t, int(here.Lost+here.Refused)+there.Gaps, "%s: lost %d without a word", s.name, lost)
	}
	return fmt.Sprintf("%-30s %-16s %6d %6d %6d %8d %8d %8d %6.1fs %9.1fs%s", fault, s.name, sent, lost,
		s.far.twice+s.own.twice, here.Lost, here.Refused, there.Gaps, took.Seconds(), s.own.pause.Seconds(), storm)
}

// report is what a node has counted.
type report struct {
	redis.Stats
	Gaps int // times at which it was told that it has perhaps missed something
}
