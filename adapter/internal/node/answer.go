// answer.go: what other nodes ask.

package node

import (
	"context"
	"errors"
	"time"

	"github.com/everwire/everwire/adapter"
)

const (
	// maxWorking is how many questions of others a node works on at a time.
	maxWorking = 1024
	// How long it works on one for whom does not say how long it waits, and at most.
	usualPatience   = 30 * time.Second
	longestPatience = 10 * time.Minute
)

var errBusy = errors.New("adapter: too many questions at a time")

// answer works on a question, unless there are too many.
func (n *Node) answer(m *Message) {
	if err := n.startAnswer(m); err != nil {
		n.ignored(err)
	}
}

func (n *Node) startAnswer(m *Message) error { return n.start(func() { n.work(m) }) }

// yield gives up the client that another node asks for.
func (n *Node) yield(m *Message) {
	y, ok := n.local.(adapter.Yielder)
	if !ok || m.PID == "" {
		return
	}
	if err := n.start(func() { y.Yield(m.PID) }); err != nil {
		n.ignored(err)
	}
}

// start works on something that others want, unless that is too much.
func (n *Node) start(work func()) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.closed {
		return ErrClosed
	}
	if n.working.Load() >= maxWorking {
		return errBusy
	}
	n.working.Add(1)
	// Owned by the node; ends with it or with its patience; blocks in the namespace alone.
	n.asked.Go(func() {
		defer n.working.Add(-1)
		work()
	})
	return nil
}

func (n *Node) work(m *Message) {
	patience := usualPatience
	if m.Timeout > 0 {
		patience = min(m.Timeout, longestPatience)
	}
	ctx, cancel := context.WithTimeout(n.ctx, patience)
	defer cancel()
	if ctx.Err() != nil {
		return
	}
	r := replies{node: n, to: m}
	err := n.local.Apply(ctx, &m.Op, r.add)
	if n.ctx.Err() == nil {
		r.finish(err)
	}
}

// replies are the answers to one question.
type replies struct {
	node  *Node
	to    *Message
	given bool           // the answer, or the first
	sum   adapter.Answer // of a Fetch or Count, which are answered at once
}

func (r *replies) add(a adapter.Answer) error {
	switch r.to.Op.Kind {
	case adapter.Fetch, adapter.Count:
		r.sum.Count += a.Count
		r.sum.Sockets = append(r.sum.Sockets, a.Sockets...)
		return nil
	case adapter.Serve:
		return r.send(Served, a)
	}
	if !r.given {
		return r.send(ClientCount, a)
	}
	if a.Err != nil && !r.to.Strict {
		return nil // official servers know no such answer, and count who is missing
	}
	return r.send(Ack, a)
}

func (r *replies) send(t Type, a adapter.Answer) error {
	r.given = true
	return r.node.reply(r.to, &Message{Type: t, From: r.node.Name, Request: r.to.Request, Op: r.to.Op, Answer: a})
}

var errNoAnswer = errors.New("the node has no answer")

// finish answers what Apply has not. There is nobody to tell of the error of a reply.
func (r *replies) finish(err error) {
	kind := r.to.Op.Kind
	switch {
	case err == nil && (kind == adapter.Fetch || kind == adapter.Count):
		_ = r.send(Fetched, r.sum)
		return
	case r.given, !r.to.Strict, errors.Is(err, context.DeadlineExceeded):
		return
	case err == nil:
		err = errNoAnswer
	}
	t := map[adapter.Kind]Type{adapter.Fetch: Fetched, adapter.Count: Fetched, adapter.Call: ClientCount, adapter.Serve: Served}[kind]
	_ = r.node.reply(r.to, &Message{
		Type: t, From: r.node.Name, Request: r.to.Request, Op: r.to.Op, Failed: true, Answer: adapter.Answer{Err: err},
	})
}
