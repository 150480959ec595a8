// Package nats links servers into a cluster over NATS: a [Bus] for package
// adapter/cluster.
//
//	conn, err := natsgo.Connect("nats://localhost:4222", nats.Options()...)
//	bus, err := nats.New(nats.Config{Conn: conn})
//	srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(bus, cluster.Config{})})
//	…
//	defer bus.Close() // after srv.Shutdown, before conn.Close
//
// Package adapter/nats/embedded has a NATS server within the process, so that a cluster
// needs nothing installed.
//
// Nothing that NATS does makes Publish wait: what is published waits in a queue while
// there is no connection, or none that takes it, and beyond Config.Queue it is refused
// with [ErrQueueFull]. What was on its way when a connection breaks is perhaps lost, is
// not sent again, and is counted. Subscriptions are there again with the connection, and
// what has waited follows half a second later (with the times of [Options]): when NATS was
// away, the other nodes have to connect again, too.
//
// Who can publish in NATS can do with clients what a server can: let only servers publish
// to the topics of the cluster ("everwire.>" by default). What is read is checked, and
// dropped and counted if it is no message.
package nats

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	natsgo "github.com/nats-io/nats.go"
)

// Config sets up a [Bus]. A zero field means its default.
type Config struct {
	// Conn is connected to NATS; required. It stays the caller's, who may use it for
	// other things, and closes it after the Bus. It should never give up
	// reconnecting, see [Options]: a connection that has is not replaced.
	Conn *natsgo.Conn

	// Queue is how many bytes may wait to be published, or for NATS to confirm that it
	// has them, with 200 for each message; what is published beyond is refused with
	// [ErrQueueFull]. Default 16 MiB.
	Queue int

	// Pending is how many received bytes may wait to be handled, with 200 for each
	// message; what comes beyond is dropped and counted. Default 64 MiB.
	Pending int

	// MaxMessage is how many bytes a message may have; larger ones are refused, or
	// dropped when they arrive. Default 16 MiB, and Queue at most. What is larger than
	// the server takes (max_payload, 1 MiB by default) travels in up to 1,024 parts.
	MaxMessage int

	Logger *slog.Logger // default slog.Default()
}

// Errors of what is published.
var (
	// ErrQueueFull says that NATS does not take messages as fast as they are published,
	// or not at all.
	ErrQueueFull = errors.New("nats: too much waits to be published (Config.Queue): NATS is away, or slower than what is published")
	// ErrTooLarge says that a message is larger than Config.MaxMessage, or than 1,024
	// parts.
	ErrTooLarge = errors.New("nats: message is larger than Config.MaxMessage, or than 1,024 parts of the size that NATS takes")
	// ErrClosed says that the Bus or its connection was closed, the latter perhaps
	// because it has given up reconnecting.
	ErrClosed = errors.New("nats: closed: the Bus, or its connection, which may have given up reconnecting")
)

var errNoEcho = errors.New("nats: Config.Conn has the option NoEcho: a node has to hear itself; leave it out")

func (c *Config) setDefaults() error {
	switch {
	case c.Conn == nil:
		return errors.New("nats: Config.Conn is missing: a connection to NATS")
	case c.Conn.Opts.NoEcho:
		return errNoEcho
	case c.Queue < 0, c.Pending < 0, c.MaxMessage < 0:
		return fmt.Errorf("nats: Config.Queue, Pending and MaxMessage must not be negative: %d, %d, %d", c.Queue, c.Pending, c.MaxMessage)
	}
	setDefault(&c.Queue, 16<<20)
	setDefault(&c.Pending, 64<<20)
	setDefault(&c.MaxMessage, min(16<<20, c.Queue))
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return nil
}

func setDefault(field *int, value int) {
	if *field == 0 {
		*field = value
	}
}

// Options are those that suit a connection of a [Bus]: it reconnects four times a second,
// for ever, and notices within half a minute that the other side is gone without a word.
func Options() []natsgo.Option {
	return []natsgo.Option{
		natsgo.MaxReconnects(-1),
		natsgo.ReconnectWait(250 * time.Millisecond),
		natsgo.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond),
		natsgo.PingInterval(10 * time.Second),
		natsgo.MaxPingsOutstanding(2),
		natsgo.FlusherTimeout(10 * time.Second),
	}
}
