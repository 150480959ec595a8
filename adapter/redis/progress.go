// progress.go: how far a stream was read.

package redis

import (
	"context"
	"slices"

	goredis "github.com/redis/go-redis/v9"
)

// position returns the entry up to which all have been handed over.
func (r *reader) position() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.handed
}

// reached returns the entry that was handed over last, or is just being: perhaps who was
// there has got it, and who comes now has not.
func (r *reader) reached() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.begun
}

// reach notes that an entry is about to be handed over, or, if it has come before, that
// nobody can come back to before it: both at once, for who looks how far the reader is.
func (r *reader) reach(id string, again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if again {
		r.liftLocked(id)
	}
	r.begun = id
	if r.passed != nil {
		close(r.passed)
		r.passed = nil
	}
}

// wait waits until an entry, or one behind it, is reached.
func (r *reader) wait(ctx context.Context, id string) error {
	for {
		r.mu.Lock()
		if r.passed == nil {
			r.passed = make(chan struct{})
		}
		there, passed := !behind(id, r.begun), r.passed
		r.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-passed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// knownFor is for how many milliseconds before its beginning a reader wants to know what
// was in the stream, with maxRecent entries at most: longer than it takes to send again
// what was sent to a Redis that does not answer.
const knownFor = 10_000

// begin has the reader begin behind the newest entry. It learns what was sent lately: that
// may come again.
func (r *reader) begin(ctx context.Context, c goredis.Cmdable, stream string) error {
	found, err := latest(ctx, c, stream)
	r.last, r.floor = nowhere, nowhere
	for _, e := range slices.Backward(found) {
		if again, _ := r.known.again(e.Values); again {
			r.floor = e.ID // who comes back to before it would get it twice
		}
		r.recent = append(r.recent, e.ID)
		r.last = e.ID
	}
	r.handed, r.begun = r.last, r.last
	return err
}

// latest returns the newest entries, the newest first, without what they hold.
func latest(ctx context.Context, c goredis.Cmdable, stream string) (list []goredis.XMessage, err error) {
	for end, more := "+", true; more; {
		entries, err := c.XRevRangeN(ctx, stream, end, "-", page).Result()
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			list = append(list, goredis.XMessage{ID: e.ID, Values: map[string]any{tokenField: e.Values[tokenField]}})
			end = before(e.ID)
		}
		more = len(entries) == page && len(list)+page <= maxRecent && !older(list[len(list)-1].ID, list[0].ID)
	}
	return list, nil
}

// older tells whether an entry is older than knownFor beside another.
func older(id, newest string) bool {
	a, _ := placeOf(id)
	b, _ := placeOf(newest)
	return a.ms+knownFor < b.ms
}

// lastEntry returns the ID of the newest entry.
func lastEntry(ctx context.Context, c goredis.Cmdable, stream string) (string, error) {
	entries, err := c.XRevRangeN(ctx, stream, "+", "-", 1).Result()
	if err != nil || len(entries) == 0 {
		return nowhere, err
	}
	return entries[0].ID, nil
}
