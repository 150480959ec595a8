// cluster.go: what the namespaces of one server share.

package redis

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
)

// Cluster links one server to its cluster: it is for Config.Adapter of everwire, and for
// one server. It holds connections to Redis while the server has namespaces.
type Cluster struct {
	config Config
	tally  tally
	up     atomic.Bool // a namespace was open

	mu   sync.Mutex // guards what follows
	hub  *hub       // nil while nothing is open
	open int
}

var _ adapter.Opener = (*Cluster)(nil)

// New returns a Cluster. It does not connect yet. The error is that of a bad Config.
func New(c Config) (*Cluster, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	return &Cluster{config: c}, nil
}

// Stats counts messages since the Cluster was made.
type Stats struct {
	Published uint64 // taken by Redis
	Refused   uint64 // too much waited to be published
	Lost      uint64 // for which Redis has perhaps not got what was sent
	Missed    uint64 // of others, that a stream had lost before they were read, as far as anybody knows how many
	Ignored   uint64 // received, and no message of the protocol or of a namespace that is open
}

// tally is what Stats are made of.
type tally struct{ published, refused, lost, missed, ignored atomic.Uint64 }

// Stats returns the numbers of now.
func (c *Cluster) Stats() Stats {
	t := &c.tally
	return Stats{t.published.Load(), t.refused.Load(), t.lost.Load(), t.missed.Load(), t.ignored.Load()}
}

// Open implements [adapter.Opener]. It returns when Redis has confirmed the namespace's
// subscriptions; for the first namespace, an error says that it did not within
// Config.Timeout. For those that come later it is waited for a second at most: clients of
// a namespace that is opened while Redis is away reach each other, and the subscriptions
// follow. Both is told as a fault, [adapter.Missed].
func (c *Cluster) Open(namespace string, l adapter.Local) (adapter.Adapter, error) {
	h, err := c.enter()
	if err != nil {
		return nil, err
	}
	n := node.New(node.Config{
		Namespace: namespace, Local: l, Timeout: c.config.Timeout, Ignored: func() { c.tally.ignored.Add(1) },
	})
	link := h.link(base{hub: h, node: n, channel: c.config.Prefix + "#" + namespace + "#", leave: c.leave, up: c.up.Load}, l)
	n.Link(link)
	if err := link.start(); err != nil {
		_ = n.Close() // err says what is wrong
		return nil, err
	}
	c.up.Store(true)
	if r, ok := link.(adapter.Recoverer); ok {
		return struct {
			*node.Node
			adapter.Recoverer
		}{n, r}, nil
	}
	if f, ok := link.(adapter.Follower); ok {
		return struct {
			*node.Node
			adapter.Follower
		}{n, f}, nil
	}
	return n, nil
}

// link is one namespace in one of the modes.
type link interface {
	node.Link
	start() error
}

func (c *Cluster) enter() (*hub, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hub == nil {
		h, err := newHub(&c.config, &c.tally)
		if err != nil {
			return nil, err
		}
		c.hub = h
	}
	c.open++
	return c.hub, nil
}

func (c *Cluster) leave() {
	c.mu.Lock()
	c.open--
	var last *hub
	if c.open == 0 {
		last, c.hub = c.hub, nil
	}
	c.mu.Unlock()
	if last != nil {
		last.close()
	}
}

// hub holds the connections.
type hub struct {
	config  *Config
	tally   *tally
	own     goredis.UniversalClient // for what is received
	queue   *queue
	lines   *lines
	end     context.CancelFunc // of what runs
	running sync.WaitGroup
	slots   chan struct{} // who collects what clients have missed

	mu          sync.Mutex              // guards what follows
	saves       *queue                  // of what clients come back to; nil until one may
	asks        goredis.UniversalClient // the same
	subscribers map[string]*subscriber  // by shard; "" for all that is not sharded
	readers     map[string]*reader      // of streams, by name
	places      map[topic]*subscriber   // who has it, in a Redis Cluster
	shelf       map[topic]want          // the shard of which nobody knows yet
}

