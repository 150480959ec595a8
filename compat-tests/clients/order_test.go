// order_test.go: the order of messages while a session upgrades.

package clients

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/faultproxy"
	"github.com/everwire/everwire/compat-tests/interop"
)

// A way is one direction of a run: what became of the messages, and how many were sent in each phase.
type way struct {
	counts
	Before int `json:"before"`
	During int `json:"during"`
	After  int `json:"after"`
}

// An orderRun is one session that moved from long-polling to WebSocket while numbered messages went both ways.
type orderRun struct {
	Transport string `json:"transport"`
	Up        way    `json:"up"`   // client to server
	Down      way    `json:"down"` // server to client
	Error     string `json:"error"`
}

// TestOrderOverUpgrade sends numbered messages through a proxy of 20 ms each way while sessions upgrade: none is lost,
// doubled or out of order.
func TestOrderOverUpgrade(t *testing.T) {
	interop.NeedsNode(t, folders["4.8.4"])
	checkOrder(t, startFixture)
}

// TestOrderControl proves that the official server passes TestOrderOverUpgrade.
func TestOrderControl(t *testing.T) {
	interop.NeedsControl(t)
	checkOrder(t, startControl)
}

func checkOrder(t *testing.T, start func(*testing.T) (url, control string)) {
	var wg sync.WaitGroup
	for _, group := range []struct {
		kind string
		runs int
	}{{"text", 50}, {"binary", 20}} {
		server, control := start(t)
		target, err := url.Parse(server)
		require.NoError(t, err)
		way := faultproxy.Link{Delay: 20 * time.Millisecond}
		p, err := faultproxy.Listen(faultproxy.Config{Target: target.Host, Up: way, Down: way})
		require.NoError(t, err)
		t.Cleanup(func() { p.Close() })
		wg.Go(func() {
			runs := orderRuns(t, interop.Node("order.mjs",
				"http://"+p.Addr(), control, "upgrade", strconv.Itoa(group.runs), group.kind))
			assert.Len(t, runs, group.runs, group.kind)
			summarize(t, group.kind, runs)
		})
	}
	wg.Wait()
}

// orderRuns runs the program, which ends with the test at the latest.
func orderRuns(t *testing.T, program interop.Program) []orderRun {
	var runs []orderRun
	err := program.Lines(t.Context(), func(line []byte) {
		var r orderRun
		if err := json.Unmarshal(line, &r); err != nil {
			r.Error = string(line)
		}
		runs = append(runs, r)
	})
	assert.NoError(t, err)
	return runs
}

func summarize(t *testing.T, kind string, runs []orderRun) {
	var up, down []way
	for _, r := range runs {
		if assert.Empty(t, r.Error, kind) && assert.Equal(t, "websocket", r.Transport, kind) {
			up, down = append(up, r.Up), append(down, r.Down)
		}
	}
	for _, w := range []struct {
		name string
		runs []way
	}{{"client to server", up}, {"server to client", down}} {
		s := sum(w.runs)
		t.Logf("%-6s %s: %d runs, %d messages; fewest sent in a run before %d, during %d, after the switch %d; "+
			"lost %d, doubled %d, out of order %d", kind, w.name, len(w.runs), s.Received,
			s.Before, s.During, s.After, s.Lost, s.Doubled, s.Disordered)
		assert.Zero(t, s.Lost+s.Doubled+s.Disordered, "%s %s", kind, w.name)
		assert.GreaterOrEqual(t, min(s.Before, s.During, s.After), 100, "%s %s: too few to prove anything", kind, w.name)
	}
}

// sum adds up what went wrong and keeps the fewest messages of each phase.
func sum(runs []way) way {
	s := way{Before: math.MaxInt, During: math.MaxInt, After: math.MaxInt}
	for _, r := range runs {
		s.Received += r.Received
		s.Lost += r.Lost
		s.Doubled += r.Doubled
		s.Disordered += r.Disordered
		s.Before, s.During, s.After = min(s.Before, r.Before), min(s.During, r.During), min(s.After, r.After)
	}
	return s
}
