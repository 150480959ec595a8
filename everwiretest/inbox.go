// inbox.go: events that a client has received, for a test to expect.

package everwiretest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

// Inbox holds the events of one name that came to a client, in their order, until
// the test takes them. Its methods may be called concurrently, but those that can
// fail the test only from the goroutine of the test.
type Inbox[T any] struct {
	owner client.Receiver
	event string

	mu    sync.Mutex // guards what follows
	got   []T
	taken int
	more  chan struct{} // closed when got grows
}

// Collect keeps the events e that come to r from now on, a [Client] or a namespace
// of one. It takes the place of the handler that the event had, and acknowledges
// each.
func Collect[T any](r client.Receiver, e everwire.Event[T]) *Inbox[T] {
	i := &Inbox[T]{owner: r, event: string(e), more: make(chan struct{})}
	client.On(r, e, func(_ context.Context, v T) error {
		i.put(v)
		return nil
	})
	return i
}

func (i *Inbox[T]) put(v T) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, v)
	close(i.more)
	i.more = make(chan struct{})
}

// take returns the next event, or what to wait for.
func (i *Inbox[T]) take() (v T, ok bool, more <-chan struct{}) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.got) == 0 {
		return v, false, i.more
	}
	v = i.got[0]
	i.got = i.got[1:]
	i.taken++
	return v, true, nil
}

// before returns the next event that comes before the timer fires.
func (i *Inbox[T]) before(timer *time.Timer) (v T, ok bool) {
	for {
		v, ok, more := i.take()
		if ok {
			return v, true
		}
		select {
		case <-more:
		case <-timer.C:
			return v, false
		}
	}
}

// Next takes the next event, and waits for it if it has not come.
func (i *Inbox[T]) Next(t testing.TB) T {
	t.Helper()
	timer := time.NewTimer(wait())
	defer timer.Stop()
	v, ok := i.before(timer)
	if !ok {
		t.Fatalf("everwiretest: no %q within %v, after %d of them; %v", i.event, wait(), i.count(), describe(i.owner))
	}
	return v
}

// Await takes events until one fits, and returns that one.
func (i *Inbox[T]) Await(t testing.TB, fits func(T) bool) T {
	t.Helper()
	timer := time.NewTimer(wait())
	defer timer.Stop()
	var others []T
	for {
		v, ok := i.before(timer)
		switch {
		case !ok:
			t.Fatalf("everwiretest: no %q that fits within %v; %d came that do not: %s; %v",
				i.event, wait(), len(others), brief(others...), describe(i.owner))
		case fits(v):
			return v
		}
		others = append(others, v)
	}
}

// None demands that no event waits to be taken, and that none comes within d.
func (i *Inbox[T]) None(t testing.TB, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	if v, ok := i.before(timer); ok {
		t.Fatalf("everwiretest: a %q came, where none was expected: %s; %v", i.event, brief(v), describe(i.owner))
	}
}

// All takes the events that have come, and waits for none.
func (i *Inbox[T]) All() []T {
	i.mu.Lock()
	defer i.mu.Unlock()
	all := i.got
	i.got = nil
	i.taken += len(all)
	return all
}

func (i *Inbox[T]) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.taken
}

// brief prints values, those in the middle left out if they are many.
func brief[T any](list ...T) string {
	const most, long = 6, 200
	text := ""
	for n, v := range list {
		if n == most/2 && len(list) > most {
			text += " …"
		}
		if n >= most/2 && n < len(list)-most/2 {
			continue
		}
		s := fmt.Sprintf("%+v", v)
		if len(s) > long {
			s = s[:long] + "…"
		}
		text += " " + s
	}
	return "[" + text[min(1, len(text)):] + "]"
}

// describe says how the owner of an inbox is doing.
func describe(r client.Receiver) string {
	if s, ok := r.(fmt.Stringer); ok {
		return s.String()
	}
	if s, ok := r.(interface {
		Namespace() string
		Connected() bool
	}); ok && !s.Connected() {
		return "namespace " + s.Namespace() + " is not connected"
	} else if ok {
		return "namespace " + s.Namespace() + " is connected"
	}
	return fmt.Sprintf("%T", r)
}
