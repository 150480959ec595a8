// cuts_test.go: all connections cut again and again, ours and the official ones side by side.

package chaos

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire/client"
)

const (
	cutRate   = 500                  // messages a second each way
	roundTrip = 6 * time.Millisecond // through the proxy
)

var periods = []time.Duration{400 * time.Millisecond, 230 * time.Millisecond, 150 * time.Millisecond}

// mixes are the transports of our clients.
var mixes = []struct {
	name       string
	transports []string
}{
	{"websocket", []string{client.WebSocket}},
	{"sse", []string{client.SSE}},
	{"polling", []string{client.Polling}},
	{"mix", []string{client.WebSocket, client.SSE, client.Polling}},
}

// TestCuts cuts all connections of sessions, periodically: with our server and client each message comes once and in
// order, and no socket is disconnected. What becomes of the messages of the official ones is printed beside it.
func TestCuts(t *testing.T) {
	needsCompat(t)
	needsNode(t)
	lasting := long(12*time.Second, 3*time.Second)
	start := time.Now()
	var rows []*cutRow
	var ours, officials sync.WaitGroup
	for _, period := range periods {
		rows = append(rows, cutOurs(t, &ours, period, lasting)...)
		rows = append(rows, cutOfficials(t, &officials, period, lasting)...)
		ours.Wait() // the official ones take longer to come back: the next group begins meanwhile
	}
	officials.Wait()
	t.Logf("%d messages a second each way for %v, round trip %v, %v in all; one in %d is a call, and those that the "+
		"official server sends are not recovered:%s", cutRate, lasting, roundTrip, time.Since(start).Round(time.Second), callEvery,
		cutTable(rows))
}

// TestCutsOnSlowNetwork has connections break soon after their first messages, and many before. How long messages pile up
// is a matter of luck: it is printed.
func TestCutsOnSlowNetwork(t *testing.T) {
	needsCompat(t)
	t.Parallel()
	lasting := long(12*time.Second, 8*time.Second)
	var rows []*cutRow
	var runs sync.WaitGroup
	for _, m := range mixes {
		row := &cutRow{stack: "everwire", transport: m.name, period: 150 * time.Millisecond, trip: 60 * time.Millisecond, rate: 100}
		rows = append(rows, row)
		// Ends with the run, which has limits of its own.
		runs.Go(func() { cutOne(t, row, m.transports, lasting) })
	}
	runs.Wait()
	t.Logf("%d messages a second each way for %v, round trip %v:%s", rows[0].rate, lasting, rows[0].trip, cutTable(rows))
}

func cutTable(rows []*cutRow) string {
	text := []string{cutHead}
	for _, r := range rows {
		text = append(text, r.String())
	}
	return table(text)
}

// cutOurs starts a run of each mix. Its rows are filled when the group is done.
func cutOurs(t *testing.T, group *sync.WaitGroup, period, lasting time.Duration) (rows []*cutRow) {
	for _, m := range mixes {
		row := &cutRow{stack: "everwire", transport: m.name, period: period, trip: roundTrip, rate: cutRate}
		rows = append(rows, row)
		// Ends with the run, which has limits of its own.
		group.Go(func() { cutOne(t, row, m.transports, lasting) })
	}
	return rows
}

func cutOne(t *testing.T, row *cutRow, transports []string, lasting time.Duration) {
	name := fmt.Sprintf("%s cut every %v", row.transport, row.period)
	p, err := newPair(client.Options{Transports: transports}, nil)
	if !assert.NoError(t, err, name) {
		return
	}
	defer p.close(t)
	p.proxy.SetRoundTrip(row.trip)
	if !assert.NoError(t, p.connect(row.rate), name) {
		return
	}
	stopCuts := p.proxy.CutEvery(row.period)
	if len(transports) > 1 {
		wander(p.visitor.Client, transports, lasting)
	} else {
		<-time.After(lasting)
	}
	stopCuts()
	r := p.finish()
	p.check(t, name, r)
	row.fill(p, r)
	row.checkFaults(t, name, r, lasting)
}

// checkFaults fails the test if too little happened to prove anything. A busy machine takes its time to attach, and what
// is not attached yet is hardly cut.
func (row *cutRow) checkFaults(t *testing.T, name string, r result, lasting time.Duration) {
	few := int(lasting.Seconds() / 3)
	assert.GreaterOrEqual(t, min(r.upSent, r.downSent), row.rate*int(lasting.Seconds())*9/10, "%s: messages", name)
	assert.GreaterOrEqual(t, row.cuts, 2*few, "%s: connections cut", name)
	switch row.transport {
	case "mix":
		assert.GreaterOrEqual(t, min(row.websocket, row.sse, row.polling), few, "%s: attachments of each", name)
	case client.Polling: // a poll that was cut is made again, and attaches nothing
	default:
		assert.GreaterOrEqual(t, row.websocket+row.sse, few, "%s: attachments", name)
	}
}

// wander has the client change its transport at random times, beside the cuts.
func wander(c *client.Client, transports []string, lasting time.Duration) {
	random := rand.New(rand.NewPCG(1, uint64(lasting)))
	for end := time.Now().Add(lasting); time.Now().Before(end); {
		<-time.After(time.Duration(100+random.IntN(300)) * time.Millisecond)
		c.Move(transports[random.IntN(len(transports))])
	}
}

// A cutRow is one row of the table.
type cutRow struct {
	stack     string
	transport string
	period    time.Duration // between cuts
	trip      time.Duration // through the proxy and back
	rate      int           // messages a second each way

	up, down    string // what became of the messages
	asked       int
	answered    int
	connects    int
	disconnects int
	slowest     time.Duration // of the messages that arrived
	cuts        int           // connections

	websocket, sse, polling int // attachments
	replayed                int
}

const cutHead = "server and client\ttransport\tcut every\tclient→server sent: lost/doubled/disordered\t" +
	"server→client sent: lost/doubled/disordered\tcalls: unanswered\tconnects\tdisconnects\tslowest\tcut\t" +
	"attached ws/sse/polling: packets sent again"

// way tells what became of one direction. A damaged message would be among the lost.
func way(sent int, c count) string {
	return fmt.Sprintf("%d: %d/%d/%d", sent, sent-c.Distinct, c.Doubled, c.Disordered)
}

func (row *cutRow) fill(p *pair, r result) {
	row.up, row.down = way(r.upSent, r.up), way(r.downSent, r.down)
	row.asked, row.answered = calls(r.upSent)+calls(r.downSent), r.upAnswered+r.downAnswered
	connects, ends := p.visitor.life()
	row.connects, row.disconnects = connects, len(ends)
	row.slowest = max(slowest(p.up, p.visit.took), slowest(p.down, p.visitor.took)).Round(time.Millisecond)
	row.cuts = p.proxy.Counts().CutAll
	row.websocket, row.sse, row.polling, row.replayed, _ = p.host.journal.attachments()
}

// String is the row in the columns of cutHead.
func (row *cutRow) String() string {
	attached := "–"
	if row.stack == "everwire" {
		attached = fmt.Sprintf("%d/%d/%d: %d", row.websocket, row.sse, row.polling, row.replayed)
	}
	return fmt.Sprintf("%s\t%s\t%v\t%s\t%s\t%d: %d\t%d\t%d\t%v\t%d\t%s", row.stack, row.transport, row.period, row.up, row.down,
		row.asked, row.asked-row.answered, row.connects, row.disconnects, row.slowest, row.cuts, attached)
}
