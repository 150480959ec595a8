// output.go: the writing half: frames of all that waits for a connection, in one
// system call, by whoever is free to do it.

package websocket

import (
	"errors"
	"os"
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
	mu      sync.Mutex // guards what follows, but started
	extra   *extra     // nil for most connections at most times
	started bool       // set before the first wake: the answer to the handshake is out
	busy    bool       // somebody writes, or is asked to
	again   bool       // there is more since he looked
	ended   bool       // the close frame was taken, or a write failed: the rest is dropped
	slow    bool       // the client took nothing for writeWait
	closing bool       // the reader is gone: who writes closes the connection
}

// extra is what a connection has to write beside what its session has, and its end.
type extra struct {
	pongs []byte // answers to pings, as frames
	last  []byte // the close frame, which nothing follows
	cause error  // why the reader is gone
}

// extraLocked returns what can be changed.
func (o *output) extraLocked() *extra {
	if o.extra == nil {
		o.extra = new(extra)
	}
	return o.extra
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

// maxPongs is how many bytes of pongs wait. When a client that does not read them
// goes on pinging, only the latest ping is still answered (RFC 6455 5.5.3).
const maxPongs = 4 << 10

// pushPong queues the answer to a ping.
func (c *conn) pushPong(data string) {
	c.out.mu.Lock()
	x := c.out.extraLocked()
	if len(x.pongs) > maxPongs {
		x.pongs = x.pongs[:0]
	}
	x.pongs = appendFrame(x.pongs, opPong, []byte(data))
	c.out.mu.Unlock()
	c.wake()
}

// pushClose queues the close frame: it goes out after all that was sent until now.
func (c *conn) pushClose(frame []byte) {
	c.out.mu.Lock()
	c.out.extraLocked().last = frame
	c.out.mu.Unlock()
	c.wake()
}

// next fills b with frames. When there are none it gives up the right to write.
func (c *conn) next(b *batch) (end, ok bool) {
	o := &c.out
	for {
		o.mu.Lock()
		o.again = false
		var last []byte
		b.buf = b.buf[:0]
		if x := o.extra; x != nil {
			last = x.last
			b.buf = append(b.buf, x.pongs...)
			x.pongs = nil
		}
		take := c.session != nil && !o.ended && (!o.closing || last != nil)
		if o.ended {
			b.buf, last = b.buf[:0], nil
		}
		o.mu.Unlock()
		b.End = 0
		if take {
			c.session.TryNext(&b.Batch)
			b.buf = c.appendBatch(b.buf, &b.Batch)
		}
		if last != nil && (!take || b.Empty()) {
			b.buf = append(b.buf, last...)
			c.end()
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
	if o.again {
		o.mu.Unlock()
		return false
	}
	o.busy = false
	closing := o.closing
	o.ended = o.ended || closing
	o.mu.Unlock()
	if closing {
		c.release()
	}
	return true
}

// release is the end, for who comes last of the reader and the writer. Output has
// ended by then, so that nobody starts to write again.
func (c *conn) release() {
	c.t.poller.remove(c)
	c.Conn.Close()
	c.session.Release(c.out.extra.cause)
}

func (c *conn) appendBatch(dst []byte, b *engine.Batch) []byte {
	for _, p := range b.Control {
		dst = appendPacket(dst, p)
	}
	for _, m := range b.Messages {
		if c.agreed.window > 0 {
			dst = c.appendMessage(dst, m)
			continue
		}
		for _, p := range m.Packets() {
			dst = appendPacket(dst, p)
		}
	}
	for _, p := range b.Tail {
		dst = appendPacket(dst, p)
	}
	switch {
	case b.Code != 0:
		dst = append(dst, closeFrame(b.Code)...)
	case b.End != 0:
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
			if end {
				c.awaitClose() // first, so that nothing follows the rest
			}
			// Owned by the connection; ends when all is written; blocks on the
			// connection for writeWait at most.
			go c.flushBlocking(&rest)
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
			c.tooSlow(err)
			c.fail()
			return false
		}
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if !c.out.closing { // then the deadline is the end's
		// One that has passed would fail the next write that does not block.
		c.Conn.SetWriteDeadline(time.Time{})
	}
	return true
}

// end makes the frames that were taken the last.
func (c *conn) end() {
	c.out.mu.Lock()
	c.out.ended = true
	c.out.mu.Unlock()
}

// awaitClose gives the client some time to answer the close frame.
func (c *conn) awaitClose() {
	c.end()
	c.Conn.SetReadDeadline(time.Now().Add(closeWait))
	c.rouseForGood()
}

// tooSlow notes whether a write failed because the client took nothing: then the
// reader is to say so.
func (c *conn) tooSlow(err error) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	c.out.slow = errors.Is(err, os.ErrDeadlineExceeded)
}

// fail ends the connection after a write error; the reader notices.
func (c *conn) fail() {
	c.out.mu.Lock()
	c.out.ended, c.out.busy = true, false
	closing := c.out.closing
	c.out.mu.Unlock()
	if closing {
		c.release()
	} else {
		c.Conn.Close()
		c.rouse()
	}
}

// close is called by the reader at its end. Somebody may be about to write the
// close frame and what was sent before it: then he ends the connection.
func (c *conn) close(cause error) {
	c.out.mu.Lock()
	if c.out.slow {
		cause = engine.ErrSlow
	}
	c.out.closing, c.out.extraLocked().cause = true, cause
	busy := c.out.busy
	c.out.ended = c.out.ended || !busy
	c.out.mu.Unlock()
	if busy {
		c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	} else {
		c.release()
	}
}

// refuse ends a connection that no session took, with the code of the refusal if it
// has one.
func (c *conn) refuse(code int) {
	frame := appendFrame(nil, opClose, nil)
	if code != 0 {
		frame = closeFrame(code)
	}
	c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	c.Conn.Write(frame)
	c.Conn.Close()
}
