// reader.go: reads a stream for all namespaces that have it.

package redis

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// follower is a namespace that a stream is read for. Its methods are not called
// concurrently.
type follower interface {
	// entry takes one entry.
	entry(id string, values map[string]any)
	// unread returns what sends once more what Redis had confirmed before, and the stream
	// does not bring.
	unread() (again func())
	// gone is told that the stream has nothing of what it had behind an entry.
	gone(common string)
	// missed is told that entries were gone before they were read.
	missed(n int) // 0: nobody knows how many
}

// reader goes on where it was after an interruption: it misses what the stream does not
// keep any more, and nothing else.
type reader struct {
	client goredis.UniversalClient // its own: reading waits
	stream string
	ignore func()
	count  func(missed int)
	cancel context.CancelFunc
	done   chan struct{}

	// Of the goroutine that reads.
	last     string // entry that was read
	known    sources
	single   bool     // all entries of a server are in this stream
	catching bool     // up, after an interruption
	recent   []string // entries that were read lately, in order

	mu        sync.Mutex // guards what follows
	followers map[string]follower
	handed    string        // entry up to which all have been handed over
	begun     string        // entry that was handed over last, or is just being
	passed    chan struct{} // closed when that changes; nil if nobody waits
	floor     string        // entry up to which the stream may have lost some, or have some twice
	server    string        // that is read from, by its run ID; "": unknown
}

// read returns the reader of a stream, which reads what is written from now on.
func (h *hub) read(stream string) (*reader, error) {
	h.mu.Lock()
	r := h.readers[stream]
	h.mu.Unlock()
	if r != nil {
		return r, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), h.config.Timeout)
	defer cancel()
	r = new(reader)
	if err := r.begin(ctx, h.config.Client, stream); err != nil {
		return nil, err
	}
	client, err := private(h.config.Client, hooks{deadlines: true, lines: h.lines, connected: r.connected})
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.readers[stream]; r != nil {
		return r, client.Close()
	}
	r.client, r.stream, r.done = client, stream, make(chan struct{})
	r.ignore = func() { h.tally.ignored.Add(1) }
	r.count = func(n int) { h.tally.missed.Add(uint64(n)) }
	r.single = h.config.StreamCount == 1
	r.followers = make(map[string]follower)
	ctx, r.cancel = context.WithCancel(context.Background())
	// Owned by the hub, and ends with it; blocks on Redis.
	go r.run(ctx)
	h.readers[stream] = r
	return r, nil
}

// connected is called for each connection.
func (r *reader) connected(ctx context.Context, c *goredis.Conn) error {
	server := runID(ctx, c)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.server = server
	return nil
}

// state returns the floor, and which server is read.
func (r *reader) state() (floor, server string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.floor, r.server
}

func (r *reader) add(namespace string, f follower) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.followers[namespace] = f
}

func (r *reader) remove(namespace string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.followers, namespace)
}

// all returns the followers.
func (r *reader) all() []follower {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]follower, 0, len(r.followers))
	for _, f := range r.followers {
		list = append(list, f)
	}
	return list
}

// How long a read waits for entries, and beyond that for Redis, which may have gone
// without a word.
const (
	readWait     = 2 * time.Second
	readPatience = 2 * time.Second
)

