// output.go: the writing half: frames of all that waits for a connection, in one
// system call, by whoever is free to do it.

package websocket

import (
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
)

const (
	batchBytes = 64 << 10  // that a batch aims at
	keepWrite  = 256 << 10 // largest batch whose memory is used again
)

// output is the state of a connection's writing half.
type output struct {
	started bool // set before the first wake: the answer to the handshake is out

	mu      sync.Mutex // guards what follows
	frames  []byte     // ready-made frames: pongs, and answers to close frames
	busy    bool       // somebody writes, or is asked to
	again   bool       // there is more since he looked
	ended   bool       // the close frame was written, or a write failed: the rest is dropped
	closing bool       // the reader is gone: who writes closes the connection
}

// batch is what one write takes, and the memory for it.
type batch struct {
	engine.Batch
	buf []byte
	raw rawWriter
}

var batches = sync.Pool{New: func() any {
	b := &batch{Batch: engine.Batch{MaxBytes: batchBytes}}
	b.raw.init()
	return b
}}

func putBatch(b *batch) {
	if cap(b.buf) > keepWrite {
		b.buf = nil
	}
	clear(b.Messages)
	batches.Put(b)
}

// wake is called when there is something to write. It does not block.
func (c *conn) wake() {
	o := &c.out
	o.mu.Lock()
	start := !o.busy && !o.ended
	o.again, o.busy = true, o.busy || start
	o.mu.Unlock()
	switch {
	case !start:
	case c.raw != nil:
		c.t.flushers.add(c)
	default:
		// Owned by the connection; ends when all is written; blocks on the
		// connection for writeWait at most.
		go c.flushBlocking(nil)
	}
}

// push queues a frame that no session knows of.
func (c *conn) push(frame []byte) {
	c.out.mu.Lock()
	c.out.frames = append(c.out.frames, frame...)
	c.out.mu.Unlock()
	c.wake()
}

// next fills b with frames. When there are none it gives up the right to write.
func (c *conn) next(b *batch) (end, ok bool) {
	o := &c.out
	for {
		o.mu.Lock()
		o.again = false
		b.buf = append(b.buf[:0], o.frames...)
		o.frames = nil
		last := o.closing || c.session == nil
		if o.ended {
			b.buf, last = b.buf[:0], true
		}
		o.mu.Unlock()
		b.End = 0
		if !last {
			c.session.TryNext(&b.Batch)
			b.buf = appendBatch(b.buf, &b.Batch)
		}
		if len(b.buf) > 0 {
			return b.End != 0, true
		}
		if c.rest() {
			return false, false
		}
	}
}

// rest gives up the right to write unless there is more to write.
func (c *conn) rest() bool {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.again {
		return false
	}
	o.busy = false
	if o.closing {
		c.Conn.Close()
	}
	return true
}

func appendBatch(dst []byte, b *engine.Batch) []byte {
	for _, p := range b.Control {
		dst = appendPacket(dst, p)
	}
	for _, m := range b.Messages {
		for _, p := range m.Packets() {
			dst = appendPacket(dst, p)
		}
	}
	if b.End != 0 {
		dst = appendFrame(dst, opClose, nil)
	}
	return dst
}

// flush writes what waits, without blocking. A full socket is left to a goroutine
// for as long as it is full.
func (c *conn) flush(b *batch) {
	for {
		end, ok := c.next(b)
		if !ok {
			return
		}
		n, err := c.tryWrite(&b.raw, b.buf)
		if err != nil {
			c.fail()
			return
		}
		if n < len(b.buf) {
			rest := append([]byte(nil), b.buf[n:]...)
			// Owned by the connection; ends when all is written; blocks on the
			// connection for writeWait at most.
			go c.flushBlocking(&rest)
			if end {
				c.awaitClose()
			}
			return
		}
		if end {
			c.awaitClose()
		}
	}
}

// flushBlocking writes rest and then what waits, blocking.
func (c *conn) flushBlocking(rest *[]byte) {
	if rest != nil && !c.writeAll(*rest) {
		return
	}
	b := batches.Get().(*batch)
	defer putBatch(b)
	for {
		end, ok := c.next(b)
		if !ok || len(b.buf) > 0 && !c.writeAll(b.buf) {
			return
		}
		if end {
			c.awaitClose()
		}
	}
}

// writeAll writes b as long as the client takes something every writeWait.
func (c *conn) writeAll(b []byte) bool {
	for len(b) > 0 {
		c.Conn.SetWriteDeadline(time.Now().Add(writeWait))
		n, err := c.Conn.Write(b[:min(len(b), batchBytes)])
		if b = b[n:]; err != nil {
			c.fail()
			return false
		}
	}
	return true
}

// awaitClose gives the client some time to answer the close frame. Nothing is
// written after it.
func (c *conn) awaitClose() {
	c.out.mu.Lock()
	c.out.ended = true
	c.out.mu.Unlock()
	c.Conn.SetReadDeadline(time.Now().Add(closeWait))
}

// fail ends the connection after a write error; the reader notices.
func (c *conn) fail() {
	c.out.mu.Lock()
	c.out.ended, c.out.busy = true, false
	c.out.mu.Unlock()
	c.Conn.Close()
}

// close is called by the reader at its end. Somebody may be about to write the
// answer to the client's close frame: then he closes the connection.
func (c *conn) close() {
	c.out.mu.Lock()
	c.out.closing = true
	busy := c.out.busy
	c.out.mu.Unlock()
	if busy {
		c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	} else {
		c.Conn.Close()
	}
	if c.buf != nil {
		aheads.Put(c.buf)
		c.buf, c.in = nil, nil
	}
}

// refuse ends a connection that no session took.
func (c *conn) refuse() {
	c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	c.Conn.Write(appendFrame(nil, opClose, nil))
	c.Conn.Close()
}
