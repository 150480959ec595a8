// handler.go: events on their way to handlers.

package client

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/namespace/sio"
)

// Handler handles an untyped event. What it returns is told to the server if that
// asked for an acknowledgement and has not got one: an [*sio.Error] as it is, any
// other error logged and masked.
type Handler func(c *Ctx) error

// handlerKey is the key of the client in the context of its handlers.
type handlerKey struct{}

// Ctx is one event. As a context it ends with the connection of its socket. It may
// be kept and used from other goroutines, for instance to acknowledge later.
type Ctx struct {
	context.Context
	socket *Socket
	pkt    sio.Packet
	acked  atomic.Bool
}

// Socket returns the socket that the event came on.
func (c *Ctx) Socket() *Socket { return c.socket }

// Event returns the name of the event.
func (c *Ctx) Event() string { return c.pkt.Event }

// Len returns the number of arguments.
func (c *Ctx) Len() int { return c.pkt.Body.Len() }

// Bind stores the arguments in what dst points to, in their order. Those that the
// server did not send leave dst as it is. Its error, a [*sio.BindError], may be
// returned from the handler: the server is told that its argument does not fit.
func (c *Ctx) Bind(dst ...any) error { return c.pkt.Body.Bind(0, dst...) }

// WantsAck reports whether the server waits for an acknowledgement.
func (c *Ctx) WantsAck() bool { return c.pkt.HasID }

// Ack acknowledges the event. It does nothing if the server did not ask for that,
// and returns [ErrAcked] if the event is acknowledged already.
func (c *Ctx) Ack(args ...any) error {
	if !c.WantsAck() {
		return nil
	}
	if c.acked.Swap(true) {
		return ErrAcked
	}
	if c.Err() != nil {
		return ErrDisconnected // the socket may be connected again, but does not owe this answer
	}
	err := c.socket.send(sio.Header{Type: sio.Ack, ID: c.pkt.ID, HasID: true}, args, nil)
	if err != nil {
		c.acked.Store(false) // args could not be encoded: the server still waits
	}
	return err
}

// fail answers the event with an error, if it still waits for an answer.
func (c *Ctx) fail(err error) {
	err = c.Ack(sio.ErrorAck(c.tell(err)))
	if err != nil && !errors.Is(err, ErrAcked) && !errors.Is(err, ErrDisconnected) {
		c.log(err)
	}
}

// tell returns what the server may know of an error, and logs what it may not.
func (c *Ctx) tell(err error) *sio.Error {
	var public *sio.Error
	var misfit *sio.BindError
	switch {
	case errors.As(err, &public) && public != nil:
		return public
	case errors.As(err, &misfit):
		c.log(err) // it may be the handler that is wrong
		return &sio.Error{Code: "bad_request", Message: fmt.Sprintf("argument %d does not fit", misfit.Index)}
	case !errors.Is(err, ErrDisconnected) && !errors.Is(err, ErrClosed):
		c.log(err)
	}
	return &sio.Error{Code: "internal", Message: "internal error"}
}

func (c *Ctx) log(err error) {
	c.socket.c.log.Error("everwire: handler failed", "namespace", c.socket.name, "event", c.pkt.Event, "error", err)
}

// On has h handle an event. It replaces the handler that the event had, if any; nil
// takes it away. It panics for a name that the protocol keeps for itself.
func (s *Socket) On(event string, h Handler) {
	if sio.Reserved(event) || len(event) > sio.MaxName {
		panic(fmt.Sprintf("client: event %.40q cannot be handled: its name is reserved, or too long", event))
	}
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.handlers[event] = h
}

// job is something that the socket's goroutine does: an event, or run.
type job struct {
	run  func()
	pkt  sio.Packet
	size int
	ctx  context.Context
}

// push queues a job. The goroutine of the socket exists while there are any.
func (s *Socket) push(j job) {
	if j.run == nil && j.ctx == nil {
		return // a hook that is not set
	}
	c := s.c
	s.jobs = append(s.jobs, j)
	if c.inbox += j.size; c.inbox > maxInbox && c.room == nil {
		c.room = make(chan struct{})
	}
	if !s.working {
		s.working = true
		c.spawn(&c.workers, s.work)
	}
}

// isBehind reports whether the client did not read all the time in the last d,
// because its handlers are slow.
func (c *Client) isBehind(d time.Duration) bool { return c.room != nil || time.Since(c.behind) < d }

// work is the socket's goroutine. It is the client's, ends when there is nothing to
// do, and may block on what handlers block on.
func (s *Socket) work() {
	for {
		j, h, ok := s.next()
		switch {
		case !ok:
			return
		case j.run != nil:
			j.run()
		default:
			s.handle(j, h)
		}
	}
}

// next takes a job, and with it the handler that the event has at this moment.
func (s *Socket) next() (j job, h Handler, ok bool) {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(s.jobs) == 0 {
		s.working, s.jobs = false, nil
		return j, nil, false
	}
	j = s.jobs[0]
	s.jobs[0] = job{}
	s.jobs = s.jobs[1:]
	if c.inbox -= j.size; c.inbox <= maxInbox/2 && c.room != nil {
		close(c.room)
		c.room, c.behind = nil, time.Now()
	}
	return j, s.handlers[j.pkt.Event], true
}

func (s *Socket) handle(j job, h Handler) {
	if h == nil {
		return
	}
	ctx := &Ctx{Context: j.ctx, socket: s, pkt: j.pkt}
	if err := h(ctx); err != nil {
		ctx.fail(err)
	}
}
