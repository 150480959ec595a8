// opening.go: a namespace's adapter, which is opened when somebody needs it.

package namespace

import (
	"context"
	"errors"
	"sync"

	"github.com/everwire/everwire/adapter"
)

// opening is the attempt to open a namespace, which all share that want it meanwhile.
type opening struct {
	mu      sync.Mutex // guards attempt
	attempt *attempt   // nil before the first, and after one that the adapter has failed
}

type attempt struct {
	done chan struct{} // closed when err is set
	err  error
}

var errOpening = errors.New("namespace: what is told of namespaces has panicked")

// open opens the adapter and tells of the namespace, once. If the adapter fails, the next
// who needs the namespace tries again.
func (n *Namespace) open() error { return n.openFor(context.Background()) }

// openFor is open for somebody who does not wait for others longer than ctx.
func (n *Namespace) openFor(ctx context.Context) error {
	n.opening.mu.Lock()
	a := n.opening.attempt
	mine := a == nil
	if mine {
		a = &attempt{done: make(chan struct{}), err: errOpening}
		n.opening.attempt = a
	}
	n.opening.mu.Unlock()
	if mine {
		n.try(a)
	}
	select { // a context that is never looked at costs nothing
	case <-a.done:
		return a.err
	default:
	}
	select {
	case <-a.done:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mayCarry reports whether clients come back by way of the adapter, or may once it is open.
// What is opened has its carrier before it counts as opened: hence the order.
func (n *Namespace) mayCarry() bool {
	return n.registry.opener != nil && (!n.opened.Load() || n.carrier() != nil)
}

func (n *Namespace) try(a *attempt) {
	defer close(a.done)
	if err := n.openAdapter(); err != nil {
		n.opening.mu.Lock()
		defer n.opening.mu.Unlock()
		a.err, n.opening.attempt = err, nil
		return
	}
	n.opened.Store(true)
	a.err = n.tell()
}

// wasOpened waits for an attempt that is under way, and reports whether it, or the one
// before, has opened the namespace.
func (n *Namespace) wasOpened() bool {
	n.opening.mu.Lock()
	a := n.opening.attempt
	n.opening.mu.Unlock()
	if a == nil {
		return false
	}
	<-a.done
	return n.opened.Load()
}

func (n *Namespace) openAdapter() error {
	if n.after != nil {
		<-n.after
	}
	if n.registry.opener == nil {
		return nil
	}
	a, err := n.registry.opener.Open(n.name, n)
	if err != nil {
		return err
	}
	n.adapter = a
	if f, ok := a.(adapter.Follower); ok {
		n.follower.Store(&f)
	}
	if r, ok := a.(adapter.Recoverer); ok && n.registry.recovery != nil {
		n.carrying.Store(&r)
	}
	return nil
}

// tell tells the application of the namespace.
func (n *Namespace) tell() error {
	n.registry.mu.RLock()
	listeners := n.registry.onNamespace
	n.registry.mu.RUnlock()
	tell := func() error {
		for _, f := range listeners {
			f(n)
		}
		return nil
	}
	if n.parent == nil || n.isNamed() {
		return tell()
	}
	// A client has asked for it: that must not take the process.
	err := guard(tell)
	if err != nil {
		origin{namespace: n}.logFailure("namespace", err)
	}
	return err
}
