//go:build unix

// stop_test.go: a server that is stopped for a while, as by a debugger, a snapshot or a starved machine.

package chaos

import (
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

// The server's pings are due 25 s after a client has connected, which is while it is stopped.
const (
	stopAfter = 15 * time.Second
	stopFor   = 15 * time.Second
	stopThen  = 5 * time.Second
)

// A guest is a client of the server that is stopped.
type guest struct {
	*visitor
	transport string
	stock     bool // without resume: its session ends with its connection
	id        string
	up        *stream
	sent      int
}

// TestStoppedServer stops the server's process for 15 s, at the default times of pings. Nobody is disconnected, with
// resume or without, and each message comes once and in order.
func TestStoppedServer(t *testing.T) {
	needsCompat(t)
	t.Parallel()
	c := startChild(t)
	guests := invite(t, c)
	<-time.After(long(stopAfter, time.Second))
	before := arrived(guests)
	require.NoError(t, c.process.Signal(syscall.SIGSTOP))
	stopped := time.Now()
	<-time.After(long(stopFor, 4*time.Second) / 2)
	halfway := arrived(guests)
	<-time.After(long(stopFor, 4*time.Second) / 2)
	during := arrived(guests)
	require.NoError(t, c.process.Signal(syscall.SIGCONT))
	lasted := time.Since(stopped)
	<-time.After(long(stopThen, time.Second))
	after := arrived(guests)
	report := leave(t, c, guests)
	t.Logf("stopped for %v; %d clients; times that a session had no connection %d, packets sent again %d:%s",
		lasted.Round(time.Millisecond), len(guests), report.Detached, report.Replayed, table(stopRows(guests, report)))

	assert.Equal(t, halfway, during, "the server was not stopped")
	assert.Empty(t, report.Disconnects, "disconnects of the server")
	assert.Len(t, report.Visits, len(guests), "sockets")
	for i, g := range guests {
		g.check(t, report)
		assert.NotZero(t, before[i], "%s: messages before", g)
		assert.Greater(t, after[i], during[i], "%s: messages after", g)
	}
}

// invite connects 20 clients with resume and some without, over all transports, and has them send.
func invite(t *testing.T, c *child) (guests []*guest) {
	t.Helper()
	transports := []string{client.WebSocket, client.SSE, client.Polling}
	var wg sync.WaitGroup
	for i := range 32 {
		g := &guest{transport: transports[i%3], stock: i >= 20}
		guests = append(guests, g)
		wg.Go(func() { assert.NoError(t, g.come(c.addr), "%s", g) }) // ends at connectLimit
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(func() {
		for _, g := range guests {
			assert.NoError(t, g.close())
		}
	})
	return guests
}

func (g *guest) come(addr string) error {
	v, err := newVisitor(addr, client.Options{Transports: []string{g.transport}, NoResume: g.stock})
	if err != nil {
		return err
	}
	g.visitor = v
	if err := v.connect(); err != nil {
		return err
	}
	g.id = v.ID()
	g.up = startStream(v, stopRate)
	return nil
}

func (g *guest) String() string {
	if g.stock {
		return g.transport + " without resume"
	}
	return g.transport
}

// arrived counts what each client has got so far.
func arrived(guests []*guest) []int {
	all := make([]int, len(guests))
	for i, g := range guests {
		all[i] = g.took.count().Distinct
	}
	return all
}

// leave ends all streams and waits for what is under way.
func leave(t *testing.T, c *child, guests []*guest) childReport {
	t.Helper()
	for _, g := range guests {
		g.sent = g.up.stop()
	}
	stopped, err := c.tell("stop")
	require.NoError(t, err)
	deadline := time.Now().Add(healLimit)
	for _, g := range guests {
		await(deadline, func() bool { return g.took.count().Distinct >= stopped.Visits[g.id].Sent })
		assert.NoError(t, g.fence(deadline), "%s", g)
	}
	report, err := c.tell("report")
	require.NoError(t, err)
	return report
}

func (g *guest) check(t *testing.T, report childReport) {
	at := report.Visits[g.id]
	answered, err := g.up.settled()
	assert.NoError(t, err, "%s", g)
	assert.Empty(t, at.Failure, "%s", g)
	checkWay(t, g.String()+", client to server", g.sent, at.Took, answered)
	checkWay(t, g.String()+", server to client", at.Sent, g.took.count(), at.Answered)
	connects, ends := g.life()
	assert.Equal(t, 1, connects, "%s: connects", g)
	assert.Empty(t, ends, "%s: disconnects", g)
	assert.Equal(t, g.id, g.ID(), "%s: socket", g)
}

func stopRows(guests []*guest, report childReport) []string {
	rows := []string{"transport\tclients\tclient→server sent: lost/doubled/disordered\t" +
		"server→client sent: lost/doubled/disordered\tdisconnects"}
	var order []string
	up, down := map[string]count{}, map[string]count{}
	sent, clients, ends := map[string][2]int{}, map[string]int{}, map[string]int{}
	for _, g := range guests {
		name := g.String()
		if clients[name]++; clients[name] == 1 {
			order = append(order, name)
		}
		at := report.Visits[g.id]
		sent[name] = [2]int{sent[name][0] + g.sent, sent[name][1] + at.Sent}
		up[name], down[name] = up[name].plus(at.Took), down[name].plus(g.took.count())
		_, e := g.life()
		ends[name] += len(e)
	}
	for _, name := range order {
		rows = append(rows, fmt.Sprintf("%s\t%d\t%s\t%s\t%d", name, clients[name],
			way(sent[name][0], up[name]), way(sent[name][1], down[name]), ends[name]))
	}
	return rows
}
