// queue.go: what waits to be published.

package redis

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// An item is one command of Redis.
type item struct {
	args []any
	size int
}

// queue publishes in the order in which messages are added, many in one round trip.
type queue struct {
	client goredis.UniversalClient
	home   string // in a Redis Cluster, the key whose master gets everything; "": each command goes by its own
	limit  int
	log    *slog.Logger
	tally  *tally
	ctx    context.Context // ends the waiting for Redis
	cancel context.CancelFunc
	done   chan struct{} // closed when the writer has ended

	mu     sync.Mutex // guards what follows
	items  []item
	bytes  int
	closed bool
	more   chan struct{} // has room for one
}

func newQueue(client goredis.UniversalClient, c *Config, t *tally) *queue {
	q := &queue{client: client, home: c.home(), limit: c.Queue, log: c.Logger, tally: t, done: make(chan struct{}), more: make(chan struct{}, 1)}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	// Owned by the queue, and ends with it; blocks on Redis.
	go q.run()
	return q
}

// overhead is about what an item takes beside its bytes.
const overhead = 200

// add queues a command; size is that of its arguments.
func (q *queue) add(size int, args ...any) error {
	size += overhead
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return ErrClosed
	case q.bytes > 0 && q.bytes+size > q.limit:
		q.tally.refused.Add(1)
		return ErrQueueFull
	}
	q.items = append(q.items, item{args, size})
	q.bytes += size
	q.wake()
	return nil
}

func (q *queue) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// batch is how many commands share a round trip.
const batch = 512

// next waits for items; none are left when the queue was closed.
func (q *queue) next() []item {
	for {
		q.mu.Lock()
		items, closed := q.items[:min(batch, len(q.items))], q.closed
		q.mu.Unlock()
		if len(items) > 0 || closed {
			return items
		}
		<-q.more
	}
}

// remove takes the first n items away, which are done.
func (q *queue) remove(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range n {
		q.bytes -= q.items[i].size
		q.items[i] = item{}
	}
	if q.items = q.items[n:]; len(q.items) == 0 {
		q.items = nil
	}
}

func (q *queue) run() {
	defer close(q.done)
	down := false
	for {
		items := q.next()
		if len(items) == 0 || q.ctx.Err() != nil {
			return
		}
		sent, err := q.send(items)
		if err != nil && !down {
			q.log.Error("everwire: Redis does not take what is published", "error", err)
		}
		down = err != nil
		if sent {
			q.remove(len(items))
		}
		if down {
			q.pause()
		}
	}
}

// send tells whether the items are done with: published, or lost. Those that were
// perhaps published are not sent again: a message must not come twice.
func (q *queue) send(items []item) (sent bool, err error) {
	p, err := q.pipeline()
	if err != nil {
		return false, err
	}
	commands := make([]*goredis.Cmd, len(items))
	for i, it := range items {
		commands[i] = p.Do(q.ctx, it.args...)
	}
	if _, err = p.Exec(q.ctx); err != nil && neverSent(err) {
		return false, err
	}
	err = nil
	for _, c := range commands {
		if e := c.Err(); e != nil && !errors.Is(e, goredis.Nil) {
			q.tally.lost.Add(1)
			err = e
			continue
		}
		q.tally.published.Add(1)
	}
	return true, err
}

// pipeline goes to one server, which keeps the order.
func (q *queue) pipeline() (goredis.Pipeliner, error) {
	cluster, ok := q.client.(*goredis.ClusterClient)
	if !ok || q.home == "" {
		return q.client.Pipeline(), nil
	}
	master, err := cluster.MasterForKey(q.ctx, q.home)
	if err != nil {
		return nil, err
	}
	return master.Pipeline(), nil
}

// pause is between attempts. Another server may have become the master.
func (q *queue) pause() {
	if cluster, ok := q.client.(*goredis.ClusterClient); ok {
		cluster.ReloadState(q.ctx)
	}
	select {
	case <-time.After(100 * time.Millisecond):
	case <-q.ctx.Done():
	}
}

// neverSent tells whether there was no connection to begin with.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// close publishes what waits, for a second at most.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.wake()
	select {
	case <-q.done:
	case <-time.After(time.Second):
	}
	q.cancel()
	_ = q.client.Close() // ends what is written
	<-q.done
}
