// dispatch.go: the queue of a socket and the goroutine that works it off.

package namespace

import (
	"errors"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// What may wait for the handlers of one socket, and of all sockets of a session in
// bytes. Beyond it the session is not read.
const (
	inboxItems = 128
	inboxBytes = 1 << 20
	keepItems  = 16 // largest capacity that an empty queue holds on to
)

// inbox is a socket's queue of what is for its goroutine: a Connect, Events, a
// Disconnect. It is guarded by Socket.mu.
type inbox struct {
	items   []*Ctx
	head    int32
	running bool          // the socket's goroutine runs
	room    chan struct{} // closed when there is room again; made by who waits for it
}

// fullLocked reports whether an event of that size has to wait. The bytes are those
// of all the client's sockets: a client may be in many namespaces before Auth has
// said who it is.
func (s *Socket) fullLocked(size int) bool {
	queued := s.client.queued.Load()
	return len(s.inbox.items)-int(s.inbox.head) >= inboxItems || queued > 0 && queued+int64(size) > inboxBytes
}

// pushLocked appends c, and reports whether the goroutine must be started.
func (q *inbox) pushLocked(c *Ctx) (start bool) {
	q.items = append(q.items, c)
	start = !q.running
	q.running = true
	return start
}

// popLocked takes the next; nil when there is none and the goroutine ends.
func (q *inbox) popLocked() *Ctx {
	if int(q.head) == len(q.items) {
		if q.items, q.head, q.running = q.items[:0], 0, false; cap(q.items) > keepItems {
			q.items = nil
		}
		return nil
	}
	c := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	if int(q.head) > len(q.items)/2 { // else a queue that is never empty would only grow
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.wakeLocked()
	return c
}

// wakeLocked lets the reader go on that waits for room.
func (q *inbox) wakeLocked() {
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
}

// enqueue is called by the session's reader, and blocks while the queue is full.
func (s *Socket) enqueue(pkt sio.Packet, size int) {
	c := &Ctx{Context: (*socketContext)(s), socket: s, pkt: pkt, size: size}
	s.mu.Lock()
	for !s.gone.Load() && s.fullLocked(size) {
		if s.inbox.room == nil {
			s.inbox.room = make(chan struct{})
		}
		room := s.inbox.room
		s.client.waiter.Store(s)
		if !s.fullLocked(size) {
			break // another socket made room, and could not know who waits
		}
		s.mu.Unlock()
		select {
		case <-room:
		case <-s.client.session.Done():
			return
		}
		s.mu.Lock()
	}
	// After the end only the farewell is queued, which finish does under mu.
	start := false
	if !s.gone.Load() {
		s.client.queued.Add(int64(size))
		start = s.inbox.pushLocked(c)
	}
	s.mu.Unlock()
	if start {
		s.run()
	}
}

// dequeued is called when a socket of the client has taken an event. The reader may
// wait for room in the queue of another.
func (c *client) dequeued(size int) {
	if size == 0 {
		return
	}
	c.queued.Add(int64(-size))
	if w := c.waiter.Load(); w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.inbox.wakeLocked()
	}
}

// run starts the socket's goroutine. It is owned by the socket; it ends when the
// queue is empty; it blocks in the application's handlers alone.
func (s *Socket) run() { go s.work() }

// growStack makes the stack of a new goroutine large enough for a handler that
// decodes JSON. The runtime would get there by doubling it in the middle of the
// work, which copies deep stacks and costs more than the work (8 % of an echo).
//
//go:noinline
func growStack(i int) byte {
	var space [5 << 10]byte
	return space[i&1023]
}

func (s *Socket) work() {
	growStack(0)
	var c *Ctx
	done := false
	defer func() {
		if !done {
			s.exited(c)
			s.run()
		}
	}()
	for {
		s.mu.Lock()
		c = s.inbox.popLocked()
		s.mu.Unlock()
		if c == nil {
			done = true
			return
		}
		s.client.dequeued(c.size)
		switch c.pkt.Type {
		case sio.Connect:
			s.enter(c)
		case sio.Event:
			// A client that was refused may have sent events all the same.
			if s.serving && !s.sentAway.Load() {
				s.event(c)
			}
		case sio.Disconnect:
			s.farewell(c)
			s.client.ended(s)
		case presenceChange:
			s.reportPresence(c)
		}
	}
}

var errExited = errors.New("handler called runtime.Goexit")

// exited does what is left to do when a handler has ended its goroutine.
func (s *Socket) exited(c *Ctx) {
	switch {
	case c.pkt.Type == sio.Event:
		c.fail(errExited)
	case c.pkt.Type == sio.Disconnect:
		s.client.ended(s)
	case c.pkt.Type == sio.Connect && !s.accepted:
		s.refuse(errExited)
	case c.pkt.Type == sio.Connect:
		s.logFailure("connect", errExited)
		_ = s.kick()
	}
}

// enter opens the namespace if nobody has yet, asks Auth and the middlewares, and lets the
// client in or refuses it. Only who Auth lets in is looked for among those who may come
// back: that can be work for other machines.
func (s *Socket) enter(c *Ctx) {
	if s.gone.Load() && !s.namespace.opened.Load() {
		return // nothing is opened for nobody
	}
	if err := s.namespace.openFor(c); err != nil {
		s.hintUnopened(err)
		s.refuse(errNoNamespace)
		return
	}
	h := s.namespace.hooks.Load()
	var identity *Identity
	inner := func(*Ctx) error {
		if s.accepted {
			return nil // a middleware that calls next twice
		}
		s.accepted = true
		return s.accept(identity)
	}
	err := guard(func() (err error) {
		if auth := s.namespace.authFor(); auth != nil {
			if identity, err = auth(c, &s.handshake); err != nil {
				return err
			}
			if identity.expired() {
				return &sio.Error{Code: "expired", Message: "Identity has expired"}
			}
		}
		s.reclaim(c)
		s.keepApart(identity)
		s.identify(identity)
		return wrap(inner, h.connect)(c)
	})
	switch {
	case err == nil && !s.accepted:
		err = &sio.Error{Message: "Connection refused"} // a middleware that did neither
		fallthrough
	case err != nil && !s.accepted:
		s.refuse(err)
		return
	case err == nil:
		s.welcomed = true
		if h.onConnect != nil {
			err = guard(func() error { return h.onConnect(c) })
		}
		s.serving = err == nil
	}
	if err != nil {
		s.logFailure("connect", err)
		_ = s.kick()
	}
}

// refuse tells the client why it may not enter.
func (s *Socket) refuse(err error) {
	s.giveBack()
	if s.gone.Load() {
		return
	}
	told := s.origin().tell("connect", err, "Connection refused")
	s.end(ServerDisconnect)
	if err = s.client.refuse(s.namespace.name, told); err != nil && told.Data != nil {
		s.logFailure("connect", err) // Data cannot be encoded
		err = s.client.refuse(s.namespace.name, &sio.Error{Code: told.Code, Message: told.Message})
	}
	if err != nil {
		s.logFailure("connect", err)
	}
}

func (s *Socket) event(c *Ctx) {
	hooks := s.namespace.hooks.Load()
	h := s.handler(hooks, c.pkt.Event)
	if h == nil {
		if len(hooks.events) == 0 {
			s.hintUnheard(c.pkt.Event)
			return
		}
		h = func(*Ctx) error { return nil }
	}
	h = s.once(h)
	handle := func() error { return wrap(h, hooks.events)(c) }
	start := time.Time{}
	if s.namespace.registry.observer != nil {
		start = time.Now()
	}
	err := guard(handle)
	if s.namespace.registry.observer != nil {
		s.namespace.registry.observer.Observe(engine.Event{
			Kind: engine.Handled, Namespace: s.namespace.name, Name: c.pkt.Event, Took: time.Since(start), Err: err,
		})
	}
	if err != nil {
		c.fail(err)
	}
}

func (s *Socket) handler(hooks *hooks, event string) Handler {
	if own := s.handlers.Load(); own != nil && (*own)[event] != nil {
		return (*own)[event]
	}
	return hooks.handlers[event]
}

func (s *Socket) farewell(c *Ctx) {
	if f := s.namespace.hooks.Load().onDisconnect; f != nil && s.welcomed {
		if err := guard(func() error { f(c, s.why); return nil }); err != nil {
			s.logFailure("disconnect", err)
		}
	}
}

// wrap puts middlewares around h; the first that was registered is outermost.
func wrap(h Handler, middlewares []Middleware) Handler {
	for i := len(middlewares) - 1; i >= 0; i-- {
		h = middlewares[i](h)
	}
	return h
}