func (r *reader) run(ctx context.Context) {
	defer close(r.done)
	interrupted := false
	for ctx.Err() == nil {
		err := r.next(ctx, interrupted)
		if interrupted = err != nil; interrupted {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
}

// next reads what comes next. After an interruption it looks whether the stream is still
// the one that it was, and reads up to its end.
func (r *reader) next(ctx context.Context, interrupted bool) error {
	if !interrupted {
		n, err := r.take(ctx, readWait)
		if n == page && err == nil { // it is behind, and may have been too far behind
			err = r.look(ctx)
		}
		return err
	}
	r.catching = true
	defer func() { r.catching = false }()
	if err := r.look(ctx); err != nil {
		return err
	}
	var again []func()
	for _, f := range r.all() {
		again = append(again, f.unread())
	}
	for more := true; more; {
		n, err := r.take(ctx, -1)
		if err != nil {
			return err
		}
		more = n > 0
	}
	for _, f := range again {
		f()
	}
	return nil
}

// take reads some entries, and waits for them for that long; -1: not at all.
func (r *reader) take(ctx context.Context, wait time.Duration) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait+readPatience)
	defer cancel()
	found, err := r.client.XRead(ctx, &goredis.XReadArgs{
		Streams: []string{r.stream, r.last}, Count: page, Block: wait,
	}).Result()
	if errors.Is(err, goredis.Nil) {
		return 0, nil
	}
	for _, stream := range found {
		for _, entry := range stream.Messages {
			r.last = entry.ID
			if r.recent = append(r.recent, entry.ID); len(r.recent) > maxRecent {
				r.recent = r.recent[1:]
			}
			if r.handle(entry) {
				err = errors.Join(err, r.lift(ctx, entry.ID)) // who comes back to before it would get it twice
			}
			n++
		}
	}
	return n, err
}

// look finds out whether the stream has lost the entry that was read last: it was trimmed,
// or Redis has come back with less than it had.
func (r *reader) look(ctx context.Context) error {
	if r.last == nowhere {
		return nil
	}
	same, err := r.client.XRange(ctx, r.stream, r.last, r.last).Result()
	if err != nil || len(same) > 0 {
		return err
	}
	common, err := r.common(ctx)
	if err != nil {
		return err
	}
	if err := r.lift(ctx, r.last); err != nil {
		return err
	}
	r.missed(0)
	for _, f := range r.all() {
		f.gone(common)
	}
	r.last, r.recent = common, nil
	return nil
}

// common returns the last entry that was read and is still there. Behind it, all is new:
// even if its ID is less than that of what was read.
func (r *reader) common(ctx context.Context) (string, error) {
	var failure error
	i := sort.Search(len(r.recent), func(i int) bool {
		found, err := r.client.XRange(ctx, r.stream, r.recent[i], r.recent[i]).Result()
		failure = errors.Join(failure, err)
		return len(found) == 0
	})
	if i > 0 {
		return r.recent[i-1], failure
	}
	if len(r.recent) == maxRecent {
		return r.recent[0], failure
	}
	newest, err := lastEntry(ctx, r.client, r.stream)
	if behind(newest, r.last) {
		newest = r.last // it was trimmed, or is another
	}
	return newest, errors.Join(failure, err)
}

// maxRecent is how many entries a reader remembers that it has read.
const maxRecent = 1024

// lift has nobody come back to a place at or before an entry.
func (r *reader) lift(ctx context.Context, id string) error {
	r.mu.Lock()
	r.liftLocked(id)
	r.mu.Unlock()
	return raise(ctx, r.client, r.stream, id)
}

func (r *reader) liftLocked(id string) {
	if behind(id, r.floor) {
		r.floor = id
	}
}

// missed tells all namespaces of entries that were gone before they were read.
func (r *reader) missed(n int) {
	r.count(n)
	for _, f := range r.all() {
		f.missed(n)
	}
}

// handle reports whether the entry has come before.
func (r *reader) handle(entry goredis.XMessage) (again bool) {
	namespace, _ := entry.Values["nsp"].(string)
	r.mu.Lock()
	f := r.followers[namespace]
	r.mu.Unlock()
	var gap int
	again, gap = r.known.again(entry.Values)
	if gap > 0 && r.single {
		r.missed(gap)
	}
	r.reach(entry.ID, again)
	switch {
	case again:
	case f == nil:
		r.ignore()
	default:
		f.entry(entry.ID, entry.Values)
	}
	r.mu.Lock()
	r.handed = entry.ID
	r.mu.Unlock()
	return again
}

func (r *reader) close() {
	r.cancel()
	_ = r.client.Close() // ends what is waited for
	<-r.done
}
