// ack.go: calls that wait for the client's acknowledgement.

package namespace

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// ErrTimeout is returned by a call whose deadline passed. It is a
// context.DeadlineExceeded.
var ErrTimeout = adapter.ErrTimeout

// result is what became of one call.
type result struct {
	body sio.Body
	err  error
}

// pending holds the calls of one socket that wait for their acknowledgement.
// Whoever takes a call from the map is the only one to complete it.
type pending struct {
	mu     sync.Mutex               // guards what follows
	calls  map[uint64]chan<- result // each has room for the result
	failed bool
}

// add registers a call; false when the socket has ended.
func (p *pending) add(id uint64, to chan<- result) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed {
		return false
	}
	if p.calls == nil {
		p.calls = make(map[uint64]chan<- result)
	}
	p.calls[id] = to
	return true
}

// remove takes a call back; false when it is completed.
func (p *pending) remove(id uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, waits := p.calls[id]
	p.forgetLocked(id)
	return waits
}

func (p *pending) forgetLocked(id uint64) {
	delete(p.calls, id)
	if len(p.calls) == 0 {
		p.calls = nil
	}
}

// complete hands the answer over. An unknown ID is late, or made up: it is ignored.
func (p *pending) complete(id uint64, b sio.Body) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if to := p.calls[id]; to != nil {
		p.forgetLocked(id)
		to <- result{body: b}
	}
}

// fail ends all calls at the end of the socket.
func (p *pending) fail() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = true
	for _, to := range p.calls {
		to <- result{err: ErrDisconnected}
	}
	p.calls = nil
}

// patient returns a context that ends at the latest when a call shall not wait any
// longer.
func (n *Namespace) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, n.registry.callTimeout)
}

// Call sends an untyped event and waits for its acknowledgement, for as long as
// ctx says or, if that has no deadline, for Config.CallTimeout. Errors are
// [ErrTimeout], [ErrDisconnected] and those of ctx and of sending.
//
// A handler may call its own socket: acknowledgements are taken by the session's
// reader.
func (s *Socket) Call(ctx context.Context, event string, args ...any) (sio.Body, error) {
	return s.call(ctx, sio.Emission{Event: event, Args: args})
}

func (s *Socket) call(ctx context.Context, e sio.Emission) (sio.Body, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = s.namespace.patient(ctx)
		defer cancel()
	}
	if ctx.Err() != nil {
		return nil, s.callEnded(ctx)
	}
	id := s.namespace.nextAckID()
	answer := make(chan result, 1)
	if !s.acks.add(id, answer) {
		return nil, ErrDisconnected
	}
	defer s.acks.remove(id)
	if err := s.emit(e, sio.Header{Type: sio.Event, Event: e.Event, ID: id, HasID: true}); err != nil {
		return nil, err
	}
	select {
	case r := <-answer:
		return r.body, r.err
	case <-ctx.Done():
		if s.acks.remove(id) {
			return nil, s.callEnded(ctx)
		}
		r := <-answer // it came in time
		return r.body, r.err
	}
}

// nextAckID returns the ID of one more event that is to be acknowledged.
func (n *Namespace) nextAckID() uint64 { return n.ackIDs.Add(1) - 1 }

// callEnded returns the error of a call whose ctx has ended: the socket's end if
// it was that, for ctx may be the socket's own, or derived from it.
func (s *Socket) callEnded(ctx context.Context) error {
	if s.gone.Load() {
		return ErrDisconnected
	}
	return ctxError(ctx)
}

func ctxError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ctx.Err()
}

// Ask implements [sio.Caller]: it yields the one answer that [Socket.Call] returns.
func (s *Socket) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		yield(s.call(ctx, e))
	}
}

// callAll sends the event of op to sockets of this node, and answers with their
// number and then with what each acknowledges.
func (n *Namespace) callAll(ctx context.Context, op *adapter.Op, list []*Socket, answer func(adapter.Answer) error) error {
	id := n.nextAckID()
	m, err := n.message(op.Event, sio.Header{Type: sio.Event, Event: op.Event.Event, ID: id, HasID: true}, "")
	if err != nil {
		return err
	}
	results := make(chan result, len(list))
	for _, s := range list { // also if nobody waits for the answers any more
		s.callWith(op.Event, m, id, results)
	}
	defer func() {
		for _, s := range list {
			s.acks.remove(id)
		}
	}()
	if err := answer(adapter.Answer{Count: len(list)}); err != nil {
		return err
	}
	done := ctx.Done()
	for range list {
		select {
		case r := <-results:
			if err := answer(adapter.Answer{Body: r.body, Err: r.err}); err != nil {
				return err
			}
			continue
		case <-done:
		}
		done = nil
		for _, s := range list { // what has come in time is in results
			if s.acks.remove(id) {
				results <- result{err: ctxError(ctx)}
			}
		}
		r := <-results
		if err := answer(adapter.Answer{Body: r.body, Err: r.err}); err != nil {
			return err
		}
	}
	return nil
}

// callWith sends m, which asks for an acknowledgement.
func (s *Socket) callWith(e sio.Emission, m *engine.Message, id uint64, results chan<- result) {
	if !s.acks.add(id, results) {
		results <- result{err: ErrDisconnected}
		return
	}
	if err := s.notify(e, m); err != nil && s.acks.remove(id) {
		results <- result{err: disconnected(err)}
	}
}
