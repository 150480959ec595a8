// Package redis links servers into a cluster over Redis, in the formats of the official
// adapters for Node, so that servers in Go and in Node can be nodes of one cluster:
//
//	client := goredis.NewClient(&goredis.Options{Addr: "localhost:6379"})
//	cluster, err := redis.New(redis.Config{Client: client})
//	srv, err := everwire.New(everwire.Config{Adapter: cluster})
//
// All nodes of a cluster need the same [Mode] and prefix. An [Emitter] sends from
// processes that hold no connections.
//
// Who can publish in Redis can do with clients what a server can: let only servers
// reach it. What is read is checked, and dropped and counted if it is no message.
package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Mode is how messages travel.
type Mode uint8

// The modes, by the official adapter that each forms a cluster with.
const (
	// Classic is Redis Pub/Sub, as @socket.io/redis-adapter 8 has it by default. A
	// message that a node is not connected for is lost to it.
	Classic Mode = iota
	// Sharded is sharded Pub/Sub, createShardedAdapter of @socket.io/redis-adapter 8:
	// Redis 7 and later. In a Redis Cluster each channel is known to one shard alone.
	Sharded
	// Streams is @socket.io/redis-streams-adapter 0.3: what is published goes through a
	// stream, of which a node that was away for a while misses nothing; questions and
	// answers go through Pub/Sub. With connection state recovery, clients come back to
	// any node, also to and from official ones: each event to a single socket is an
	// entry of the stream then, too. After Redis has lost entries, official nodes may get
	// those of the last 3 s twice, and nobody comes back from before.
	Streams
)

// Subscriptions is which rooms have a channel of their own in mode [Sharded]: only nodes
// with members in the room get its messages. All nodes must use the same.
type Subscriptions uint8

// The subscription modes, by the names of the official adapter.
const (
	Dynamic        Subscriptions = iota // rooms, but not those of a socket's ID
	Static                              // none
	DynamicPrivate                      // rooms, and those of a socket's ID too
)

// Config sets up a [Cluster] or an [Emitter]. A zero field means its default.
type Config struct {
	// Client is connected to Redis; required. It is used for questions, and others that
	// are set up as it is for what is published and received; it is not closed. Use a
	// *redis.Client, also that of NewFailoverClient, or a *redis.ClusterClient.
	Client goredis.UniversalClient

	Mode   Mode
	Prefix string // of channels and of the stream; default "socket.io"

	Subscriptions Subscriptions // in mode Sharded

	// StreamCount is how many streams the namespaces share in mode Streams, default 1,
	// and MaxLen how many messages each keeps at least; default 10,000.
	StreamCount int
	MaxLen      int64

	// Sessions is what stands before the private ID in the key of a client that may come
	// back, in mode Streams with connection state recovery; default "sio:session:". Official
	// servers and other applications that share a Redis share these keys.
	Sessions string

	// Timeout is how long other nodes may take to describe or count their sockets;
	// default 5 s. It is also how long Open waits for Redis.
	Timeout time.Duration

	// Heartbeat is how often a node says that it is there to those that forward requests
	// to it, default 3 s, and Silence after what time without one it counts as gone;
	// default 9 s, at least twice Heartbeat. See [Cluster.Forwarder]; all nodes need the
	// same.
	Heartbeat, Silence time.Duration

	// Queue is how many bytes may wait to be published, for all namespaces; what is
	// published beyond is refused with [ErrQueueFull]. Default 16 MiB.
	Queue int

	// MaxMessage is how many bytes a message may have; larger ones are refused, or
	// dropped when they arrive. Default 16 MiB, and Queue at most.
	MaxMessage int

	Logger *slog.Logger // default slog.Default()
}

// Errors of what is published.
var (
	// ErrQueueFull says that Redis does not take messages as fast as they are
	// published, or not at all.
	ErrQueueFull = errors.New("redis: too much waits to be published (Config.Queue): Redis is away, or slower than what is published")
	// ErrTooLarge says that a message is larger than Config.MaxMessage.
	ErrTooLarge = errors.New("redis: message is larger than Config.MaxMessage")
	// ErrClosed says that it was closed.
	ErrClosed = errors.New("redis: closed: the server was shut down, or the Emitter closed")
)

