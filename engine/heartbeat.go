// heartbeat.go: one wheel of deadlines for all sessions.

package engine

import (
	"sync"
	"time"
)

// slots is the number of steps after which the wheel comes round.
const slots = 256

// wheel looks after the deadlines of all sessions with one goroutine, which runs
// only while there are sessions. A session stands in the slot of its next
// deadline; one that lies further away than a round is looked at once a round.
//
// The wheel is coarse. That is invisible, since each request checks its session's
// deadlines itself (see Session.tick).
type wheel struct {
	step time.Duration

	mu      sync.Mutex // guards what follows and the place of every session
	slots   [slots]*Session
	now     int // the step that has been looked at, counted from the server's start
	n       int
	running bool
}

// place is a session's link in its slot's list, guarded by wheel.mu.
type place struct {
	next, prev *Session
	step       int // of the look; its slot is step modulo slots
	on         onWheel
	asked      time.Duration // the soonest that schedule was called with during a look; 0: it was not
}

type onWheel uint8

const (
	offWheel    onWheel = iota
	inSlot              // linked in its slot's list
	beingLooked         // taken out by the wheel's goroutine, which puts it back
	removed             // for good: the session has ended
)

func (w *wheel) init(interval, timeout time.Duration) {
	w.step = min(max(min(interval, timeout)/64, 5*time.Millisecond), 250*time.Millisecond)
}

// stepOf returns the first step at or after time t.
func (w *wheel) stepOf(t time.Duration) int { return int((t + w.step - 1) / w.step) }

// schedule has s looked at at time at (since the server's start), or sooner if it
// was asked for sooner before.
func (w *wheel) schedule(srv *Server, s *Session, at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch p := &s.place; {
	case p.on == removed:
		return
	case p.on == beingLooked:
		if p.asked == 0 || at < p.asked {
			p.asked = at
		}
		return
	case p.on == inSlot && p.step <= w.stepOf(at):
		return
	case p.on == inSlot:
		w.unlinkLocked(s)
	}
	if !w.running {
		w.running = true
		w.now = int(srv.now() / w.step)
		// Owned by the Server; ends when no session is left; blocks on its ticker only.
		go w.run(srv)
	}
	w.linkLocked(s, at)
}

// remove takes s off the wheel for good.
func (w *wheel) remove(s *Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.place.on == inSlot {
		w.unlinkLocked(s)
	}
	if s.place.on == beingLooked {
		w.n--
	}
	s.place.on = removed
}

func (w *wheel) linkLocked(s *Session, at time.Duration) {
	step := min(max(w.stepOf(at), w.now+1), w.now+slots-1)
	i := step % slots
	s.place = place{next: w.slots[i], step: step, on: inSlot}
	if s.place.next != nil {
		s.place.next.place.prev = s
	}
	w.slots[i] = s
	w.n++
}

func (w *wheel) unlinkLocked(s *Session) {
	p := &s.place
	if p.prev != nil {
		p.prev.place.next = p.next
	} else {
		w.slots[p.step%slots] = p.next
	}
	if p.next != nil {
		p.next.place.prev = p.prev
	}
	*p = place{}
	w.n--
}

// run turns the wheel until no session is left.
func (w *wheel) run(srv *Server) {
	t := time.NewTicker(w.step)
	defer t.Stop()
	var due []*Session
	for {
		<-t.C
		var more bool
		if due, more = w.take(int(srv.now()/w.step), due[:0]); !more {
			return
		}
		for i, s := range due {
			next := s.tick(srv.now())
			w.putBack(s, next)
			due[i] = nil
		}
	}
}

// take returns the sessions of all slots up to step upTo; more is false when the
// wheel is empty, and then it has stopped.
func (w *wheel) take(upTo int, due []*Session) (_ []*Session, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n == 0 {
		w.running = false
		return due, false
	}
	for n := 0; w.now < upTo && n < slots; n++ {
		w.now++
		for s := w.slots[w.now%slots]; s != nil; s = s.place.next {
			due = append(due, s)
		}
		w.slots[w.now%slots] = nil
	}
	w.now = upTo
	for _, s := range due {
		s.place = place{on: beingLooked}
	}
	return due, true
}

// putBack ends a look; the next one is at time at, or never.
func (w *wheel) putBack(s *Session, at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.place.on != beingLooked {
		return
	}
	w.n--
	if asked := s.place.asked; asked > 0 && at != never {
		at = min(at, asked)
	}
	if s.place = (place{}); at != never {
		w.linkLocked(s, at)
	}
}
