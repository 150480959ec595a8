// write.go: from what waits to the socket, and the end.

package outlet

import (
	"bytes"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
)

const (
	batchBytes = 64 << 10         // that a batch aims at
	keepWrite  = 256 << 10        // largest batch whose memory is used again
	writeWait  = 10 * time.Second // for a full socket to take something
)

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

func (b *batch) put() {
	if cap(b.buf) > keepWrite {
		b.buf = nil
	}
	clear(b.Messages)
	batches.Put(b)
}

// next fills b with bytes; end says that they are the last. When there are none it gives
// up the right to write.
func (h *Half) next(o Owner, b *batch) (end, ok bool) {
	for {
		h.mu.Lock()
		h.again = false
		var last []byte
		b.buf = b.buf[:0]
		if x := h.extra; x != nil {
			last = x.last
			b.buf = append(b.buf, x.first...)
			x.first = nil
		}
		take := h.Session != nil && !h.ended && (!h.closing || last != nil)
		if h.ended {
			b.buf, last = b.buf[:0], nil
		}
		h.mu.Unlock()
		end = false
		if take {
			h.Session.TryNext(&b.Batch)
			b.buf, end = o.Append(b.buf, &b.Batch)
		}
		if last != nil && (!take || b.Empty()) {
			b.buf = append(b.buf, last...)
			h.end()
		}
		if len(b.buf) > 0 || end {
			return end, true
		}
		if h.rest(o) {
			return false, false
		}
	}
}

// rest gives up the right to write unless there is more to write.
func (h *Half) rest(o Owner) bool {
	h.mu.Lock()
	if h.again {
		h.mu.Unlock()
		return false
	}
	h.busy = false
	closing := h.closing
	h.ended = h.ended || closing
	h.mu.Unlock()
	if closing {
		h.release(o)
	}
	return true
}

// release is the end, for who comes last of the reader and the writer. Output has
// ended by then, so that nobody starts to write again.
func (h *Half) release(o Owner) {
	o.Released()
	h.Conn.Close()
	h.Session.Release(h.extra.cause)
}

// flush writes what waits, without blocking. A full socket is left to a goroutine
// for as long as it is full.
func (h *Half) flush(o Owner, b *batch) {
	for {
		end, ok := h.next(o, b)
		if !ok {
			return
		}
		n, err := b.raw.tryWrite(h.Raw, b.buf)
		if err != nil {
			h.fail(o)
			return
		}
		if n < len(b.buf) {
			// Owned by the connection; ends when all is written; blocks on the
			// connection for writeWait at most.
			go h.flushBlocking(o, bytes.Clone(b.buf[n:]), end)
			return
		}
		if end {
			h.finish(o)
		}
	}
}

// flushBlocking writes rest, which may be the end, and then what waits, blocking.
func (h *Half) flushBlocking(o Owner, rest []byte, end bool) {
	if !h.writeAll(o, rest) {
		return
	}
	if end {
		h.finish(o)
	}
	b := batches.Get().(*batch)
	defer b.put()
	for {
		end, ok := h.next(o, b)
		if !ok || !h.writeAll(o, b.buf) {
			return
		}
		if end {
			h.finish(o)
		}
	}
}

// writeAll writes b as long as the client takes something every writeWait.
func (h *Half) writeAll(o Owner, b []byte) bool {
	if len(b) == 0 {
		return true
	}
	for len(b) > 0 {
		h.Conn.SetWriteDeadline(time.Now().Add(writeWait))
		n, err := h.Conn.Write(b[:min(len(b), batchBytes)])
		if b = b[n:]; err != nil {
			h.tooSlow(err)
			h.fail(o)
			return false
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closing { // then the deadline is the end's
		// One that has passed would fail the next write that does not block.
		h.Conn.SetWriteDeadline(time.Time{})
	}
	return true
}

// end makes the bytes that were taken the last.
func (h *Half) end() {
	h.mu.Lock()
	h.ended = true
	h.mu.Unlock()
}

// finish is called when the last bytes are out.
func (h *Half) finish(o Owner) {
	h.end()
	o.Finished()
}

// tooSlow notes whether a write failed because the client took nothing.
func (h *Half) tooSlow(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.slow = IsTimeout(err)
}

// IsTimeout reports whether a deadline has passed. Connections that are not of package net
// have errors of their own for that.
func IsTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// Slow reports whether a write failed because the client took nothing for 10 s.
func (h *Half) Slow() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.slow
}

// Ended reports whether nothing more is written: the last bytes were taken, or a write has
// failed.
func (h *Half) Ended() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ended
}

// fail ends the connection after a write error; the reader notices.
func (h *Half) fail(o Owner) {
	h.mu.Lock()
	h.ended, h.busy = true, false
	closing := h.closing
	h.mu.Unlock()
	if closing {
		h.release(o)
	} else {
		h.Conn.Close()
		o.Failed()
	}
}

// Over is called by the reader at its end, once; cause is what the session is told.
// Somebody may be about to write the last bytes and what was sent before: then he ends
// the connection.
func (h *Half) Over(o Owner, cause error) {
	h.mu.Lock()
	h.closing, h.extraLocked().cause = true, cause
	busy := h.busy
	h.ended = h.ended || !busy
	h.mu.Unlock()
	if busy {
		h.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	} else {
		h.release(o)
	}
}
