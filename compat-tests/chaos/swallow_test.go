// swallow_test.go: WebSockets that fall silent at some byte, as behind some proxies.

package chaos

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/compat-tests/faultproxy"
)

const (
	swallowRate     = 10 // messages a second each way
	swallowParallel = 20

	// How long the session may stand still, by when its WebSocket fell silent.
	limitUnproved = 5 * time.Second
	limitProved   = 10 * time.Second
)

// A swallow is a point from which on WebSockets are silent: k bytes behind the head, in these directions.
type swallow struct {
	k        int64
	up, down bool
}

func (s swallow) way() string {
	switch {
	case s.up && s.down:
		return "both ways"
	case s.up:
		return "client→server"
	}
	return "server→client"
}

func (s swallow) String() string { return fmt.Sprintf("%s after %d", s.way(), s.k) }

// faults is a plan: WebSockets fall silent, each at the same byte, and the rest passes.
func (s swallow) faults(c *faultproxy.Conn) (f faultproxy.Faults) {
	if !strings.Contains(c.RequestLine(), "transport=websocket") {
		return f
	}
	if s.up {
		f.Up.Swallow = faultproxy.AfterHead(s.k)
	}
	if s.down {
		f.Down.Swallow = faultproxy.AfterHead(s.k)
	}
	return f
}

// swallows are the 200 points: close together where OPEN and the probe are, then all over the first messages.
func swallows() (all []swallow) {
	add := func(n int, from, to int64, up, down bool) {
		for i := range int64(n) {
			all = append(all, swallow{from + i*(to-from)/int64(n), up, down})
		}
	}
	add(40, 0, 40, true, false)
	add(20, 40, 4000, true, false)
	add(60, 0, 360, false, true)
	add(20, 360, 4000, false, true)
	add(40, 0, 360, true, true)
	add(20, 360, 4000, true, true)
	return all
}

// TestSwallowedWebSockets has WebSockets swallow all behind a point. The same session goes on over SSE or polling in
// time, and each message comes once and in order.
func TestSwallowedWebSockets(t *testing.T) {
	needsCompat(t)
	t.Parallel()
	points := swallows()
	assert.Len(t, points, 200)
	if testing.Short() {
		points = slices.DeleteFunc(points, func(s swallow) bool { return s.k%5 != 0 })
	}
	recoveries := make([]recovery, len(points))
	var next atomic.Int64
	var lanes sync.WaitGroup
	start := time.Now()
	for range swallowParallel {
		lanes.Go(func() { // ends when all points have been taken; each has limits of its own
			for i := next.Add(1) - 1; int(i) < len(points); i = next.Add(1) - 1 {
				recoveries[i].swallow = points[i]
				recoveries[i].run(t)
			}
		})
	}
	lanes.Wait()
	t.Logf("%d points, %d at a time, %d messages a second each way, %v in all:%s", len(points), swallowParallel, swallowRate,
		time.Since(start).Round(time.Second), table(swallowRows(recoveries)))
}

// TestSwallowedAgain has sessions try a WebSocket again, later, which falls silent like the first.
func TestSwallowedAgain(t *testing.T) {
	needsCompat(t)
	t.Parallel()
	rows := []string{"silent\tafter byte\tdirections that fell silent\tattached ws/sse/polling\tmessages\tslowest"}
	var sessions sync.WaitGroup
	var mu sync.Mutex // guards rows
	points := []int64{0, 20, 600, 3000}
	if testing.Short() {
		points = points[:3] // the last one takes its time
	}
	for _, k := range points {
		for _, s := range []swallow{{k, true, false}, {k, false, true}, {k, true, true}} {
			sessions.Go(func() { // has limits of its own
				row := swallowAgain(t, s)
				mu.Lock()
				defer mu.Unlock()
				rows = append(rows, row)
			})
		}
	}
	sessions.Wait()
	slices.Sort(rows[1:])
	t.Log(table(rows))
}

func swallowAgain(t *testing.T, s swallow) string {
	p, err := newPair(client.Options{}, s.faults)
	if !assert.NoError(t, err, "%v", s) {
		return ""
	}
	defer p.close(t)
	if !assert.NoError(t, p.connect(swallowRate), "%v", s) {
		return ""
	}
	<-time.After(long(25*time.Second, 12*time.Second))
	r := p.finish()
	p.check(t, s.String(), r)
	silent, messages := p.proxy.Counts().Swallowed, r.upSent+r.downSent
	longest := max(slowest(p.up, p.visit.took), slowest(p.down, p.visitor.took))
	assert.GreaterOrEqual(t, silent, 2, "%v: WebSockets that fell silent", s)
	assert.LessOrEqual(t, longest, limitProved, "%v: the slowest message", s)
	ws, sse, polling, _, _ := p.host.journal.attachments()
	return fmt.Sprintf("%s\t%d\t%d\t%d/%d/%d\t%d\t%v", s.way(), s.k, silent, ws, sse, polling, messages,
		longest.Round(time.Millisecond))
}

// A recovery is what became of one session.
type recovery struct {
	swallow
	finished  bool
	proved    bool          // 3probe had arrived
	took      time.Duration // from the first byte that was swallowed until messages came both ways over another transport
	slowest   time.Duration // message, from sending to arrival
	transport string        // that the client was on then
	messages  int
	lost      int
	doubled   int
	disorder  int
}

