// calls.go: calls that wait for the server's acknowledgement.

package client

import (
	"context"
	"errors"
	"iter"

	"github.com/everwire/everwire/namespace/sio"
)

// call is a call that waits. Its fields are under Client.mu.
type call struct {
	socket *Socket
	id     uint64
	answer chan sio.Body // of capacity 1; closed when there will be none
	sent   bool          // it was handed to a connection
	over   bool          // answered, failed, or given up
}

// Call sends an untyped event and waits for its acknowledgement, for as long as ctx
// says or, if that has no deadline, for Options.CallTimeout. Errors are
// [ErrTimeout], [ErrDisconnected] and those of ctx and of sending. A call that was
// not sent yet survives the end of a session.
func (s *Socket) Call(ctx context.Context, event string, args ...any) (sio.Body, error) {
	c := s.c
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.opts.CallTimeout)
		defer cancel()
	}
	if ctx.Err() != nil {
		return nil, s.callEnded(ctx)
	}
	c.mu.Lock()
	waits := &call{socket: s, id: c.lastID, answer: make(chan sio.Body, 1)}
	c.lastID++
	c.mu.Unlock()
	err := s.send(sio.Header{Type: sio.Event, Event: event, ID: waits.id, HasID: true}, args, waits)
	if err != nil {
		return nil, err
	}
	select {
	case b, ok := <-waits.answer:
		if !ok {
			return nil, ErrDisconnected
		}
		return b, nil
	case <-ctx.Done():
		c.mu.Lock()
		waits.done()
		c.mu.Unlock()
		return nil, s.callEnded(ctx)
	}
}

// callEnded returns the error of a call whose ctx has ended. That may be because
// the socket was disconnected, if it is the context of a handler.
func (s *Socket) callEnded(ctx context.Context) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrTimeout
	case ctx.Value(handlerKey{}) == s.c && !s.Connected():
		return ErrDisconnected
	}
	return ctx.Err()
}

// Ask implements [sio.Caller]: it yields the one answer that [Socket.Call] returns.
func (s *Socket) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		yield(s.Call(ctx, e.Event, e.Args...))
	}
}

// done takes the call off the socket's list. It reports whether it was on it.
func (w *call) done() bool {
	was := !w.over
	w.over = true
	delete(w.socket.calls, w.id)
	return was
}

func (w *call) answered(b sio.Body) {
	if w.done() {
		w.answer <- b
	}
}

func (w *call) fail() {
	if w.done() {
		close(w.answer)
	}
}

// abandoned reports whether the unit is a call that nobody waits for any more.
func (u *unit) abandoned() bool { return u.call != nil && u.call.over }
