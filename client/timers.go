// timers.go: all deadlines of a client on one timer of the runtime, so that those
// of one instant happen in the order in which they were set.

package client

import (
	"slices"
	"sync"
	"time"
)

// timers are the deadlines of one client, under its mutex.
type timers struct {
	mu   *sync.Mutex
	list []*timer // by when, then in the order of setting
	t    *time.Timer
}

type timer struct {
	when time.Time
	f    func()
	of   *timers // nil when it has fired or was stopped
}

// after has f called in d, with the mutex held.
func (ts *timers) after(d time.Duration, f func()) *timer {
	t := &timer{when: time.Now().Add(d), f: f, of: ts}
	i := len(ts.list)
	for i > 0 && ts.list[i-1].when.After(t.when) {
		i--
	}
	ts.list = slices.Insert(ts.list, i, t)
	if i == 0 {
		ts.arm()
	}
	return t
}

// stop keeps t from being called. It may be nil, or have been called.
func (t *timer) stop() {
	if !t.pending() {
		return
	}
	ts := t.of
	t.of = nil
	i := slices.Index(ts.list, t)
	ts.list = slices.Delete(ts.list, i, i+1)
	if i == 0 {
		ts.arm()
	}
}

// pending reports whether t is still to be called.
func (t *timer) pending() bool { return t != nil && t.of != nil }

func (ts *timers) arm() {
	switch {
	case len(ts.list) == 0:
		if ts.t != nil {
			ts.t.Stop()
		}
	case ts.t == nil:
		ts.t = time.AfterFunc(time.Until(ts.list[0].when), ts.fire)
	default:
		ts.t.Reset(time.Until(ts.list[0].when))
	}
}

// fire calls what is due. It runs on the timer's goroutine and blocks on the mutex
// only.
func (ts *timers) fire() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	now := time.Now()
	for len(ts.list) > 0 && !ts.list[0].when.After(now) {
		t := ts.list[0]
		ts.list = slices.Delete(ts.list, 0, 1)
		t.of = nil
		t.f()
	}
	ts.arm()
}

// clear stops all.
func (ts *timers) clear() {
	for _, t := range ts.list {
		t.of = nil
	}
	ts.list = nil
	ts.arm()
}
