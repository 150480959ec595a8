// session.go: clients that come back to another node.

package redis

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

const (
	collectors = 8       // how many clients' missed messages are collected at a time
	maxSaved   = 1 << 20 // bytes of what is saved of one client
	floorTime  = 24 * time.Hour
)

var errSavedTooLarge = errors.New("redis: the rooms and values of a client are more than 1 MiB")

// Save implements [adapter.Recoverer]. Official servers read the first four members.
func (s *streams) Save(c *adapter.Saved, window time.Duration, done func(error)) {
	m := wire.Map{
		{Name: "sid", Value: c.ID}, {Name: "pid", Value: c.PID}, {Name: "rooms", Value: c.Rooms}, {Name: "data", Value: c.Data},
		{Name: "nsp", Value: s.node.Namespace}, {Name: "mark", Value: c.Mark}, {Name: "exact", Value: c.Exact},
	}
	if c.User != nil {
		m = append(m, wire.Member{Name: "user", Value: *c.User})
	}
	text, err := wire.AppendMsgpack(nil, m)
	text = base64.StdEncoding.AppendEncode(nil, text)
	if err == nil && len(text) > maxSaved {
		err = errSavedTooLarge
	}
	if err == nil {
		_, err = s.saves.add(item{
			args: []any{"set", s.config.Sessions + c.PID, text, "px", window.Milliseconds()}, size: len(text),
			done: func(err error) { s.saved(c.PID, err); done(err) },
		})
	}
	if err != nil {
		done(err)
	}
}

// Restore implements [adapter.Recoverer].
func (s *streams) Restore(ctx context.Context, pid, mark string, limit int) (*adapter.Restored, error) {
	if !isPID(pid) || !s.placed() {
		return nil, adapter.ErrNotSaved
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	saved, err := s.takeSaved(ctx, pid)
	if errors.Is(err, errAbsent) {
		saved, err = s.claim(ctx, pid)
	}
	if err != nil {
		return nil, err
	}
	r := &adapter.Restored{Saved: *saved, Rooms: slices.Clone(saved.Rooms), Last: startOf(saved, mark)}
	if r.Last == "" {
		return nil, adapter.ErrNotSaved
	}
	r.Saved.Mark, r.Saved.Exact = r.Last, false
	if _, err = s.reached(ctx, r.Last); err != nil { // before it takes one of few slots
		return r, err
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return r, ctx.Err()
	}
	return r, s.catch(ctx, r, limit)
}

// errAbsent says that nothing is saved, or not yet.
var errAbsent = fmt.Errorf("%w: nothing", adapter.ErrNotSaved)

// startOf is the place up to which a client has everything, as far as it or who has saved
// it knows; "" if nobody does.
func startOf(c *adapter.Saved, mark string) string {
	_, valid := placeOf(mark)
	switch {
	case c.Exact, mark == "" && c.Mark != "", valid && behind(c.Mark, mark):
		return c.Mark
	case valid:
		return mark
	}
	return ""
}

// takeSaved takes out what was saved. If the connection breaks it is tried once more: then
// it may be lost, and nobody has it.
func (s *streams) takeSaved(ctx context.Context, pid string) (*adapter.Saved, error) {
	key := s.config.Sessions + pid
	var text *goredis.StringCmd
	_, err := s.asks.TxPipelined(ctx, func(p goredis.Pipeliner) error {
		text = p.GetRange(ctx, key, 0, maxSaved)
		p.Del(ctx, key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if text.Val() == "" {
		return nil, errAbsent
	}
	if len(text.Val()) > maxSaved {
		return nil, adapter.ErrNotSaved
	}
	return s.parseSaved(pid, text.Val())
}

func (s *streams) parseSaved(pid, text string) (*adapter.Saved, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, adapter.ErrNotSaved
	}
	v, err := wire.ParseMsgpack(b)
	t := node.TreeOf(v)
	if nsp, ours := t["nsp"]; err != nil || ours && nsp != s.node.Namespace || t.String("sid") == "" || t.String("pid") != pid {
		return nil, adapter.ErrNotSaved
	}
	c := &adapter.Saved{ID: t.String("sid"), PID: pid, Mark: t.String("mark"), Exact: t.Bool("exact")}
	if user, ok := t["user"].(string); ok {
		c.User = &user
	}
	var ok bool
	if c.Rooms, ok = t.Strings("rooms"); !ok {
		return nil, adapter.ErrNotSaved
	}
	if c.Data, err = json.Marshal(t["data"]); err != nil {
		return nil, adapter.ErrNotSaved
	}
	return c, nil
}

// Catch implements [adapter.Recoverer].
func (s *streams) Catch(ctx context.Context, r *adapter.Restored, limit int) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	return s.catch(ctx, r, limit)
}

// catch collects what stands behind r.Last, as far as this node has read: what it reads
// from now on comes to the client as to all others, and if that has come before, it is
// known. The stream is cut from its beginning: if its first entry is there in the end, all
// were.
func (s *streams) catch(ctx context.Context, r *adapter.Restored, limit int) error {
	start := r.Last
	end, err := s.reached(ctx, start)
	if err != nil {
		return err
	}
	for _, op := range r.Ops {
		limit -= sizeOf(op)
	}
	for more := behind(end, start); more; {
		entries, err := s.asks.XRangeN(ctx, s.stream, next(r.Last), end, page).Result()
		if err != nil {
			return err
		}
		for _, e := range entries {
			r.Last = e.ID
			if !s.collect(r, e, &limit) {
				return adapter.ErrNotSaved
			}
		}
		more = len(entries) == page
	}
	if !s.placed() {
		return adapter.ErrNotSaved
	}
	return s.whole(ctx, start, end)
}

// reached returns how far this node has read, when that is no less than what a client has
// which was on another node before.
func (s *streams) reached(ctx context.Context, start string) (end string, err error) {
	if end = s.reader.reached(); !behind(start, end) {
		return end, nil
	}
	same, err := s.asks.XRange(ctx, s.stream, start, start).Result()
	if err == nil && len(same) == 0 {
		err = adapter.ErrNotSaved
	}
	if err == nil {
		err = s.reader.wait(ctx, start)
	}
	return s.reader.reached(), err
}

// placed tells whether all that the clients of this node have got has its place in the
// stream. Else what one comes back to could come twice.
func (s *streams) placed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unplaced == 0
}

// whole fails if the stream may have lost anything between two entries, or has it twice,
// or is not the one that this node reads.
func (s *streams) whole(ctx context.Context, start, end string) error {
	p := s.asks.Pipeline()
	first := p.XRange(ctx, s.stream, start, start)
	last := p.XRange(ctx, s.stream, end, end)
	shared := p.Get(ctx, floorOf(s.stream))
	info := p.Info(ctx, "server")
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, goredis.Nil) {
		return err
	}
	floor, server := s.reader.state()
	switch {
	case len(first.Val()) == 0, len(last.Val()) == 0 && behind(end, start), // not there any more
		shared.Val() != "" && !behind(start, shared.Val()), floor != nowhere && !behind(start, floor),
		server != "" && runOf(info.Val()) != server:
		return adapter.ErrNotSaved
	}
	return nil
}

