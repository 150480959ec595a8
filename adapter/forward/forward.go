// Package forward lets any node of a cluster serve any request: one of a session that
// another node holds travels to it over the cluster's bus, and the answer comes back.
// Load balancers need no sticky sessions then.
//
// A request is forwarded as what it is, HTTP over a connection made of messages: the
// node that holds the session serves it with an http.Server of its own, so that polls
// wait, streams flow and WebSockets upgrade as they do at home. The answer is that node's
// alone: nobody confirms a POST that it has not taken.
//
// The first 16 bits of a session's ID are the tag of its node. Nodes tell each other
// their tags, so that a request for a node that is gone is refused at once.
//
// Nodes believe each other, also about who makes a request: whoever can publish on the
// bus can speak for any user. Let nobody but servers reach the broker.
package forward

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Bus carries payloads between nodes, as [github.com/everwire/everwire/adapter/cluster.Bus]
// does, whose contract holds.
type Bus interface {
	Publish(ctx context.Context, topic string, payload []byte) error
	Subscribe(ctx context.Context, topic string, f func(payload []byte)) (stop func(), err error)
}

// Config sets up a [Forwarder]. A zero field means its default; all nodes need the same.
type Config struct {
	Prefix     string        // of topics; default "everwire"
	Heartbeat  time.Duration // how often a node says that it is there; default 3 s
	Silence    time.Duration // after which a node counts as gone; default 9 s, at least twice Heartbeat
	Settle     time.Duration // how long a new node waits to hear of the others; default 200 ms
	Timeout    time.Duration // in which a node takes what is forwarded to it; default 2 s
	MaxStreams int           // requests and WebSockets that travel at a time, each way; default 65,536
	Logger     *slog.Logger  // default slog.Default()
}

func (c *Config) setDefaults() {
	if c.Prefix == "" {
		c.Prefix = "everwire"
	}
	for field, value := range map[*time.Duration]time.Duration{
		&c.Heartbeat: 3 * time.Second, &c.Silence: 9 * time.Second, &c.Settle: 200 * time.Millisecond, &c.Timeout: 2 * time.Second,
	} {
		if *field <= 0 {
			*field = value
		}
	}
	c.Silence = max(c.Silence, 2*c.Heartbeat)
	if c.MaxStreams <= 0 {
		c.MaxStreams = 1 << 16
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
}

// Errors of [Forwarder.Forward].
var (
	// ErrSilent says that the node did not take the request in time, or was lost before it
	// had answered. It may have served it.
	ErrSilent = errors.New("forward: the node that holds the session does not answer")
	// ErrBusy says that Config.MaxStreams are under way.
	ErrBusy = errors.New("forward: too many requests are being forwarded")
)

// nodeID names a node, anew for each start.
type nodeID [8]byte

// Forwarder is this node's part. Its methods may be called concurrently. Use [New].
type Forwarder struct {
	bus    Bus
	config Config
	id     nodeID
	peers  peers
	claims claims

	streams streams
	home    *listener // of what others forward to this node
	server  *http.Server
	relays  relays
	ctx     context.Context
	end     context.CancelFunc
	done    chan struct{} // closed when run has ended
	stops   []func()
	started atomic.Bool
	warned  atomic.Bool   // of a tag that two nodes had
	next    atomic.Uint64 // of streams and claims
}

// New returns a forwarder over the bus. It does nothing before Start.
func New(b Bus, c Config) *Forwarder {
	c.setDefaults()
	f := &Forwarder{bus: b, config: c, done: make(chan struct{})}
	rand.Read(f.id[:])
	f.peers.init(c.Heartbeat)
	f.claims.init()
	f.streams.all = make(map[key]*stream)
	f.relays.open, f.relays.empty = make(map[net.Conn]int), make(chan struct{})
	f.home = newListener(c.MaxStreams)
	f.ctx, f.end = context.WithCancel(context.Background())
	return f
}

// all is where messages for all nodes go, and private those for one.
func (f *Forwarder) all() string { return f.config.Prefix + ".forward.all" }
func (f *Forwarder) private(id nodeID) string {
	return f.config.Prefix + ".forward." + hex.EncodeToString(id[:])
}

// Start joins the cluster and has serve answer what other nodes forward, for the user
// that they found to make the request. It is called once.
func (f *Forwarder) Start(serve func(w http.ResponseWriter, r *http.Request, principal string)) error {
	if f.started.Swap(true) {
		return errors.New("forward: Start was called before")
	}
	f.server = newServer(serve, f.config.Logger)
	f.peers.settled = time.Now().Add(f.config.Settle)
	for _, topic := range []string{f.private(f.id), f.all()} {
		stop, err := f.bus.Subscribe(f.ctx, topic, f.receive)
		if err != nil {
			f.end()
			close(f.done)
			f.unsubscribe()
			return fmt.Errorf("forward: %w", err)
		}
		f.stops = append(f.stops, stop)
	}
	// Both are owned by the forwarder and end with Close. The one blocks in Accept, the
	// other in Publish alone.
	go f.server.Serve(f.home)
	go f.run()
	_ = f.announce(hello) // or others hear of this node by its first beat
	return nil
}

// run tells others that this node is there, and notices who is not.
func (f *Forwarder) run() {
	defer close(f.done)
	ticks := time.NewTicker(f.config.Heartbeat)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-f.ctx.Done():
			return
		}
		for _, id := range f.peers.silent(f.config.Silence) {
			f.streams.drop(id)
		}
		f.claims.sweep(time.Now())
		_ = f.announce(beat) // one that gets lost is followed by others
		for _, s := range f.streams.list(func(key) bool { return true }) {
			s.mark()
		}
	}
}

