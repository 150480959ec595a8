// relay.go: one connection, two sockets and a line for each direction.

package faultproxy

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// relay is one connection that goes through.
type relay struct {
	client, server *net.TCPConn
	up, down       *line
	halfClosed     atomic.Int32       // directions whose half-close is delivered
	over           context.CancelFunc // ends the connection
}

// run forwards until both directions have ended in order, one was reset, or ctx ends. Both sockets are closed then.
func (r *relay) run(ctx context.Context) {
	ctx, r.over = context.WithCancel(ctx)
	defer r.over()
	var workers sync.WaitGroup
	// All four are owned by run, which waits for them, and end with ctx and the sockets. A take waits for its source
	// or for room in its line; a forward waits for time or for its destination.
	workers.Go(func() { r.up.take(ctx, r.client) })
	workers.Go(func() { r.down.take(ctx, r.server) })
	workers.Go(func() { r.forward(ctx, r.up, r.server, r.down) })
	workers.Go(func() { r.forward(ctx, r.down, r.client, r.up) })
	<-ctx.Done()
	if r.halfClosed.Load() == 2 {
		// An error means that the peer was reset meanwhile; it is gone either way.
		_, _ = r.client.Close(), r.server.Close()
	} else {
		reset(r.client)
		reset(r.server)
	}
	workers.Wait()
}

// sink is where a line leads: a *net.TCPConn.
type sink interface {
	io.Writer
	CloseWrite() error
}

// forward writes what is due. When the destination takes no more, that is its reset, and news for the source: they
// travel on the line back, behind the bytes that the destination had sent before.
func (r *relay) forward(ctx context.Context, l *line, to sink, back *line) {
	for {
		c, ok := l.next(ctx)
		if !ok {
			return
		}
		var err error
		switch c.end {
		case notYet:
			_, err = to.Write(c.data)
		case halfClose:
			if err = to.CloseWrite(); err == nil && r.halfClosed.Add(1) == 2 {
				r.over()
			}
		case abort:
			r.over()
		}
		if err != nil {
			back.push(nil, abort)
		}
		l.done(c)
	}
}

// reset closes a socket so that its peer sees a reset, not an end.
func reset(c *net.TCPConn) {
	// An error of either means that the socket is closed already.
	_ = c.SetLinger(0)
	_ = c.Close()
}
