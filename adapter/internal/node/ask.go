// ask.go: asking other nodes.

package node

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter"
)

// What may wait for the loop of one Ask.
const (
	maxAnswers = 1 << 16
	maxBytes   = 64 << 20
)

var errFlood = errors.New("adapter: more answers than can be kept")

// request is one question and the answers that nobody has taken yet.
type request struct {
	kind adapter.Kind
	more chan struct{} // has room for one

	mu       sync.Mutex // guards what follows
	expected int        // nodes that are to answer
	names    []string   // theirs, or nil
	nodes    int        // nodes that have answered
	from     map[string]bool
	clients  int            // of which an acknowledgement is to come
	owed     map[string]int // the same by node, as far as that is known
	nameless int            // nodes that have answered without their name
	suspects int            // nodes that seemed to be gone when they were last counted
	answers  []adapter.Answer
	bytes    int
	errs     []error
}

// Ask implements [adapter.Adapter].
func (n *Node) Ask(ctx context.Context, op *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(yield func(adapter.Answer, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		defer context.AfterFunc(n.ctx, func() { cancel(ErrClosed) })()
		id := NewName()
		r, err := n.begin(ctx, id, op)
		defer n.forget(id)
		if err != nil {
			yield(adapter.Answer{}, err)
			return
		}
		n.collect(ctx, r, yield)
	}
}

func (n *Node) begin(ctx context.Context, id string, op *adapter.Op) (*request, error) {
	if n.Closed() {
		return nil, ErrClosed
	}
	r := &request{kind: op.Kind, more: make(chan struct{}, 1), from: make(map[string]bool), owed: make(map[string]int)}
	lookup, cancel := context.WithTimeout(ctx, n.timeout)
	defer cancel()
	var err error
	if r.expected, r.names, err = n.link.Others(lookup); err != nil {
		return nil, fmt.Errorf("adapter: number of nodes: %w", err)
	}
	n.askMu.Lock()
	n.requests[id] = r
	n.askMu.Unlock()
	m := &Message{Type: TypeOf(op.Kind), From: n.Name, Request: id, Op: *op, Strict: true}
	if deadline, ok := ctx.Deadline(); ok {
		m.Timeout = max(time.Until(deadline), time.Millisecond)
	}
	return r, n.send(m)
}

func (n *Node) forget(id string) {
	n.askMu.Lock()
	defer n.askMu.Unlock()
	delete(n.requests, id)
}

// collect yields answers until there are all, or no more can come.
func (n *Node) collect(ctx context.Context, r *request, yield func(adapter.Answer, error) bool) {
	late := time.NewTimer(n.timeout)
	defer late.Stop()
	counts := time.NewTicker(census)
	defer counts.Stop()
	for {
		answers, done := r.take()
		for _, a := range answers {
			if !yield(a, nil) {
				return
			}
		}
		if done {
			break
		}
		select {
		case <-r.more:
		case <-late.C:
			if r.kind != adapter.Serve {
				r.giveUp()
			}
		case <-counts.C:
			n.count(ctx, r)
		case <-ctx.Done():
			r.giveUp()
			r.end(context.Cause(ctx))
		}
	}
	if err := r.err(); err != nil {
		yield(adapter.Answer{}, err)
	}
}

// take returns what has come, and whether that is all.
func (r *request) take() (answers []adapter.Answer, done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	answers, r.answers, r.bytes = r.answers, nil, 0
	return answers, r.nodes >= r.expected && r.clients <= 0
}

// giveUp expects no more nodes.
func (r *request) giveUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.expected - r.nodes; n > 0 {
		r.missingLocked(n, slices.DeleteFunc(slices.Clone(r.names), func(name string) bool { return r.from[name] }))
	}
	r.expected = r.nodes
	r.wake()
}

func (r *request) missingLocked(n int, names []string) {
	r.errs = append(r.errs, &adapter.MissingError{Count: n, Nodes: names})
}

// end expects no more of anybody, and says why if that was too early.
func (r *request) end(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients > 0 || len(r.errs) > 0 {
		r.errs = append(r.errs, why)
	}
	r.clients, r.expected = 0, r.nodes
}

func (r *request) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.errs...)
}

func (r *request) wake() {
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// answered gives an answer to who waits for it. An unknown request is over, or made up.
func (n *Node) answered(m *Message) {
	n.askMu.Lock()
	r := n.requests[m.Request]
	n.askMu.Unlock()
	if r != nil {
		r.add(m)
	}
}

// answerTo is what answers a question, beside an Ack.
var answerTo = map[adapter.Kind]Type{
	adapter.Fetch: Fetched, adapter.Count: Fetched, adapter.Serve: Served, adapter.Call: ClientCount,
}

func (r *request) add(m *Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.wake()
	switch {
	case len(r.answers) >= maxAnswers || r.bytes+m.Size > maxBytes:
		r.errs, r.expected, r.clients = append(r.errs, errFlood), 0, 0
		return
	case m.Type == Ack && r.kind == adapter.Call:
		r.clients--
		r.owed[m.From]--
	case m.Type != answerTo[r.kind], m.From != "" && r.from[m.From]:
		return
	default:
		if r.names != nil && !slices.Contains(r.names, m.From) {
			r.expected++ // a node that came after the names were collected
			r.names = append(r.names, m.From)
		}
		r.nodes++
		if m.From == "" {
			r.nameless++
		} else {
			r.from[m.From] = true
		}
		if r.kind == adapter.Call {
			r.clients += m.Answer.Count
			r.owed[m.From] += m.Answer.Count
		}
	}
	if m.Failed {
		r.errs = append(r.errs, fmt.Errorf("adapter: node %s: %w", m.From, m.Answer.Err))
		return
	}
	r.bytes += m.Size
	r.answers = append(r.answers, r.shape(m.Answer))
}

// shape is the answer as it was asked for: official servers answer a Count with sockets.
func (r *request) shape(a adapter.Answer) adapter.Answer {
	if r.kind == adapter.Count {
		return adapter.Answer{Count: a.Count + len(a.Sockets)}
	}
	return a
}