func (c *Config) setDefaults() error {
	const size = 16 << 20
	switch {
	case c.Client == nil:
		return errors.New("redis: Config.Client is missing: a *redis.Client or *redis.ClusterClient")
	case c.Mode > Streams:
		return fmt.Errorf("redis: Config.Mode %d is unknown: use Classic, Sharded or Streams", c.Mode)
	case c.Subscriptions > DynamicPrivate:
		return fmt.Errorf("redis: Config.Subscriptions %d is unknown: use Dynamic, Static or DynamicPrivate", c.Subscriptions)
	case c.StreamCount < 0, c.MaxLen < 0, c.Timeout < 0, c.Heartbeat < 0, c.Silence < 0, c.Queue < 0, c.MaxMessage < 0:
		return fmt.Errorf("redis: no number of Config may be negative: StreamCount %d, MaxLen %d, Timeout %v, Heartbeat %v, Silence %v, Queue %d, MaxMessage %d",
			c.StreamCount, c.MaxLen, c.Timeout, c.Heartbeat, c.Silence, c.Queue, c.MaxMessage)
	}
	setDefault(&c.Prefix, "socket.io")
	setDefault(&c.Sessions, "sio:session:")
	setDefault(&c.StreamCount, 1)
	setDefault(&c.MaxLen, 10_000)
	setDefault(&c.Timeout, 5*time.Second)
	setDefault(&c.Queue, size)
	setDefault(&c.MaxMessage, min(size, c.Queue))
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return nil
}

// home is the key whose master gets all that is published, where its order would be lost
// otherwise.
func (c *Config) home() string {
	if c.Mode == Classic || c.Mode == Streams && c.StreamCount == 1 {
		return c.Prefix
	}
	return ""
}

func setDefault[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}

// hooks are what differs in a client of our own.
type hooks struct {
	connected func(ctx context.Context, c *goredis.Conn) error // for each new connection to a Redis that is no Redis Cluster
	toCluster func()                                           // for each to one that is
	retries   bool                                             // what may be done twice is tried once more
	deadlines bool                                             // contexts end what waits
	lines     *lines                                           // that connections are among, if Sentinel may move them; or nil
	single    bool                                             // one connection, but for a Redis Cluster
}

// attempts is the client's MaxRetries.
func (h hooks) attempts() int {
	if h.retries {
		return 1
	}
	return -1
}

// private returns a client of our own that is set up as c is, but for its hooks, and that
// nothing is sent twice. The caller closes it.
func private(c goredis.UniversalClient, h hooks) (goredis.UniversalClient, error) {
	switch c := c.(type) {
	case *goredis.Client:
		o := *c.Options()
		o.MaxRetries, o.DisableIdentity = h.attempts(), true
		o.PushNotificationProcessor = nil // that of c has its handlers
		o.ContextTimeoutEnabled = o.ContextTimeoutEnabled || h.deadlines
		if h.lines != nil && isFailover(c) {
			o.Dialer = h.lines.dialer(o.Dialer)
		}
		if h.single {
			o.PoolSize, o.MinIdleConns, o.MaxIdleConns, o.MaxActiveConns = 1, 0, 0, 0
		}
		o.OnConnect = both(o.OnConnect, h.connected)
		return goredis.NewClient(&o), nil
	case *goredis.ClusterClient:
		o := *c.Options()
		o.MaxRetries, o.DisableIdentity = h.attempts(), true
		o.ContextTimeoutEnabled = o.ContextTimeoutEnabled || h.deadlines
		if h.toCluster != nil {
			o.OnConnect = both(o.OnConnect, func(context.Context, *goredis.Conn) error { h.toCluster(); return nil })
		}
		return goredis.NewClusterClient(&o), nil
	}
	return nil, fmt.Errorf("redis: Config.Client is a %T, not a *redis.Client or *redis.ClusterClient", c)
}

// both calls two functions, either of which may be nil.
func both(theirs, ours func(context.Context, *goredis.Conn) error) func(context.Context, *goredis.Conn) error {
	if theirs == nil || ours == nil {
		if ours == nil {
			return theirs
		}
		return ours
	}
	return func(ctx context.Context, c *goredis.Conn) error {
		if err := theirs(ctx, c); err != nil {
			return err
		}
		return ours(ctx, c)
	}
}