func newHub(c *Config, t *tally) (h *hub, err error) {
	h = &hub{
		config: c, tally: t, subscribers: make(map[string]*subscriber), readers: make(map[string]*reader), places: make(map[topic]*subscriber),
		shelf: make(map[topic]want),
		slots: make(chan struct{}, collectors), lines: &lines{open: make(map[net.Conn]bool)}, end: func() {},
	}
	if h.queue, err = newQueue(c, t, c.home(), h.lines); err != nil {
		return nil, err
	}
	h.own, err = private(c.Client, hooks{toCluster: h.again, lines: h.lines})
	if err == nil {
		h.watch()
	}
	return h, err // the same error would have come before
}

// watch begins what looks whether Redis is still where it was, if it may move.
func (h *hub) watch() {
	var ctx context.Context
	ctx, h.end = context.WithCancel(context.Background())
	if cluster, ok := h.own.(*goredis.ClusterClient); ok && h.config.Mode == Sharded {
		h.running.Go(func() { h.watchShards(ctx, cluster) })
	}
	if isFailover(h.config.Client) {
		h.running.Go(func() { h.follow(ctx) })
	}
}

// link makes a namespace's link, which has not started.
func (h *hub) link(b base, l adapter.Local) link {
	switch h.config.Mode {
	case Sharded:
		if h.config.Subscriptions == Static {
			return newSharded(b)
		}
		return newDynamic(b, l, h.config.Subscriptions)
	case Streams:
		return newStreams(b)
	}
	return newClassic(b, l)
}

func (h *hub) close() {
	h.queue.close(time.Second)
	h.mu.Lock()
	subscribers, readers, saves := h.subscribers, h.readers, h.saves
	h.mu.Unlock()
	if saves != nil {
		saves.close(h.config.Timeout)
		_ = h.asks.Close() // nobody asks any more
	}
	h.end()
	h.running.Wait()
	for _, s := range subscribers {
		s.close()
	}
	for _, r := range readers {
		r.close()
	}
	_ = h.own.Close() // nothing is done with it any more
}

// saver returns the queue of what clients come back to, and who asks for that.
func (h *hub) saver() (*queue, goredis.UniversalClient, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var err error
	if h.saves == nil {
		if h.asks, err = private(h.config.Client, hooks{deadlines: true, retries: true, lines: h.lines}); err == nil {
			h.saves, err = newQueue(h.config, new(tally), "", h.lines)
		}
	}
	return h.saves, h.asks, err
}

// publish queues a message for a channel, and tells done, if that is not nil, what became of it.
func (h *hub) publish(command, channel string, payload []byte, done func(error)) error {
	if len(payload) > h.config.MaxMessage {
		return ErrTooLarge
	}
	_, err := h.queue.add(item{size: len(channel) + len(payload), args: []any{command, channel, payload}, done: done})
	return err
}

// numSub returns how many connections have subscribed to each of the channels, in all of a
// Redis Cluster.
func (h *hub) numSub(ctx context.Context, scope scope, channels ...string) (map[string]int64, error) {
	cluster, ok := h.config.Client.(*goredis.ClusterClient)
	if !ok {
		return numSub(ctx, h.config.Client, scope, channels)
	}
	var mu sync.Mutex // guards total
	total := make(map[string]int64)
	err := cluster.ForEachShard(ctx, func(ctx context.Context, shard *goredis.Client) error {
		counts, err := numSub(ctx, shard, scope, channels)
		mu.Lock()
		defer mu.Unlock()
		for channel, n := range counts {
			total[channel] += n
		}
		return err
	})
	return total, err
}

func numSub(ctx context.Context, c goredis.Cmdable, scope scope, channels []string) (map[string]int64, error) {
	if scope == sharded {
		return c.PubSubShardNumSub(ctx, channels...).Result()
	}
	return c.PubSubNumSub(ctx, channels...).Result()
}
