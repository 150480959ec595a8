// return.go: a client that comes back to a socket with a new session.

package namespace

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// takeoverTime is how long a client that is back waits for the end of the socket that
// it had before.
const takeoverTime = 5 * time.Second

// reclaim finds the socket that the client of s wants to come back to, and gives s its
// name and values. Nobody else can reclaim it until it is given back or replaced.
func (s *Socket) reclaim(ctx context.Context) {
	if s.restore == nil {
		return
	}
	g := s.namespace.registry.recovery
	g.name(s, secret())
	var claim struct {
		PID    string `json:"pid"`
		Offset string `json:"offset"`
	}
	if s.handshake.Auth(&claim) != nil {
		return
	}
	old := g.take(claim.PID, s.namespace)
	if s.namespace.carrier() != nil {
		s.reclaimCarried(ctx, old, claim.PID, claim.Offset)
		return
	}
	switch {
	case old == nil:
		return
	case old.client == s.client:
		old.forgo()
		return
	case !old.hasEnded(ctx):
		if ctx.Err() != nil { // this connection is lost, too, and the client will try again
			old.unclaim()
		} else {
			old.forgo()
		}
		return
	case !old.restorable(claim.Offset):
		old.forgo()
		return
	}
	s.restore.offset, s.restore.old = claim.Offset, old
	s.recovered.Store(true)
	s.namespace.index.rename(s, old.id)
	g.name(s, claim.PID)
	old.mu.Lock()
	defer old.mu.Unlock()
	s.values = maps.Clone(old.values)
}

// hasEnded ends a socket that the server believes to be connected still, and waits
// until the application knows: it must not hear of the end of an ID after the ID is
// back.
func (s *Socket) hasEnded(ctx context.Context) bool {
	s.client.session.Close(engine.TransportClose)
	late := time.NewTimer(takeoverTime)
	defer late.Stop()
	select {
	case <-s.restore.ended:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// restorable reports whether all that a client with that offset lacks is here.
func (s *Socket) restorable(offset string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.restore.missed(s.restore.list, offset)
	return ok && s.restore.state == away
}

// giveBack ends the claim of s, which did not get in: its client may try again.
func (s *Socket) giveBack() {
	if s.restore == nil {
		return
	}
	s.giveBackCarried()
	if old := s.restore.old; old != nil {
		s.restore.old = nil
		old.unclaim()
	}
}

// unclaim lets the client of s come back, whom nobody has claimed after all.
func (s *Socket) unclaim() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restore.state == over {
		return
	}
	s.namespace.registry.recovery.put(s)
	if s.restore.state == away { // its time may have passed meanwhile
		s.restore.timer = time.AfterFunc(max(time.Until(s.restore.until), 0), s.expire)
	}
}

// keepApart makes s a socket of its own, if it is another user's than the one before.
func (s *Socket) keepApart(who *Identity) {
	if s.restore == nil || s.restore.old == nil && !s.returns() || s.isOf(who) {
		return
	}
	s.giveBack()
	s.recovered.Store(false)
	s.namespace.index.rename(s, secret())
	s.namespace.registry.recovery.name(s, secret())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = nil
}

// isOf reports whether the socket that the client comes back to was that user's.
func (s *Socket) isOf(who *Identity) bool {
	if s.returns() {
		return s.restore.carried.isOf(who)
	}
	return sameUser(s.restore.old.Identity(), who)
}

func sameUser(a, b *Identity) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ID == b.ID
}

// enterIndex has s selected from now on, in the place of the socket that its client
// comes back to. It returns what the client has missed.
func (s *Socket) enterIndex() (missed []*engine.Message, ok bool) {
	if s.restore == nil {
		return nil, s.namespace.index.add(s)
	}
	if !s.begins() {
		s.giveBack()
		return nil, false
	}
	if s.namespace.carrier() != nil {
		return s.enterCarried()
	}
	if s.restore.old == nil {
		return nil, s.namespace.index.add(s)
	}
	g, old, own := s.namespace.registry, s.restore.old, s.Rooms()
	if !s.namespace.index.replace(old, s) {
		s.giveBack()
		return nil, false
	}
	s.restore.old = nil
	list, waited := old.clear(s)
	if !waited { // it was too much after all
		s.recovered.Store(false)
		g.recovery.name(s, secret())
		_ = s.Leave(slices.DeleteFunc(s.Rooms(), func(room string) bool { return slices.Contains(own, room) })...)
		return nil, true
	}
	g.recovery.release(old, list)
	g.leave(s.namespace)
	missed, _ = old.restore.missed(list, s.restore.offset)
	return missed, true
}

// welcome answers the CONNECT and sends what was missed.
//
// The official server sends that before its answer. A client whose connection ends in
// between keeps those events, and would get them twice.
func (s *Socket) welcome(missed []*engine.Message) error {
	answer := connectAnswer{SID: s.id}
	if s.restore != nil {
		turn := s.client.session.Begin(s.namespace)
		s.restore.turn.Store(turn)
		if s.gone.Load() && !s.awaited() { // its end may have looked before
			s.client.session.Forget(turn)
		}
		s.publish()
		answer.PID = s.namespace.registry.recovery.pid(s)
	}
	err := s.client.send(sio.Header{Type: sio.Connect, Namespace: s.namespace.name}, answer)
	for _, m := range missed {
		if !m.Traits().Volatile {
			_ = s.deliverNow(m) // or it is kept once more
		}
	}
	s.caughtUp()
	s.releaseHeld()
	s.setEntering(false, nil)
	if s.recovered.Load() && errors.Is(err, engine.ErrClosed) {
		return nil // the client comes back once more, and gets all of it then
	}
	return err
}
