// relay.go: one connection, two sockets and a line for each direction.

package faultproxy

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// lingering is how long the ends of a cut connection may take to close their sides.
const lingering = time.Second

// relay is one connection that goes through.
type relay struct {
	client, server *net.TCPConn
	first          io.Reader // the client's bytes, also those that a plan has seen
	up, down       *line
	ended          atomic.Int32       // directions that have ended in order
	taken          atomic.Int32       // directions whose source has ended
	finished       atomic.Bool        // a cut has closed both sides
	over           context.CancelFunc // ends the connection
}

// run forwards until both directions have ended in order, the connection was cut or reset, or ctx ends. Both sockets
// are closed then.
func (r *relay) run(ctx context.Context) {
	ctx, r.over = context.WithCancel(ctx)
	defer r.over()
	var workers sync.WaitGroup
	// All four are owned by run, which waits for them, and end with ctx and the sockets. A take waits for its source
	// or for room in its line; a forward waits for time or for its destination.
	workers.Go(func() { r.take(ctx, r.up, r.first) })
	workers.Go(func() { r.take(ctx, r.down, r.server) })
	workers.Go(func() { r.forward(ctx, r.up, r.server, r.down) })
	workers.Go(func() { r.forward(ctx, r.down, r.client, r.up) })
	<-ctx.Done()
	if r.ended.Load() == 2 || r.finished.Load() {
		// An error means that the peer was reset meanwhile; it is gone either way.
		_, _ = r.client.Close(), r.server.Close()
	} else {
		reset(r.client)
		reset(r.server)
	}
	workers.Wait()
}

func (r *relay) take(ctx context.Context, l *line, from io.Reader) {
	l.take(ctx, from)
	r.taken.Add(1)
	r.settle()
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
			if err = to.CloseWrite(); err == nil {
				r.endOne()
			}
		case vanish:
			r.endOne()
		case finish:
			r.finish()
		case abort:
			r.over()
		}
		if err != nil && !back.push(nil, abort) && c.end == halfClose {
			r.endOne() // the way back is silent
		}
		l.done(c)
	}
}

// endOne counts the directions that have ended.
func (r *relay) endOne() {
	if r.ended.Add(1) == 2 {
		r.over()
	}
}

// finish closes both sides and gives them time to close theirs: what they still send would else become a reset.
func (r *relay) finish() {
	r.finished.Store(true)
	// An error means that the peer is gone already.
	_, _ = r.client.CloseWrite(), r.server.CloseWrite()
	time.AfterFunc(lingering, r.over)
	r.settle()
}

// settle ends a connection that a cut has closed once both ends have closed theirs.
func (r *relay) settle() {
	if r.finished.Load() && r.taken.Load() == 2 {
		r.over()
	}
}

// silence has both directions lose what comes.
func (r *relay) silence() {
	r.up.silence()
	r.down.silence()
}

// abandon resets the client, and keeps that from the server.
func (r *relay) abandon() {
	r.silence()
	reset(r.client)
}

// reset closes a socket so that its peer sees a reset, not an end.
func reset(c *net.TCPConn) {
	// An error of either means that the socket is closed already.
	_ = c.SetLinger(0)
	_ = c.Close()
}
