// reader.go: reads a stream for all namespaces that have it.

package redis

import (
	"context"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// reader goes on where it was after an interruption: it misses what the stream does not
// keep any more, and nothing else.
type reader struct {
	client goredis.UniversalClient // its own: reading waits
	stream string
	ignore func()
	cancel context.CancelFunc
	done   chan struct{}

	mu       sync.Mutex // guards handlers
	handlers map[string]func(values map[string]any)
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
	last, err := lastEntry(ctx, h.config.Client, stream)
	if err != nil {
		return nil, err
	}
	client, err := private(h.config.Client, nil)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.readers[stream]; r != nil {
		return r, client.Close()
	}
	r = &reader{
		client: client, stream: stream, done: make(chan struct{}),
		ignore:   func() { h.tally.ignored.Add(1) },
		handlers: make(map[string]func(map[string]any)),
	}
	ctx, r.cancel = context.WithCancel(context.Background())
	// Owned by the hub, and ends with it; blocks on Redis.
	go r.run(ctx, last)
	h.readers[stream] = r
	return r, nil
}

// lastEntry returns the ID of the newest entry.
func lastEntry(ctx context.Context, c goredis.Cmdable, stream string) (string, error) {
	entries, err := c.XRevRangeN(ctx, stream, "+", "-", 1).Result()
	if err != nil || len(entries) == 0 {
		return "0-0", err
	}
	return entries[0].ID, nil
}

func (r *reader) add(namespace string, h func(values map[string]any)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handlers[namespace] = h
}

func (r *reader) remove(namespace string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.handlers, namespace)
}

func (r *reader) run(ctx context.Context, last string) {
	defer close(r.done)
	for ctx.Err() == nil {
		found, err := r.client.XRead(ctx, &goredis.XReadArgs{
			Streams: []string{r.stream, last}, Count: 100, Block: 5 * time.Second,
		}).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		for _, stream := range found {
			for _, entry := range stream.Messages {
				last = entry.ID
				r.handle(entry)
			}
		}
	}
}

func (r *reader) handle(entry goredis.XMessage) {
	namespace, _ := entry.Values["nsp"].(string)
	r.mu.Lock()
	h := r.handlers[namespace]
	r.mu.Unlock()
	if h == nil {
		r.ignore()
		return
	}
	h(entry.Values)
}

func (r *reader) close() {
	r.cancel()
	_ = r.client.Close() // ends what is waited for
	<-r.done
}
