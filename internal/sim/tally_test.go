// tally_test.go: what was done, counted over all runs.

package sim_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/internal/sim"
)

// pair is a move of a session from one transport to another, or a new connection over the same.
type pair struct{ from, to string }

// tally counts.
type tally struct {
	mu     sync.Mutex // guards what follows
	faults sim.Counts
	pairs  map[pair]int
	last   map[string]string // transport of each client
	times  map[string]int    // attachments of each client
	losses int               // connections that clients have lost
	served int               // attachments that the server has seen
	resent int               // packets that it has sent again
	msgs   int               // messages that were delivered
}

func newTally() *tally {
	return &tally{pairs: map[pair]int{}, last: map[string]string{}, times: map[string]int{}}
}

// attached returns how often each client has attached so far.
func (t *tally) attached() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.times)
}

func (t *tally) attach(name, transport string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if from := t.last[name]; from != "" {
		t.pairs[pair{from, transport}]++
	}
	t.last[name] = transport
	t.times[name]++
}

// lost returns how many connections clients have lost.
func (t *tally) lost() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.losses
}

func (t *tally) lose() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.losses++
}

// forget is told that a client's session has ended.
func (t *tally) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.last, name)
}

// add adds the counts of another run.
func (t *tally) add(o *tally) {
	for k, n := range o.faults {
		t.faults[k] += n
	}
	for p, n := range o.pairs {
		t.pairs[p] += n
	}
	t.served += o.served
	t.resent += o.resent
	t.msgs += o.msgs
}

var transports = []string{client.Polling, client.SSE, client.WebSocket}

// String is a table.
func (t *tally) String() string {
	var b strings.Builder
	b.WriteString("faults:")
	for k, n := range t.faults {
		fmt.Fprintf(&b, " %v %d,", sim.Kind(k), n)
	}
	fmt.Fprintf(&b, "\nmessages: %d; attachments: %d; packets that the server sent again: %d\nattachments that clients began:\n%12s",
		t.msgs, t.served, t.resent, "from \\ to")
	for _, to := range transports {
		fmt.Fprintf(&b, "%12s", to)
	}
	for _, from := range transports {
		fmt.Fprintf(&b, "\n%12s", from)
		for _, to := range transports {
			fmt.Fprintf(&b, "%12d", t.pairs[pair{from, to}])
		}
	}
	return b.String()
}

// thin returns the cells that are below the least count.
func (t *tally) thin(least int) (cells []string) {
	for k, n := range t.faults {
		if n < least {
			cells = append(cells, fmt.Sprintf("fault %v: %d", sim.Kind(k), n))
		}
	}
	if t.resent < least {
		cells = append(cells, fmt.Sprintf("sent again: %d", t.resent))
	}
	for _, from := range transports {
		for _, to := range transports {
			if n := t.pairs[pair{from, to}]; n < least {
				cells = append(cells, fmt.Sprintf("%s to %s: %d", from, to, n))
			}
		}
	}
	return cells
}

// metrics is the server's observer.
type metrics struct{ w *world }

// Observe implements engine.Observer.
func (m *metrics) Observe(e engine.Event) {
	switch e.Kind {
	case engine.Attached:
		m.w.count.mu.Lock()
		defer m.w.count.mu.Unlock()
		m.w.count.served++
		m.w.count.resent += e.Packets
	case engine.Sent:
		if most := m.w.plan.server.Resume.Buffer; most > 0 && e.Queued > most {
			m.w.check.fail("an outbox holds %d bytes, where %d may", e.Queued, most)
		}
	}
}

// watcher reads what a client logs.
type watcher struct {
	w    *world
	name string
}

// Enabled implements slog.Handler.
func (h *watcher) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs implements slog.Handler.
func (h *watcher) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements slog.Handler.
func (h *watcher) WithGroup(string) slog.Handler { return h }

// Handle implements slog.Handler.
func (h *watcher) Handle(_ context.Context, r slog.Record) error {
	var transport string
	var text strings.Builder
	text.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "transport" {
			transport = a.Value.String()
		}
		if a.Key != "error" { // its text may depend on the order of what happens in one instant
			fmt.Fprintf(&text, " %s=%v", a.Key, a.Value)
		}
		return true
	})
	switch {
	case r.Message == "everwire: attaching":
		h.w.count.attach(h.name, transport)
	case r.Message == "everwire: connection lost", r.Message == "everwire: no WebSocket":
		h.w.count.lose()
	case r.Message == "everwire: session ended":
		h.w.count.forget(h.name)
	case r.Level >= slog.LevelError:
		h.w.check.fail("%s logged: %s", h.name, text.String())
	}
	h.w.net.Note(h.name, strings.TrimPrefix(text.String(), "everwire: "))
	return nil
}
