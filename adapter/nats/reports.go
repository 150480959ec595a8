// reports.go: who hears of what is lost.

package nats

import (
	"slices"
	"sync"

	"github.com/everwire/everwire/adapter"
)

// gate lets calls through until it is shut.
type gate struct {
	calls sync.WaitGroup

	mu   sync.Mutex // guards shut
	shut bool
}

// pass calls f, if the gate is open.
func (g *gate) pass(f func()) {
	if g.enter() {
		defer g.calls.Done()
		f()
	}
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		g.calls.Add(1)
	}
	return !g.shut
}

// close shuts the gate and waits for calls; false: it was shut already.
func (g *gate) close() (closed bool) {
	g.mu.Lock()
	closed = !g.shut
	g.shut = true
	g.mu.Unlock()
	g.calls.Wait()
	return closed
}

func (g *gate) isShut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut
}

// reports are the listeners, by the first words of topics.
type reports struct {
	mu     sync.Mutex // guards byBase, and the slices in it, which are replaced, never changed
	byBase map[string][]*report
}

// report is one listener.
type report struct {
	gate
	f func(adapter.Fault)
}

// Report implements [cluster.Reporter].
func (b *Bus) Report(base string, f func(adapter.Fault)) (stop func()) {
	r := &report{f: f}
	b.reports.add(base, r)
	return func() {
		b.reports.remove(base, r)
		r.close()
	}
}

func (x *reports) add(base string, r *report) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.byBase == nil {
		x.byBase = make(map[string][]*report)
	}
	x.byBase[base] = append(slices.Clip(x.byBase[base]), r)
}

func (x *reports) remove(base string, r *report) {
	x.mu.Lock()
	defer x.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(x.byBase[base]), func(o *report) bool { return o == r })
	if x.byBase[base] = rest; len(rest) == 0 {
		delete(x.byBase, base)
	}
}

// all tells everybody.
func (x *reports) all(f adapter.Fault) {
	x.mu.Lock()
	var everybody []*report
	for _, list := range x.byBase {
		everybody = append(everybody, list...)
	}
	x.mu.Unlock()
	for _, r := range everybody {
		r.pass(func() { r.f(f) })
	}
}

// lost tells those concerned that messages of these topics are lost.
func (x *reports) lost(topics []string, why error) {
	counts := make(map[*report]int)
	x.mu.Lock()
	for _, topic := range topics {
		for _, r := range x.ofLocked(topic) {
			counts[r]++
		}
	}
	x.mu.Unlock()
	for r, n := range counts {
		r.pass(func() { r.f(adapter.Fault{Kind: adapter.Lost, Messages: n, Err: why}) })
	}
}

// ofLocked are those whose words the topic begins with.
func (x *reports) ofLocked(topic string) (list []*report) {
	for i := range len(topic) + 1 {
		if i == len(topic) || topic[i] == '.' {
			list = append(list, x.byBase[topic[:i]]...)
		}
	}
	return list
}
