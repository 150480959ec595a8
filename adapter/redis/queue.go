// queue.go: what waits to be published.

package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/everwire/everwire/adapter/internal/node"
)

// An item is one command of Redis.
type item struct {
	args   []any
	size   int    // of the arguments, in bytes
	stream string // that it adds an entry to; "": none
	serial uint64 // of such an entry, among those of the queue; 0: a new one
	done   func(error)
}

// finish tells what became of it, once.
func (it *item) finish(err error) {
	if it.done != nil {
		it.done(err)
	}
}

// queue publishes in the order in which messages are added, many in one round trip.
type queue struct {
	name   string // among the queues of all processes
	client goredis.UniversalClient
	home   string // in a Redis Cluster, the key whose master gets everything; "": each command goes by its own
	limit  int
	log    *slog.Logger
	tally  *tally
	ctx    context.Context // ends the waiting for Redis
	cancel context.CancelFunc
	done   chan struct{} // closed when the writer has ended

	// Of the writer.
	unsure bool              // some of the first items may be in their streams already
	after  map[string]string // by stream: the entry that Redis has confirmed last

	mu     sync.Mutex // guards what follows
	items  []item
	bytes  int
	serial uint64
	closed bool
	more   chan struct{} // has room for one
}

func newQueue(c *Config, t *tally, home string, l *lines) (*queue, error) {
	q := &queue{
		name: node.NewName(), home: home, limit: c.Queue, log: c.Logger, tally: t, done: make(chan struct{}),
		after: make(map[string]string), more: make(chan struct{}, 1),
	}
	hook := hooks{lines: l}
	if c.Mode == Streams {
		hook.connected, hook.single = new(ended).connected, true
	}
	var err error
	if q.client, err = private(c.Client, hook); err != nil {
		return nil, err
	}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	// Owned by the queue, and ends with it; blocks on Redis.
	go q.run()
	return q, nil
}

// overhead is about what an item takes beside its bytes.
const overhead = 200

// add queues a command. An entry of a stream gets a name, by which it is known if Redis
// has it and nobody heard so.
func (q *queue) add(it item) (serial uint64, err error) {
	it.size += overhead
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return 0, ErrClosed
	case q.bytes > 0 && q.bytes+it.size > q.limit:
		q.tally.refused.Add(1)
		return 0, ErrQueueFull
	}
	if it.stream != "" {
		if it.serial == 0 {
			q.serial++
			it.serial = q.serial
		}
		it.args = append(it.args, tokenField, fmt.Sprint(q.name, "-", it.serial))
	}
	q.items = append(q.items, it)
	q.bytes += it.size
	q.wake()
	return it.serial, nil
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

// replace has rest stand where the first n items stood, which are done but for those.
func (q *queue) replace(n int, rest []item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range n {
		q.bytes -= q.items[i].size
	}
	for _, it := range rest {
		q.bytes += it.size
	}
	first := n - len(rest)
	clear(q.items[:first])
	copy(q.items[first:n], rest)
	if q.items = q.items[first:]; len(q.items) == 0 {
		q.items = nil
	}
}

func (q *queue) run() {
	defer close(q.done)
	defer q.abandon()
	down := false
	for {
		items := q.next()
		if len(items) == 0 || q.ctx.Err() != nil {
			return
		}
		rest, err := q.send(items)
		if err != nil && !down && q.ctx.Err() == nil {
			q.log.Error("everwire: Redis does not take what is published", "error", err)
		}
		down = err != nil
		q.replace(len(items), rest)
		if down {
			q.pause()
		}
	}
}

// abandon gives up what is left.
func (q *queue) abandon() {
	q.mu.Lock()
	items := q.items
	q.items, q.bytes, q.closed = nil, 0, true
	q.mu.Unlock()
	for i := range items {
		q.tally.lost.Add(1)
		items[i].finish(ErrClosed)
	}
}

// send returns the items that are to be sent again. What Redis may have got is not, for a
// message must not come twice; but entries of a stream can be looked for.
func (q *queue) send(items []item) (rest []item, err error) {
	if q.unsure {
		if items, err = q.missing(items); err != nil || len(items) == 0 {
			return items, err
		}
		q.unsure = false
	}
	p, err := q.pipeline()
	if err != nil {
		return items, err
	}
	commands := make([]*goredis.Cmd, len(items))
	for i, it := range items {
		commands[i] = p.Do(q.ctx, it.args...)
	}
	if _, err = p.Exec(q.ctx); err != nil && neverSent(err) {
		return items, err
	}
	err = nil
	for i := range items {
		e := commands[i].Err()
		switch {
		case e == nil || errors.Is(e, goredis.Nil):
			q.taken(&items[i], commands[i])
			continue
		case notNow(e):
			rest = append(rest, items[i])
		case items[i].stream != "" && !refused(e):
			rest, q.unsure = append(rest, items[i]), true
		default:
			q.tally.lost.Add(1)
			items[i].finish(e)
		}
		err = e
	}
	return rest, err
}

func (q *queue) taken(it *item, c *goredis.Cmd) {
	q.tally.published.Add(1)
	if it.stream != "" {
		q.after[it.stream], _ = c.Val().(string)
	}
	it.finish(nil)
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

// close publishes what waits, for that long at most.
func (q *queue) close(most time.Duration) {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.wake()
	select {
	case <-q.done:
	case <-time.After(most):
	}
	q.cancel()
	_ = q.client.Close() // ends what is written
	<-q.done
}
