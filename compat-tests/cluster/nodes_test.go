// nodes_test.go: nodes that are killed, and nodes that are restarted one after the other.

package cluster

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One of three nodes is killed while it is asked: whoever has asked gets what there is, and hears what is missing.
func TestNodeKilled(t *testing.T) {
	needsRecovery(t)
	address := startRedis(t)
	for _, mode := range []string{"classic", "dynamic", "streams"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			var nodes []*process
			var clients []*visitor
			for range 3 {
				p := startGo(t, setup{Mode: mode, Redis: address, Prefix: "killed-" + mode})
				nodes = append(nodes, p)
				for range 2 {
					v := newVisitor(t, "websocket")
					v.lead(p.address())
					v.connects(false)
					clients = append(clients, v)
				}
			}
			var n int
			require.NoError(t, nodes[0].do(&n, "count"))
			require.Equal(t, 6, n)
			require.NoError(t, clients[5].cmd.Process.Signal(stopSignal)) // does not answer
			result := make(chan called, 1)
			go func() { // ends with the answer
				var c called
				c.err = nodes[0].do(&c, "call")
				c.at = time.Now()
				result <- c
			}()
			clients[4].gets("question 1")
			killed := time.Now()
			nodes[2].kill()
			c := <-result
			require.NoError(t, c.err)
			assert.GreaterOrEqual(t, c.Answers, 4) // one of the killed node may have got through
			assert.Contains(t, c.Problem, "1 node did not answer: ")
			assert.Less(t, c.at.Sub(killed), 10*time.Second)
			require.NoError(t, nodes[0].do(&n, "count"))
			require.Equal(t, 4, n)
			assert.Less(t, time.Since(killed), 10*time.Second)
			t.Logf("%s: %d of 6 answers and %q %v after the kill; counts right after %v", mode, c.Answers, c.Problem,
				c.at.Sub(killed).Round(10*time.Millisecond), time.Since(killed).Round(10*time.Millisecond))
		})
	}
}

// called is what a broadcast with acknowledgements came to.
type called struct {
	Answers int
	Problem string
	err     error
	at      time.Time
}

// ledger is what became of numbered messages at one client, over many connections.
type ledger struct {
	*visitor

	mu        sync.Mutex // guards what follows
	next      int        // that should come
	twice     int
	told      int          // lost where the client was told that it is not recovered
	missing   map[int]bool // lost in silence, unless they come later: Redis has lost them, and they were sent again
	connects  int
	recovered int
	renewed   bool
}

func newLedger(t *testing.T, transport string, at *process) *ledger {
	l := &ledger{visitor: newVisitor(t, transport), missing: make(map[int]bool)}
	l.lead(at.address())
	l.connects, l.renewed = 1, true
	l.visitor.connects(false)
	go l.listen() // ends with the client
	return l
}

func (l *ledger) listen() {
	for {
		var h happening
		if l.read(&h) != nil {
			return
		}
		l.mu.Lock()
		switch {
		case h.At == "connect":
			l.connects++
			if h.Recovered {
				l.recovered++
			}
			l.renewed = l.renewed || !h.Recovered
		case h.At == "event" && h.Args[0] == "m":
			n, _ := h.Args[1].(float64)
			l.event(int(n))
		}
		l.mu.Unlock()
	}
}

func (l *ledger) event(n int) {
	switch {
	case l.renewed: // it begins anew, perhaps at a node that was further behind
		l.told += max(n-l.next, 0) + len(l.missing)
		clear(l.missing)
	case n < l.next:
		if !l.missing[n] {
			l.twice++
		}
		delete(l.missing, n)
		return
	default:
		for lost := l.next; lost < n; lost++ {
			l.missing[lost] = true
		}
	}
	l.next, l.renewed = n+1, false
}

// Two nodes are restarted in turn, under load of a third: their clients go to the other one and miss nothing. If nodes are
// killed instead, clients are told what they cannot be given.
func TestRollingRestart(t *testing.T) {
	needsRecovery(t)
	address := startRedis(t)
	rounds := 2
	if long {
		rounds = 5
	}
	for name, end := range map[string]func(*process){"shut down": (*process).end, "killed": (*process).kill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup{Mode: "streams", Redis: address, Prefix: "rolling-" + name, Window: 60_000}
			source, nodes := startGo(t, s), []*process{startGo(t, s), startGo(t, s)}
			var clients []*ledger
			for i, transport := range []string{"websocket", "polling", "websocket", "polling"} {
				clients = append(clients, newLedger(t, transport, nodes[i%2]))
			}
			require.NoError(t, source.do(nil, "stream", 200))
			for round := range 2 * rounds {
				time.Sleep(300 * time.Millisecond) // of load
				i := round % 2
				end(nodes[i])
				for _, c := range clients {
					c.lead(nodes[1-i].address()) // those of the other node are cut, too
				}
				nodes[i] = startGo(t, s)
			}
			var sent int
			require.NoError(t, source.do(&sent, "halt"))
			require.Eventually(t, func() bool {
				var n int
				return source.do(&n, "count") == nil && n == len(clients)
			}, patience, 10*time.Millisecond, "all clients")
			require.NoError(t, source.do(nil, "all", "m", sent))
			sent++
			rows := []string{fmt.Sprintf("%-10s %8s %8s %8s %8s %8s %8s", name, "sent", "told", "silent", "twice", "connects", "recovered")}
			for _, c := range clients {
				assert.Eventually(t, func() bool {
					c.mu.Lock()
					defer c.mu.Unlock()
					return c.next == sent && len(c.missing) == 0
				}, patience, 10*time.Millisecond, "the last message")
				c.mu.Lock()
				rows = append(rows, fmt.Sprintf("%-10s %8d %8d %8d %8d %8d %8d", "", sent, c.told, len(c.missing), c.twice, c.connects, c.recovered))
				assert.Zero(t, len(c.missing)+c.twice, "lost in silence, or twice")
				if name == "shut down" {
					assert.Zero(t, c.told, "lost")
					assert.Equal(t, c.connects-1, c.recovered)
				}
				c.mu.Unlock()
			}
			t.Log("\n" + strings.Join(rows, "\n"))
		})
	}
}
