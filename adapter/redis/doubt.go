// doubt.go: what Redis has done, when it did not say so.

package redis

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// neverSent tells whether there was no connection to begin with.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// refused tells whether Redis has said that it did not do it.
func refused(err error) bool {
	_, ok := errors.AsType[goredis.Error](err)
	return ok
}

// notNow tells whether Redis, or another one, will do it later: this one is a replica, or
// busy with its own affairs.
func notNow(err error) bool {
	if !refused(err) {
		return false
	}
	word, _, _ := strings.Cut(err.Error(), " ")
	switch word {
	case "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MOVED", "ASK", "BUSY", "UNBLOCKED":
		return true
	}
	return false
}

// tokenField is a field of entries that official servers ignore: a name of the entry.
const tokenField = "id"

// token takes the name of an entry apart.
func token(values map[string]any) (queue string, serial uint64, ok bool) {
	text, _ := values[tokenField].(string)
	queue, number, ok := strings.Cut(text, "-")
	serial, err := strconv.ParseUint(number, 10, 64)
	return queue, serial, ok && err == nil && queue != "" && len(queue) <= 64
}

// missing leaves out of the items those that their streams have.
func (q *queue) missing(items []item) ([]item, error) {
	found := make(map[string]map[uint64]bool)
	var rest []item
	for i := range items {
		it := &items[i]
		if it.stream != "" && found[it.stream] == nil {
			var err error
			if found[it.stream], err = q.latest(it.stream); err != nil {
				return items, err
			}
		}
		if !found[it.stream][it.serial] {
			rest = append(rest, *it)
			continue
		}
		q.tally.published.Add(1)
		it.finish(nil)
	}
	return rest, nil
}

// page is how many entries are read at once, and mostPages how often.
const (
	page      = 100
	mostPages = 1000
)

// latest returns the serial numbers of the entries of this queue that the stream has behind
// the one that Redis has confirmed last.
func (q *queue) latest(stream string) (map[uint64]bool, error) {
	found := make(map[uint64]bool)
	end := "+"
	for range mostPages {
		entries, err := q.client.XRevRangeN(q.ctx, stream, end, "-", page).Result()
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !behind(e.ID, q.after[stream]) {
				return found, nil
			}
			if name, serial, ok := token(e.Values); ok && name == q.name {
				found[serial] = true
			}
			end = before(e.ID)
		}
		if len(entries) < page {
			break
		}
	}
	return found, nil
}

// ended ends the connections that a client has had before: what a Redis that stands still
// has got over them it must not do after it was asked what it has done.
type ended struct {
	mu     sync.Mutex // guards what follows
	server string     // run ID of the server that the connection is to
	client int64      // ID of the connection
}

// connected is called for each new connection.
func (e *ended) connected(ctx context.Context, c *goredis.Conn) error {
	client, err := c.ClientID(ctx).Result()
	if err != nil {
		return nil // without the right to ask, it goes on as well as it can
	}
	server := runID(ctx, c)
	e.mu.Lock()
	old, same := e.client, server != "" && e.server == server
	e.server, e.client = server, client
	e.mu.Unlock()
	if same {
		_ = c.ClientKillByFilter(ctx, "ID", strconv.FormatInt(old, 10)).Err() // it may be gone
	}
	return nil
}
