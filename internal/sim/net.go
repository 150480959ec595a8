// net.go: the network: who listens, who dials, who is paused.

package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"
)

// Config sets up a [Net].
type Config struct {
	Seed    uint64
	Weather Weather       // until the network heals
	Until   time.Duration // when it heals, since it was made
	Healed  Weather       // then; default Calm
	Trace   bool          // Events has also all that arrived
	Show    int           // and so many bytes of it
}

// Net is a network. It belongs to the bubble that it was made in.
type Net struct {
	config  Config
	journal *journal

	mu        sync.Mutex // guards what follows
	listeners map[string]*listener
	numbers   map[string]int       // of the last connection of each lane
	refusing  map[string]time.Time // nodes whose dials are refused, and until when
	paused    map[string]time.Time // nodes, and until when
	links     map[*link]struct{}   // of which an end is open
	held      map[string]bool      // nodes that nothing arrives at; true: and nothing from them
	shut      map[string]bool      // nodes that cannot dial
}

// New makes a network.
func New(c Config) *Net {
	if c.Healed == (Weather{}) {
		c.Healed = Calm()
	}
	return &Net{
		config:    c,
		journal:   &journal{began: time.Now(), trace: c.Trace, show: c.Show, seqs: map[string]int{}},
		listeners: map[string]*listener{},
		numbers:   map[string]int{},
		refusing:  map[string]time.Time{},
		paused:    map[string]time.Time{},
		links:     map[*link]struct{}{},
		held:      map[string]bool{},
		shut:      map[string]bool{},
	}
}

// Counts are the faults so far.
func (n *Net) Counts() Counts { return n.journal.get() }

// Events are the faults and notes so far by time, and with Config.Trace also all that arrived.
func (n *Net) Events() []Event { return n.journal.sorted() }

// Note adds an event of the application.
func (n *Net) Note(where, what string) {
	n.journal.mu.Lock()
	defer n.journal.mu.Unlock()
	n.journal.events = append(n.journal.events, Event{At: time.Since(n.journal.began), Where: where, What: what})
}

// weather is that of this moment.
func (n *Net) weather() *Weather {
	if n.healed() {
		return &n.config.Healed
	}
	return &n.config.Weather
}

func (n *Net) healed() bool { return time.Since(n.journal.began) >= n.config.Until }

// Listen has a node accept connections.
func (n *Net) Listen(name string) net.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &listener{net: n, name: name, queued: make(chan struct{}, 1), done: make(chan struct{})}
	n.listeners[name] = l
	return l
}

// Pause stops a node for a while, as it looks from outside: what its links have under way, either way, arrives behind
// the pause. Its own clock goes on.
func (n *Net) Pause(node string, d time.Duration) {
	n.mu.Lock()
	until := time.Now().Add(d)
	if until.After(n.paused[node]) {
		n.paused[node] = until
	}
	n.mu.Unlock()
	n.journal.fault(Pause, node, "for %v", d)
}

// pausedUntil is when both nodes of a link run, or have run.
func (n *Net) pausedUntil(a, b string) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	if x, y := n.paused[a], n.paused[b]; x.After(y) {
		return x
	} else {
		return y
	}
}

// Dial connects two nodes. It returns at once: the time that a handshake takes is added to that of the first bytes.
// HTTP clients go on with the dial of a request that was given up, and which request gets the connection would depend
// on the order of goroutines. A refusal takes its time.
func (n *Net) Dial(ctx context.Context, from, to string) (net.Conn, error) {
	wait, refused := n.knock(from)
	l := newLink(n, from, to)
	l.dialing = wait
	if !refused && n.accept(to, l) {
		return l.ends[client], nil
	}
	if err := sleep(ctx, wait); err != nil {
		return nil, dialError(to, err)
	}
	return nil, dialError(to, syscall.ECONNREFUSED)
}

func dialError(to string, err error) error {
	return &net.OpError{Op: "dial", Net: "sim", Addr: addr(to, 80), Err: err}
}

// knock draws how long a dial takes and whether it is refused: the same for all dials of one node in one instant,
// since nobody knows their order.
func (n *Net) knock(from string) (wait time.Duration, refused bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	rng := rand.New(rand.NewPCG(n.config.Seed, hash("dial", from, now.Sub(n.journal.began))))
	w := n.weather()
	if n.shut[from] {
		return 0, true
	}
	wait = 2*w.Latency + 1 + randUpTo(rng, w.Jitter)
	if w.none() {
		wait = 0
	}
	if rng.Float64() < w.Refuse && !now.Before(n.refusing[from]) {
		n.refusing[from] = now.Add(randUpTo(rng, w.RefuseFor))
	}
	if refused = !n.healed() && !now.After(n.refusing[from]); refused {
		n.journal.fault(Refuse, from, "")
	}
	return wait, refused
}

// number counts the connections of a lane.
func (n *Net) number(lane string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.numbers[lane]++
	return n.numbers[lane]
}

// accept hands the server's end to whoever listens.
func (n *Net) accept(name string, l *link) bool {
	n.mu.Lock()
	at := n.listeners[name]
	n.links[l] = struct{}{}
	n.mu.Unlock()
	if at != nil && at.push(l.ends[server]) {
		return true
	}
	n.forget(l)
	return false
}

func hash(parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, parts...)
	return h.Sum64()
}

// addr is an address for a node: servers that count by address shall tell nodes apart.
func addr(node string, port int) net.Addr {
	h := hash(node)
	return &net.TCPAddr{IP: net.IPv4(10, byte(h>>16), byte(h>>8), byte(h)), Port: port}
}

// sleep returns early, with an error, when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listener accepts what was dialed.
type listener struct {
	net    *Net
	name   string
	queued chan struct{} // holds one: conns is not empty
	done   chan struct{} // closed by Close

	mu    sync.Mutex // guards conns
	conns []net.Conn
}

func (l *listener) push(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.done:
		return false
	default:
	}
	l.conns = append(l.conns, c)
	signal(l.queued)
	return true
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		if c, ok := l.pop(); ok {
			return c, nil
		}
		select {
		case <-l.queued:
		case <-l.done:
			return nil, &net.OpError{Op: "accept", Net: "sim", Addr: l.Addr(), Err: net.ErrClosed}
		}
	}
}

func (l *listener) pop() (net.Conn, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conns) == 0 {
		return nil, false
	}
	c := l.conns[0]
	l.conns = l.conns[1:]
	if len(l.conns) > 0 {
		signal(l.queued)
	}
	return c, true
}

// Close implements net.Listener. Connections that nobody has accepted are closed.
func (l *listener) Close() error {
	l.mu.Lock()
	select {
	case <-l.done:
		l.mu.Unlock()
		return net.ErrClosed
	default:
	}
	close(l.done)
	rest := l.conns
	l.conns = nil
	l.mu.Unlock()
	var errs []error
	for _, c := range rest {
		errs = append(errs, c.Close())
	}
	return cmp.Or(errors.Join(errs...))
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return addr(l.name, 80) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
