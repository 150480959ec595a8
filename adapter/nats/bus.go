// bus.go: a bus over a connection to NATS.

package nats

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	natsgo "github.com/nats-io/nats.go"

	"github.com/everwire/everwire/adapter/cluster"
)

// Bus is a [cluster.Bus] over NATS. Topics are subjects.
type Bus struct {
	config  Config
	conn    *natsgo.Conn
	tally   tally
	out     *outbox
	in      *inbox
	reports reports
	ctx     context.Context // ends with the Bus
	end     context.CancelFunc
	running sync.WaitGroup
	once    sync.Once
	limit   atomic.Int64 // max_payload, when the connection was last seen

	mu       sync.Mutex // guards what follows
	subs     map[*natsgo.Subscription]*subscription
	requests []*request    // what is to be subscribed and unsubscribed
	work     chan struct{} // has room for one: requests, or messages that are not confirmed
	changed  chan struct{} // closed when the state of the connection has changed
}

var (
	_ cluster.Bus      = (*Bus)(nil)
	_ cluster.Reporter = (*Bus)(nil)
)

// New returns a Bus, which holds five goroutines until it is closed. The error is that of
// a bad Config. The connection need not stand yet.
func New(c Config) (*Bus, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	if most := c.Conn.Opts.MaxReconnect; most >= 0 {
		c.Logger.Warn("everwire: the connection to NATS will give up reconnecting; see Options of package adapter/nats", "attempts", most)
	}
	b := &Bus{
		config:  c,
		conn:    c.Conn,
		subs:    make(map[*natsgo.Subscription]*subscription),
		work:    make(chan struct{}, 1),
		changed: make(chan struct{}),
	}
	b.out = newOutbox(c.Queue, &b.tally)
	b.in = newInbox(c.Pending, &b.tally)
	b.ctx, b.end = context.WithCancel(context.Background())
	b.limit.Store(c.Conn.MaxPayload())
	states := c.Conn.StatusChanged()
	// Owned by the Bus, and end with it. They block on the connection, but for the last
	// two, which block on what has come and on subscribers.
	b.running.Go(func() { b.watch(states) })
	b.running.Go(b.write)
	b.running.Go(b.confirm)
	b.running.Go(func() { b.in.fill(b.ctx) })
	b.running.Go(func() { b.in.empty(b.ctx, newParts(c.MaxMessage), b.handle) })
	return b, nil
}

// Stats counts messages since the Bus was made, each part for itself where they were
// received, and whole where they are published.
type Stats struct {
	Published  uint64 // confirmed by NATS
	Refused    uint64 // too much waited to be published
	Lost       uint64 // which NATS has perhaps not got: the connection has broken
	Received   uint64
	Dropped    uint64 // received, and too much waited to be handled, or a part was missing
	Reconnects uint64 // of the connection: what others have published meanwhile is missed
}

// tally is what Stats are made of.
type tally struct{ published, refused, lost, received, dropped, reconnects atomic.Uint64 }

// Stats returns the numbers of now.
func (b *Bus) Stats() Stats {
	t := &b.tally
	return Stats{t.published.Load(), t.refused.Load(), t.lost.Load(), t.received.Load(), t.dropped.Load(), t.reconnects.Load()}
}

// Publish implements [cluster.Bus]. It does not block.
func (b *Bus) Publish(_ context.Context, topic string, payload []byte) error {
	if err := checkTopic(topic); err != nil {
		return err
	}
	if len(payload) > b.config.MaxMessage || !fits(len(payload), b.limit.Load()) {
		return ErrTooLarge
	}
	return b.out.add(topic, payload)
}

var errTopic = errors.New("nats: a topic is made of letters, digits, - and _, in words with dots between, and has less than 800 bytes")

// checkTopic refuses what would be more than a subject in the protocol of NATS.
func checkTopic(topic string) error {
	if topic == "" || len(topic) >= 800 || strings.HasPrefix(topic, ".") || strings.HasSuffix(topic, ".") || strings.Contains(topic, "..") {
		return errTopic
	}
	for _, c := range []byte(topic) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return errTopic
		}
	}
	return nil
}

// closing is how long Close waits for NATS, twice.
const closing = time.Second

// Close publishes what waits, for a second at most, and ends all subscriptions. The error
// says how many messages are lost by that. A second Close does nothing.
func (b *Bus) Close() (err error) {
	b.once.Do(func() {
		b.out.close()
		late := time.NewTimer(closing)
		defer late.Stop()
		select {
		case <-b.out.drained:
		case <-late.C:
		case <-b.ctx.Done():
		}
		b.end()
		if n := b.abandon(ErrClosed); n > 0 {
			err = fmt.Errorf("nats: %d messages are lost", n)
		}
		ended := make(chan struct{})
		go func() { // ends with the goroutines of the Bus
			b.running.Wait()
			close(ended)
		}()
		late.Reset(closing)
		select {
		case <-ended:
		case <-late.C: // one waits within the connection, and ends with that
		}
	})
	return err
}