func (f *Forwarder) announce(kind byte) error {
	tag := f.peers.ownTag()
	return f.publish(f.all(), &frame{kind: kind, from: f.id, data: tag[:]})
}

func (f *Forwarder) publish(topic string, m *frame) error {
	return f.bus.Publish(context.Background(), topic, m.append(make([]byte, 0, headerSize+len(m.data))))
}

func (f *Forwarder) tell(to nodeID, m *frame) error {
	m.from = f.id
	return f.publish(f.private(to), m)
}

// receive takes a message of the bus. One that is none is dropped.
func (f *Forwarder) receive(payload []byte) {
	m, ok := parseFrame(payload)
	if !ok {
		return
	}
	if m.from == f.id {
		f.peers.echo()
		return
	}
	switch m.kind &^ ofDialer {
	case hello, beat, bye:
		f.hear(m)
	case claim:
		f.keep(m)
	case claimed:
		f.claims.answer(m)
	case open:
		f.accept(m)
	default:
		f.streams.receive(f, m)
	}
}

// hear takes what a node says of itself.
func (f *Forwarder) hear(m frame) {
	tag, ok := parseTag(m.data)
	switch {
	case m.kind == bye:
		f.peers.left(m.from)
		f.streams.drop(m.from)
	case !ok || !f.peers.heard(m.from, tag):
	case tag == f.peers.ownTag() && f.peers.yield(f.id, m.from):
		if f.warned.CompareAndSwap(false, true) {
			f.config.Logger.Warn("everwire: two nodes had the same tag; this one has taken another, and its sessions of before need sticky routing")
		}
		_ = f.announce(beat)
	case m.kind == hello:
		own := f.peers.ownTag()
		_ = f.tell(m.from, &frame{kind: beat, data: own[:]}) // who is new hears of this node later if this gets lost
	}
}

// Tag returns what the IDs of new sessions begin with. A node that has just started
// waits for Config.Settle, since another one may have its tag.
func (f *Forwarder) Tag() [2]byte {
	_ = f.peers.settle(f.ctx)
	return f.peers.ownTag()
}

// Close leaves the cluster: what is being forwarded is cut off. What others have
// forwarded to this node may end within ctx. A second Close does nothing.
func (f *Forwarder) Close(ctx context.Context) error {
	if !f.started.Load() || f.ctx.Err() != nil {
		return nil
	}
	err := f.server.Shutdown(ctx)
	f.end()
	<-f.done
	f.server.Close()
	_ = f.announce(bye) // others notice that this node is silent
	f.streams.close()
	f.relays.close()
	f.unsubscribe()
	return err
}

func (f *Forwarder) unsubscribe() {
	for _, stop := range f.stops {
		stop()
	}
}