func (r *recovery) run(t *testing.T) {
	first := &sniffer{}
	p, err := newPair(client.Options{Dial: dialer(first.wrap)}, r.faults)
	if !assert.NoError(t, err, "%v", r.swallow) {
		return
	}
	defer p.close(t)
	struck := watchSwallowed(p.proxy)
	err = p.connect(swallowRate)
	at, ok := <-struck
	if !assert.NoError(t, err, "%v", r.swallow) || !assert.True(t, ok, "%v: nothing was swallowed", r.swallow) {
		return
	}
	var up, down arrival
	recovered := await(time.Now().Add(healLimit), func() bool {
		up, down = firstElsewhere(p.visit.took, at), firstElsewhere(p.visitor.took, at)
		return up.transport != "" && down.transport != ""
	})
	r.proved = first.proved()
	r.transport = p.visitor.Transport()
	result := p.finish()
	p.check(t, r.String(), result)
	if !assert.True(t, recovered, "%v: nothing comes over another transport", r.swallow) {
		return
	}
	r.took = max(up.at.Sub(at), down.at.Sub(at))
	r.fill(p, result)
	assert.LessOrEqual(t, max(r.took, r.slowest), r.limit(), "%v: recovery, and the slowest message", r.swallow)
}

// watchSwallowed returns a channel that gets the time when the first byte was swallowed; it is closed if none is.
func watchSwallowed(p *faultproxy.Proxy) <-chan time.Time {
	struck := make(chan time.Time, 1)
	go func() { // ends at the limit
		defer close(struck)
		if await(time.Now().Add(healLimit), func() bool { return p.Counts().Swallowed > 0 }) {
			struck <- time.Now()
		}
	}()
	return struck
}

func (r *recovery) fill(p *pair, result result) {
	r.finished = true
	r.slowest = max(slowest(p.up, p.visit.took), slowest(p.down, p.visitor.took))
	r.messages = result.upSent + result.downSent
	r.lost = r.messages - result.up.Distinct - result.down.Distinct
	r.doubled = result.up.Doubled + result.down.Doubled
	r.disorder = result.up.Disordered + result.down.Disordered
}

func (r *recovery) limit() time.Duration {
	if r.proved {
		return limitProved
	}
	return limitUnproved
}

// firstElsewhere returns the first message that came after the time over another transport than WebSocket.
func firstElsewhere(l *ledger, after time.Time) arrival {
	for _, a := range l.arrivals() {
		if a.at.After(after) && (a.transport == client.SSE || a.transport == client.Polling) {
			return a
		}
	}
	return arrival{}
}

// A sniffer reads along on the first WebSocket of a client.
type sniffer struct {
	mu    sync.Mutex // guards what follows
	taken bool
	tail  []byte
	seen  bool
}

var probed = []byte("3probe")

func (s *sniffer) proved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func (s *sniffer) wrap(c net.Conn) net.Conn { return &sniffed{Conn: c, by: s} }

// sniffed is a connection of the client.
type sniffed struct {
	net.Conn
	by    *sniffer
	wrote bool // only by the writer of the request, before anything is read
	first bool
}

func (c *sniffed) Write(b []byte) (int, error) {
	if !c.wrote {
		c.wrote = true
		c.first = bytes.Contains(b, []byte("transport=websocket")) && c.by.take()
	}
	return c.Conn.Write(b)
}

func (s *sniffer) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.taken
	s.taken = true
	return !was
}

func (c *sniffed) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.first {
		c.by.read(b[:n])
	}
	return n, err
}

func (s *sniffer) read(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tail = append(s.tail, b...)
	s.seen = s.seen || bytes.Contains(s.tail, probed)
	s.tail = s.tail[max(0, len(s.tail)-len(probed)):]
}

func swallowRows(all []recovery) []string {
	type key struct {
		way    string
		proved bool
	}
	groups := map[key][]recovery{}
	for _, r := range all {
		k := key{r.way(), r.proved}
		groups[k] = append(groups[k], r)
	}
	rows := []string{"silent\tsince\tpoints\trecovered\tmedian\tslowest\tlimit\t" +
		"slowest message\tover sse/polling\tmessages\tlost/doubled/disordered"}
	for _, way := range []string{"client→server", "server→client", "both ways"} {
		for _, proved := range []bool{false, true} {
			if g := groups[key{way, proved}]; len(g) > 0 {
				rows = append(rows, swallowRow(g))
			}
		}
	}
	return rows
}

func swallowRow(group []recovery) string {
	var sum recovery
	recovered, sse := 0, 0
	for _, r := range group {
		sum.slowest = max(sum.slowest, r.slowest)
		sum.messages += r.messages
		sum.lost += r.lost
		sum.doubled += r.doubled
		sum.disorder += r.disorder
		if r.finished {
			recovered++
		}
		if r.transport == client.SSE {
			sse++
		}
	}
	slices.SortFunc(group, func(a, b recovery) int { return cmp.Compare(a.took, b.took) })
	since := "before 3probe"
	if group[0].proved {
		since = "later"
	}
	ms := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("%s\t%s\t%d\t%d\t%v\t%v\t%v\t%v\t%d/%d\t%d\t%d/%d/%d", group[0].way(), since, len(group), recovered,
		ms(group[len(group)/2].took), ms(group[len(group)-1].took), group[0].limit(), ms(sum.slowest), sse, recovered-sse,
		sum.messages, sum.lost, sum.doubled, sum.disorder)
}
