// life.go: a socket as a context.

package namespace

import (
	"context"
	"time"
)

// life is what waits for the end of a socket. It is guarded by Socket.mu.
type life struct {
	ended bool
	done  chan struct{} // made by Done
	after map[*func()]struct{}
}

func (l *life) endLocked() {
	l.ended = true
	if l.done != nil {
		close(l.done)
	}
	for f := range l.after {
		// Owned by who called AfterFunc, which promises a goroutine.
		go (*f)()
	}
	l.after = nil
}

// socketContext is a socket as a context: it costs nothing until somebody waits.
type socketContext Socket

var _ context.Context = (*socketContext)(nil)

func (c *socketContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c *socketContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.done == nil {
		c.life.done = make(chan struct{})
		if c.life.ended {
			close(c.life.done)
		}
	}
	return c.life.done
}

func (c *socketContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.ended {
		return context.Canceled
	}
	return nil
}

func (c *socketContext) Value(key any) any { return c.handshake.request.Context.Value(key) }

// AfterFunc is what package context asks for to derive contexts without a
// goroutine for each.
func (c *socketContext) AfterFunc(f func()) (stop func() bool) {
	key := &f
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.ended {
		go f() // as context.AfterFunc does
		return func() bool { return false }
	}
	if c.life.after == nil {
		c.life.after = make(map[*func()]struct{})
	}
	c.life.after[key] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waiting := c.life.after[key]
		delete(c.life.after, key)
		return waiting
	}
}
