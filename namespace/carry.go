// carry.go: sockets that their clients come back to by way of the adapter, on any node.

package namespace

import (
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// carried is what a socket needs for that, beside what [restore] holds.
type carried struct {
	saved chan struct{} // closed when what the client comes back to is saved, or is not going to be

	back  *adapter.Restored      // that the client comes back to, until it has; of the socket's goroutine
	until atomic.Pointer[string] // mark up to which it has been sent everything otherwise; nil: no matter

	// Guarded by Socket.mu.
	from     string         // mark of a place up to which the client has everything
	gaps     uint64         // of the namespace, when it began
	entering bool           // it has perhaps not been sent yet what it was to be sent
	before   *adapter.Saved // what it comes back to, while it is entering
}

func newCarried() *carried { return &carried{saved: make(chan struct{})} }

// savedValue is a value of a socket that was saved, until somebody asks for it.
type savedValue = json.RawMessage

// carrier returns the adapter by way of which clients come back; nil if they do not.
func (n *Namespace) carrier() adapter.Recoverer {
	if r := n.carrying.Load(); r != nil {
		return *r
	}
	return nil
}

// relay has an event brought to all nodes and this one in the order that they share. If the
// adapter does not take it, the sockets of this node get it all the same.
func (n *Namespace) relay(op *adapter.Op) error {
	err := n.carrier().Relay(context.Background(), op)
	if err == nil {
		return nil
	}
	if failure := n.Apply(context.Background(), op, nil); failure != nil {
		return failure
	}
	return err
}

// relays tells whether an event to s is relayed. That is so whether or not the client may
// come back: events of one sender keep their order.
func (s *Socket) relays(e sio.Emission, h sio.Header) bool {
	if s.namespace.carrier() == nil || h.HasID || e.Volatile {
		return false
	}
	_, in := s.namespace.index.get(s.id)
	return in
}

// offset is what stands behind the arguments of an event, and the event's mark. What the
// stream will not bring to a client that is back, or may bring once more, has none:
// clients keep the last text that they have found there.
func (n *Namespace) offset(e sio.Emission, mark string) (last any, _ string) {
	if mark == "" || e.Volatile || e.Latest != "" {
		return nil, ""
	}
	return mark, mark
}

// hurry sends what the adapter has not brought yet to a socket that is about to end.
func (s *Socket) hurry() {
	if s.namespace.carrier() == nil {
		return
	}
	for _, op := range s.namespace.carrier().Pending() {
		if !s.selectedBy(op) {
			continue
		}
		if m, err := s.namespace.message(op.Event, eventHeader(op.Event.Event), ""); err == nil {
			_ = s.notify(op.Event, m)
		}
	}
}

func (s *Socket) selectedBy(op *adapter.Op) bool {
	return (len(op.Rooms) == 0 || slices.ContainsFunc(op.Rooms, s.In)) && !slices.ContainsFunc(op.Except, s.In)
}

// position is the place up to which the adapter has brought everything.
func (s *Socket) position() string {
	if s.namespace.carrier() == nil {
		return ""
	}
	return s.namespace.carrier().Position()
}

// carry saves a socket that has ended for the return of its client, if that can be.
func (s *Socket) carry(why Reason) {
	c, n := s.restore.carried, s.namespace
	state := s.saveable(why)
	if state == nil {
		n.registry.recovery.owns(s)
		close(c.saved)
		return
	}
	n.carrier().Save(state, n.registry.recovery.Window, func(error) { // the client learns that it is not recovered
		n.registry.recovery.owns(s)
		close(c.saved)
	})
}

// saveable is what the client can come back to; nil if it cannot.
func (s *Socket) saveable(why Reason) *adapter.Saved {
	n := s.namespace
	rooms := append([]string{s.id}, s.Rooms()...)
	data, user := s.data(), ""
	pid := n.registry.recovery.pid(s)
	overflowed := s.client.session.Overflowed()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.restore
	was := r.state
	r.state = over
	if was != here || !mayReturn(why) && why != engine.ShuttingDown || r.carried.gaps != n.gaps.Load() {
		return nil
	}
	if s.identity != nil {
		user = s.identity.ID
	}
	state := &adapter.Saved{ID: s.id, PID: pid, Rooms: rooms, Data: data, User: &user, Mark: r.carried.from, Exact: !overflowed}
	if c := r.carried; c.entering {
		if state.Exact = false; c.before != nil {
			return c.before
		}
		return state
	}
	for _, m := range r.list {
		t := m.Traits()
		if t.Mark == "" && !t.Volatile && t.Key == "" {
			return nil // only this node knows of it
		}
		state.Exact = state.Exact && t.Volatile // else it may not have what stands at the saved mark
	}
	r.list, r.keyed = nil, nil
	switch {
	case state.Exact && r.seen != "":
		state.Mark = r.seen
	case !overflowed && r.latest != nil && r.latest.Traits().Mark != adapter.Unplaced && n.carrier().Behind(r.latest.Traits().Mark, state.Mark):
		state.Mark = r.latest.Traits().Mark
		fallthrough
	default:
		state.Exact = false
	}
	return state
}

// reclaimCarried finds what the client of s wants to come back to. old is its socket, if
// that is still here, or just being saved.
func (s *Socket) reclaimCarried(ctx context.Context, old *Socket, pid, offset string) {
	n := s.namespace
	if pid == "" || old != nil && (old.client == s.client || !old.hasEnded(ctx) || !old.isSaved(ctx)) {
		return
	}
	back, err := n.carrier().Restore(ctx, pid, offset, n.registry.recovery.Buffer)
	if err != nil {
		if back != nil && ctx.Err() != nil { // this connection is lost, too, and the client will try again
			n.carrier().Save(&back.Saved, n.registry.recovery.Window, func(error) {})
		}
		return
	}
	var values map[string]savedValue
	if json.Unmarshal(back.Saved.Data, &values) != nil {
		values = nil // of an official server, which may save what it likes
	}
	s.restore.carried.back = back
	s.recovered.Store(true)
	n.index.rename(s, back.Saved.ID)
	n.registry.recovery.name(s, pid)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = make(map[string]any, len(values))
	for name, v := range values {
		s.values[name] = v
	}
}

// Yield implements [adapter.Yielder].
func (n *Namespace) Yield(pid string) {
	if n.carrier() == nil {
		return
	}
	if s := n.registry.recovery.at(pid, n); s != nil {
		s.client.session.Close(engine.TransportClose)
	}
}

// isSaved waits until it is known whether the socket, which has ended, is saved.
func (s *Socket) isSaved(ctx context.Context) bool {
	late := time.NewTimer(takeoverTime)
	defer late.Stop()
	select {
	case <-s.restore.carried.saved:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// returns reports whether the client is about to come back by way of the adapter.
func (s *Socket) returns() bool {
	return s.restore != nil && s.restore.carried != nil && s.restore.carried.back != nil
}

// isOf reports whether it was that user's socket. Official servers do not say whose it was.
func (c *carried) isOf(who *Identity) bool {
	id := ""
	if who != nil {
		id = who.ID
	}
	if user := c.back.Saved.User; user != nil {
		return *user == id
	}
	return id == ""
}

// giveBackCarried has the client come back another time.
func (s *Socket) giveBackCarried() {
	if !s.returns() {
		return
	}
	state := s.restore.carried.back.Saved
	s.restore.carried.back = nil
	s.namespace.carrier().Save(&state, s.namespace.registry.recovery.Window, func(error) {})
}

// enterCarried has s selected from now on, in the rooms that the client comes back to, and
// returns what it has missed.
func (s *Socket) enterCarried() (missed []*engine.Message, ok bool) {
	n, c := s.namespace, s.restore.carried
	s.setEntering(true, c.back)
	if !n.index.add(s) {
		s.giveBack()
		return nil, false
	}
	back := c.back
	if back == nil {
		return nil, true
	}
	own := s.Rooms()
	rooms := slices.DeleteFunc(slices.Clone(back.Rooms), func(room string) bool { return room == s.id })
	_ = s.Join(rooms...)
	// What comes from now on is held back, and what came before is collected.
	if n.carrier().Catch((*socketContext)(s), back, n.registry.recovery.Buffer) != nil {
		c.back = nil
		s.setEntering(true, nil)
		s.recovered.Store(false)
		n.registry.recovery.name(s, secret())
		_ = s.Leave(slices.DeleteFunc(rooms, func(room string) bool { return slices.Contains(own, room) })...)
		return nil, true
	}
	return s.missedOf(back.Ops), true
}

// setEntering notes where a socket begins that enters, and that it has entered.
func (s *Socket) setEntering(entering bool, back *adapter.Restored) {
	if s.restore == nil || s.restore.carried == nil {
		return
	}
	from := s.position()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.restore.carried
	if entering {
		c.gaps = s.namespace.gaps.Load()
	}
	c.entering, c.before = entering, nil
	switch {
	case back != nil:
		c.from, c.before = back.Saved.Mark, &back.Saved
	case entering:
		c.from = from
	}
}

// missedOf makes the messages of events that the client has missed: of those of one key,
// the newest.
func (s *Socket) missedOf(ops []*adapter.Op) (missed []*engine.Message) {
	newest := make(map[string]int)
	for i, op := range ops {
		newest[op.Event.Latest] = i
	}
	for i, op := range ops {
		if op.Event.Latest != "" && newest[op.Event.Latest] != i {
			continue
		}
		if m, err := s.namespace.message(op.Event, eventHeader(op.Event.Event), op.Mark); err == nil {
			missed = append(missed, m)
		}
	}
	return missed
}

// caughtUp is called when the client has been sent what it has missed: what is held back
// may be among that.
func (s *Socket) caughtUp() {
	if s.returns() {
		last := s.restore.carried.back.Last
		s.restore.carried.until.Store(&last)
		s.restore.carried.back = nil
	}
}

// has tells whether the client has been sent a message already, with what it has missed.
func (c *carried) has(m *engine.Message) bool {
	if c == nil {
		return false
	}
	until, t := c.until.Load(), m.Traits()
	if until == nil || t == nil || t.Mark == "" {
		return false
	}
	if !t.Owner.(*Namespace).carrier().Behind(t.Mark, *until) {
		return true
	}
	if t.Mark != adapter.Unplaced {
		c.until.Store(nil) // from now on all are behind it
	}
	return false
}
