// ack.go: calls that wait for the client's acknowledgement.

package namespace

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/everwire/everwire/namespace/sio"
)

// ErrTimeout is returned by a call whose deadline passed. It is a
// context.DeadlineExceeded.
var ErrTimeout = fmt.Errorf("namespace: no acknowledgement in time: %w", context.DeadlineExceeded)

// pending holds the calls of one socket that wait for their acknowledgement.
type pending struct {
	mu     sync.Mutex               // guards what follows
	calls  map[uint64]chan sio.Body // of capacity 1; closed when the socket ends
	failed bool
}

// add registers a call; nil when the socket has ended.
func (p *pending) add(id uint64) chan sio.Body {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed {
		return nil
	}
	if p.calls == nil {
		p.calls = make(map[uint64]chan sio.Body)
	}
	ch := make(chan sio.Body, 1)
	p.calls[id] = ch
	return ch
}

func (p *pending) remove(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, id)
	if len(p.calls) == 0 {
		p.calls = nil
	}
}

// complete hands the answer over. Whoever removes a call from the map is the only
// one to complete it. An unknown ID is late, or made up: it is ignored.
func (p *pending) complete(id uint64, b sio.Body) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ch := p.calls[id]; ch != nil {
		delete(p.calls, id)
		ch <- b
	}
}

// fail ends all calls at the end of the socket.
func (p *pending) fail() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = true
	for _, ch := range p.calls {
		close(ch)
	}
	p.calls = nil
}

// Call sends an untyped event and waits for its acknowledgement, for as long as
// ctx says or, if that has no deadline, for Config.CallTimeout. Errors are
// [ErrTimeout], [ErrDisconnected] and those of ctx and of sending.
//
// A handler may call its own socket: acknowledgements are taken by the session's
// reader.
func (s *Socket) Call(ctx context.Context, event string, args ...any) (sio.Body, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.namespace.registry.callTimeout)
		defer cancel()
	}
	if ctx.Err() != nil {
		return nil, s.callEnded(ctx)
	}
	id := s.namespace.ackIDs.Add(1) - 1
	answer := s.acks.add(id)
	if answer == nil {
		return nil, ErrDisconnected
	}
	defer s.acks.remove(id)
	if err := s.send(sio.Header{Type: sio.Event, Event: event, ID: id, HasID: true}, args...); err != nil {
		return nil, err
	}
	select {
	case b, ok := <-answer:
		if !ok {
			return nil, ErrDisconnected
		}
		return b, nil
	case <-ctx.Done():
		return nil, s.callEnded(ctx)
	}
}

// callEnded returns the error of a call whose ctx has ended: the socket's end if
// it was that, for ctx may be the socket's own, or derived from it.
func (s *Socket) callEnded(ctx context.Context) error {
	switch {
	case s.gone.Load():
		return ErrDisconnected
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrTimeout
	}
	return ctx.Err()
}

// Ask implements [sio.Caller]: it yields the one answer that [Socket.Call] returns.
func (s *Socket) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		yield(s.Call(ctx, e.Event, e.Args...))
	}
}
