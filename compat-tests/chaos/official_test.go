// official_test.go: the official server and client, for comparison.

package chaos

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire/compat-tests/faultproxy"
)

// officials are the settings that are measured.
var officials = []struct{ name, settings, transport string }{
	{"socket.io 4.8.4, defaults", "defaults", "websocket"},
	{"socket.io 4.8.4, defaults", "defaults", "upgrade"},
	{"socket.io 4.8.4, recovery", "recovery", "websocket"},
	{"socket.io 4.8.4, recovery", "recovery", "upgrade"},
}

// An officialRun is what official.mjs prints in the end.
type officialRun struct {
	Up, Down struct {
		count
		Sent     int
		Asked    int
		Answered int
		Slowest  int // message, in ms
	}
	Connects    int
	Disconnects int
}

// cutOfficials starts a run of each setting. Its rows are filled when the group is done.
func cutOfficials(t *testing.T, group *sync.WaitGroup, period, lasting time.Duration) (rows []*cutRow) {
	for _, o := range officials {
		row := &cutRow{stack: o.name, transport: o.transport, period: period, trip: roundTrip, rate: cutRate}
		rows = append(rows, row)
		// Ends with the program, which has limits of its own.
		group.Go(func() {
			err := cutOfficial(row, o.settings, lasting)
			assert.NoError(t, err, "%s over %s cut every %v", o.name, o.transport, period)
		})
	}
	return rows
}

// cutOfficial runs official.mjs: it prints the port of its server, is told where the proxy listens, connects, says so,
// and exchanges messages until it is told to end.
func cutOfficial(row *cutRow, settings string, lasting time.Duration) error {
	cmd := exec.Command("node", "official.mjs", settings, row.transport, fmt.Sprint(row.rate))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait() // what it printed is what counts
	defer in.Close() // ends it
	lines := bufio.NewScanner(out)
	lines.Scan()
	p, err := faultproxy.Listen(faultproxy.Config{Target: "127.0.0.1:" + lines.Text(), Logger: logger()})
	if err != nil {
		return err
	}
	defer p.Close()
	p.SetRoundTrip(row.trip)
	fmt.Fprintf(in, "http://%s\n", p.Addr())
	if lines.Scan(); lines.Text() != "connected" {
		return fmt.Errorf("not connected: %q", lines.Text())
	}
	stopCuts := p.CutEvery(row.period)
	<-time.After(lasting)
	stopCuts()
	fmt.Fprintln(in, "end")
	lines.Scan()
	var run officialRun
	if err := json.Unmarshal(lines.Bytes(), &run); err != nil {
		return fmt.Errorf("%w in %q", err, lines.Text())
	}
	if sent := min(run.Up.Sent, run.Down.Sent); sent < row.rate*int(lasting.Seconds())*8/10 {
		return fmt.Errorf("only %d messages sent", sent)
	}
	row.up, row.down = way(run.Up.Sent, run.Up.count), way(run.Down.Sent, run.Down.count)
	row.asked, row.answered = run.Up.Asked+run.Down.Asked, run.Up.Answered+run.Down.Answered
	row.slowest = time.Duration(max(run.Up.Slowest, run.Down.Slowest)) * time.Millisecond
	row.connects, row.disconnects, row.cuts = run.Connects, run.Disconnects, p.Counts().CutAll
	return nil
}
