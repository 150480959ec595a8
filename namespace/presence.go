// presence.go: sockets whose session has lost its connection, and may get another.

package namespace

import "github.com/everwire/everwire/namespace/sio"

// presenceChange is the type of an item in a socket's queue that no client sent.
const presenceChange sio.Type = 0xff

// presence is guarded by Socket.mu, but for reported, which is of the socket's
// goroutine.
type presence struct {
	suspended bool // as the engine says
	queued    bool // the queue holds an item of type presenceChange
	reported  bool // what the application was told
}

// OnSuspend sets what is called when a client has lost its connection and may come
// back: what it is sent meanwhile is kept for it. It happens only to clients that
// resume sessions; others are disconnected at once. A client that does not come back
// in Resume.Window is disconnected. It panics if it is set twice.
//
// It runs in the order of the socket's events. Of changes that follow each other
// while a handler is busy, only what is left of them is told.
func (n *Namespace) OnSuspend(f func(c *Ctx)) {
	n.register(func(h *hooks) { n.once("OnSuspend", h.onSuspend != nil); h.onSuspend = f })
}

// OnResume sets what is called when a client that was suspended has a connection
// again. It panics if it is set twice.
func (n *Namespace) OnResume(f func(c *Ctx)) {
	n.register(func(h *hooks) { n.once("OnResume", h.onResume != nil); h.onResume = f })
}

// Suspended implements [engine.Suspender].
func (c *client) Suspended() { c.setPresence(true) }

// Resumed implements [engine.Suspender].
func (c *client) Resumed() { c.setPresence(false) }

func (c *client) setPresence(suspended bool) {
	c.mu.Lock()
	c.absent = suspended
	c.mu.Unlock()
	for _, s := range c.list() {
		s.setPresence(suspended)
	}
}

// setPresence queues one item at most, however often the connection comes and goes.
func (s *Socket) setPresence(suspended bool) {
	if h := s.namespace.hooks.Load(); h.onSuspend == nil && h.onResume == nil {
		return
	}
	s.mu.Lock()
	s.presence.suspended = suspended
	start := false
	if !s.presence.queued && !s.gone.Load() {
		s.presence.queued = true
		start = s.inbox.pushLocked(&Ctx{
			Context: (*socketContext)(s),
			socket:  s,
			pkt:     sio.Packet{Header: sio.Header{Type: presenceChange}},
		})
	}
	s.mu.Unlock()
	if start {
		s.run()
	}
}

// reportPresence tells the application, if there is something to tell.
func (s *Socket) reportPresence(c *Ctx) {
	s.mu.Lock()
	s.presence.queued = false
	suspended := s.presence.suspended
	s.mu.Unlock()
	if !s.serving || suspended == s.presence.reported {
		return
	}
	s.presence.reported = suspended
	name, f := "resume", s.namespace.hooks.Load().onResume
	if suspended {
		name, f = "suspend", s.namespace.hooks.Load().onSuspend
	}
	if f == nil {
		return
	}
	if err := guard(func() error { f(c); return nil }); err != nil {
		s.logFailure(name, err)
	}
}
