// link.go: one connection: two ends, a way for each direction, and what befalls both.

package sim

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// The ends of a link. The way up is that to the server, so that ways[server] is read by the server.
const (
	client = iota
	server
)

// link is a connection.
type link struct {
	net      *Net
	from, to string
	ends     [2]*conn

	mu      sync.Mutex    // guards what follows, the ways, and the deadlines of the ends
	name    string        // "client GET polling#3"; empty before the first byte
	ways    [2]*way       // by who reads
	request *request      // what befalls the request, if it has one
	dialing time.Duration // what the handshake takes
	idle    *time.Timer
	idleFor time.Duration
	over    bool // reset from the middle
}

func newLink(n *Net, from, to string) *link {
	l := &link{net: n, from: from, to: to}
	l.ways = [2]*way{{link: l, reader: client}, {link: l, reader: server}}
	l.ends[client] = &conn{link: l, end: client, local: addr(from, 1024), remote: addr(to, 80)}
	l.ends[server] = &conn{link: l, end: server, local: addr(to, 80), remote: addr(from, 1024)}
	return l
}

// beginLocked draws the faults. It waits for the first bytes, because connections that are dialed in one instant can
// only be told apart by them.
func (l *link) beginLocked(first []byte) {
	lane := l.from + " " + class(first)
	number := l.net.number(lane)
	l.name = fmt.Sprintf("%s#%d", lane, number)
	id, w := hash(lane, "#", number), l.net.weather()
	for end, dir := range [2]string{"down", "up"} {
		way := l.ways[end]
		way.name = l.name + " " + dir
		way.rng = rand.New(rand.NewPCG(l.net.config.Seed, id<<1|uint64(end)))
		way.latency = w.Latency + randUpTo(way.rng, w.Jitter)
		way.points = drawPoints(way.rng, w)
	}
	rng := l.ways[client].rng
	if u, d := rng.Float64(), randUpTo(rng, w.IdleFor); u < w.Idle {
		l.idleFor = w.IdleFor + d
		l.idle = time.AfterFunc(l.idleFor, l.cutIdle)
	}
	if isRequest(first) {
		l.drawRequestLocked(w)
	}
}

// randUpTo draws a duration to the nanosecond.
func randUpTo(rng *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(rng.Float64() * float64(d))
}

// touchLocked tells that something is being written.
func (l *link) touchLocked(data []byte) {
	if l.name == "" {
		l.beginLocked(data)
	}
	if l.idle != nil && !l.over {
		l.idle.Reset(l.idleFor)
	}
}

// cutIdle is what a NAT does, but that both ends learn of it soon.
func (l *link) cutIdle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.net.healed() {
		return
	}
	l.net.journal.fault(Idle, l.name, "")
	l.over = true
	for _, w := range l.ways {
		w.injectLocked(syscall.ECONNRESET)
	}
}

// breakLocked ends the connection from the middle. The reader of w has time to read what came before the end.
func (l *link) breakLocked(w *way, end error) {
	l.over = true
	back := l.ways[1-w.reader]
	w.gone, back.gone = true, true
	w.injectLocked(end)
	back.injectLocked(end)
}