// collect takes one entry; false if the client is not to come back, or it is too much.
func (s *streams) collect(r *adapter.Restored, e goredis.XMessage, limit *int) bool {
	if e.Values["nsp"] != s.node.Namespace {
		return true
	}
	m, err := s.parse(e.Values)
	if err != nil || !selects(&m.Op, r.Rooms) {
		return true // what cannot be read reaches nobody
	}
	switch m.Type {
	case node.Broadcast:
		if m.Request != "" || m.Op.Event.Volatile {
			return true
		}
		m.Op.Mark = e.ID
		r.Ops = append(r.Ops, &m.Op)
		*limit -= sizeOf(&m.Op) + m.Size
		return *limit >= 0
	case node.Join:
		for _, room := range m.Op.Change {
			if !slices.Contains(r.Rooms, room) {
				r.Rooms = append(r.Rooms, room)
			}
		}
	case node.Leave:
		r.Rooms = slices.DeleteFunc(r.Rooms, func(room string) bool {
			return room != r.Saved.ID && slices.Contains(m.Op.Change, room)
		})
	case node.Disconnect:
		return false
	}
	return true
}

// sizeOf is what an operation counts for beside its arguments.
func sizeOf(op *adapter.Op) int { return overhead + len(op.Event.Event) }

// selects tells whether an operation is for who is in these rooms.
func selects(op *adapter.Op, rooms []string) bool {
	in := func(room string) bool { return slices.Contains(rooms, room) }
	return (len(op.Rooms) == 0 || slices.ContainsFunc(op.Rooms, in)) && !slices.ContainsFunc(op.Except, in)
}

func floorOf(stream string) string { return stream + ":floor" }

// raise has all nodes know up to which entry a stream may have lost some.
func raise(ctx context.Context, c goredis.Cmdable, stream, id string) error {
	old, err := c.Get(ctx, floorOf(stream)).Result()
	if err != nil && !errors.Is(err, goredis.Nil) || err == nil && !behind(id, old) {
		return err
	}
	return c.Set(ctx, floorOf(stream), id, floorTime).Err()
}
