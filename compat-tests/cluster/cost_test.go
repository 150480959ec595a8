// cost_test.go: what a message costs that is published to three nodes in classic mode, in CPU, beside official servers in
// the same run.

package cluster

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

// counter is a client that counts messages.
type counter struct{ n atomic.Int64 }

func newCounter(t *testing.T, p *process) *counter {
	t.Helper()
	c, err := client.New("http://"+p.address(), client.Options{Transports: []string{client.WebSocket}, NoResume: true})
	require.NoError(t, err)
	k := &counter{}
	c.On("m", func(*client.Ctx) error { k.n.Add(1); return nil })
	require.NoError(t, c.Connect(t.Context()))
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return k
}

// cpu is what a process has used.
func (p *process) cpu(t *testing.T) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	const user, system, tick = 11, 12, 10 * time.Millisecond // as proc(5) counts behind the name
	sum := 0
	for _, i := range []int{user, system} {
		n, err := strconv.Atoi(fields[i])
		require.NoError(t, err)
		sum += n
	}
	return time.Duration(sum) * tick
}

// cost is the CPU of one message at the node that sends it, and at another.
type cost struct{ sender, receiver time.Duration }

// measure has the first of some nodes send for a while.
func measure(t *testing.T, start start, mode, redis string, nodes int) (c cost) {
	var all []*process
	var clients []*counter
	for range nodes {
		p := start(t, setup{Mode: mode, Redis: redis, Prefix: t.Name() + mode})
		all, clients = append(all, p), append(clients, newCounter(t, p))
	}
	before := make([]time.Duration, nodes)
	run := func(rate float64, span time.Duration) (sent int) {
		require.NoError(t, all[0].do(nil, "stream", rate))
		for i, p := range all {
			before[i] = p.cpu(t)
		}
		var first, last int
		require.NoError(t, all[0].do(&first, "sent"))
		time.Sleep(span) // of the measurement
		require.NoError(t, all[0].do(&last, "sent"))
		for i, p := range all {
			before[i] = p.cpu(t) - before[i]
		}
		require.NoError(t, all[0].do(&sent, "halt"))
		require.Eventually(t, func() bool { return clients[nodes-1].n.Load() == int64(sent) }, patience, 10*time.Millisecond, "all messages")
		return last - first
	}
	n := run(2000, costSpan)
	c.sender = before[0] / time.Duration(n)
	for _, d := range before[1:] {
		c.receiver += d / time.Duration(n*(nodes-1))
	}
	return c
}

const costSpan = 10 * time.Second

func TestCost(t *testing.T) {
	needsRecovery(t)
	if !long {
		t.Skip("it takes a minute and a quiet machine: EVERWIRE_LONG=1")
	}
	address := startRedis(t)
	rows := []string{fmt.Sprintf("%-8s %22s %22s %22s", "server", "sends to its own client", "sends to three nodes", "receives from another")}
	for _, kind := range []struct {
		name  string
		start start
	}{{"everwire", startGo}, {"official", startNodeJS}} {
		var alone, three cost
		t.Run(kind.name+" alone", func(t *testing.T) { alone = measure(t, kind.start, "alone", address, 1) })
		t.Run(kind.name+" three", func(t *testing.T) { three = measure(t, kind.start, "classic", address, 3) })
		rows = append(rows, fmt.Sprintf("%-8s %22v %22v %22v", kind.name, alone.sender, three.sender, three.receiver))
	}
	t.Log("\nCPU of a message, 2,000 a second, one client at each node\n" + strings.Join(rows, "\n"))
}
