// shards.go: who has subscribed to a topic. In a Redis Cluster that depends on the shard,
// and slots move from one to another.

package redis

import (
	"context"
	"maps"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// want subscribes to a topic, at some time soon. An error says why not yet: that is tried
// again.
func (h *hub) want(t topic, w want) error {
	s, err := h.place(t)
	if err != nil {
		h.shelve(t, w)
		return err
	}
	s.want(t, w)
	return nil
}

// shelve keeps a topic whose shard nobody knows, until somebody does.
func (h *hub) shelve(t topic, w want) {
	w.late = true
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shelf[t] = w
}

// unshelve tries again.
func (h *hub) unshelve() {
	h.mu.Lock()
	topics := slices.Collect(maps.Keys(h.shelf))
	h.mu.Unlock()
	for _, t := range topics {
		s, err := h.subscriber(t)
		if err != nil {
			continue
		}
		h.mu.Lock()
		if w, wanted := h.shelf[t]; wanted { // else it was dropped meanwhile
			delete(h.shelf, t)
			if s.single {
				h.places[t] = s
			}
			s.want(t, w)
		}
		h.mu.Unlock()
	}
}

// drop ends what want has begun.
func (h *hub) drop(t topic) {
	h.mu.Lock()
	delete(h.shelf, t)
	s := h.places[t]
	if s == nil {
		s = h.subscribers[""]
	}
	delete(h.places, t)
	h.mu.Unlock()
	if s != nil {
		s.drop(t)
	}
}

// place returns the subscriber that a topic is for, and notes it in a Redis Cluster.
func (h *hub) place(t topic) (*subscriber, error) {
	h.mu.Lock()
	s := h.places[t]
	h.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := h.subscriber(t)
	if err == nil && s.single {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.places[t] = s
	}
	return s, err
}

// subscriber returns that of a topic's shard of now. In a Redis Cluster each shard has one.
func (h *hub) subscriber(t topic) (*subscriber, error) {
	shard := ""
	if cluster, ok := h.own.(*goredis.ClusterClient); ok && t.scope == sharded {
		master, err := cluster.MasterForKey(context.Background(), t.name)
		if err != nil {
			return nil, err
		}
		shard = master.Options().Addr
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.subscribers[shard]
	if s == nil {
		s = newSubscriber(h.subscription(t), h.config.Timeout, shard != "")
		h.subscribers[shard] = s
	}
	return s, nil
}

// subscription is a connection that goes where the topic is. Without topics of its own it
// does not connect yet.
func (h *hub) subscription(t topic) *goredis.PubSub {
	if _, ok := h.own.(*goredis.ClusterClient); ok && t.scope == sharded {
		return h.own.SSubscribe(context.Background(), t.name)
	}
	return h.own.Subscribe(context.Background())
}

// again repairs subscriptions after a new connection to a Redis Cluster: the client
// subscribes to all channels of a connection with one command, which Redis refuses if
// they are of several slots.
func (h *hub) again() {
	// Ends when all is noted; blocks on locks alone, one of which may be held here.
	go func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for shard, s := range h.subscribers {
			if shard != "" {
				s.again()
			}
		}
	}()
}

// watchShards has topics move that the shard which they were asked of does not confirm, or
// has given up. It ends with ctx.
func (h *hub) watchShards(ctx context.Context, cluster *goredis.ClusterClient) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		h.mu.Lock()
		var all []*subscriber
		for _, s := range h.subscribers {
			all = append(all, s)
		}
		h.mu.Unlock()
		h.unshelve()
		for _, s := range all {
			strays, more := s.strays()
			for _, t := range strays {
				h.move(s, t)
			}
			if more || len(strays) > 0 {
				cluster.ReloadState(ctx) // goes on behind this
			}
		}
	}
}

// move has a topic move to the shard of its slot.
func (h *hub) move(old *subscriber, t topic) {
	s, err := h.subscriber(t)
	if err != nil {
		return // the next time
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.places[t] != old: // it has gone meanwhile
	case s == old:
		s.retry(t)
	default:
		h.places[t] = s
		old.hand(t, s)
	}
}
