// client_linux.go: the write side of a connection, its pending frames and how they reach the socket.

package main

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

const maxCoalesced = 64 << 10

var writeBuffers = sync.Pool{New: func() any { b := make([]byte, 0, maxCoalesced); return &b }}

type client struct {
	socket net.Conn
	raw    syscall.RawConn
	seen   atomic.Int64 // time of the last input

	tail   []byte // incomplete input; the reader's
	binary []byte // ack that waits for its attachment; the reader's

	slot     uint16 // of the wheel
	slotPos  int32  // guarded by the slot
	room     *room  // the reader's
	roomPos  int32  // guarded by the room
	dead     bool   // guarded by mu, as all below
	dirty    bool   // a flusher or a waiting write will flush
	mu       sync.Mutex
	pending  [][]byte
	pending1 [1][]byte // room for the usual single frame
}

// add queues a frame without writing.
func (c *client) add(f []byte) {
	c.mu.Lock()
	c.addLocked(f)
	c.mu.Unlock()
}

func (c *client) addLocked(f []byte) {
	if c.dead {
		return
	}
	if c.pending == nil {
		c.pending = c.pending1[:0]
	}
	c.pending = append(c.pending, f)
}

// flush writes what is pending, unless somebody else is about to.
func (c *client) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dirty {
		c.flushLocked()
	}
}

// flushLocked writes without blocking; when the socket is full a goroutine takes over until it is not.
func (c *client) flushLocked() {
	c.dirty = false
	for len(c.pending) > 0 {
		b, k, pooled := coalesce(c.pending)
		n, err := c.try(b)
		if err == nil && n < len(b) {
			rest := append([]byte(nil), b[n:]...)
			c.pending = append([][]byte{rest}, c.pending[k:]...)
			c.dirty = true
		}
		if pooled != nil {
			writeBuffers.Put(pooled)
		}
		if err != nil {
			c.dead, c.pending = true, nil
			return
		}
		if c.dirty {
			// Owned by c, ends when all is written or the socket is closed; waits for the peer to read.
			go c.writeRest()
			return
		}
		c.pending = c.pending[k:]
	}
	c.pending1[0], c.pending = nil, nil
}

// coalesce joins as many frames as fit in one buffer; one frame is taken as it is.
func coalesce(frames [][]byte) (b []byte, k int, pooled *[]byte) {
	if len(frames) == 1 || len(frames[0]) > maxCoalesced {
		return frames[0], 1, nil
	}
	pooled = writeBuffers.Get().(*[]byte)
	b = (*pooled)[:0]
	for k < len(frames) && len(b)+len(frames[k]) <= cap(b) {
		b = append(b, frames[k]...)
		k++
	}
	return b, k, pooled
}

// try writes what the socket takes now.
func (c *client) try(b []byte) (n int, err error) {
	if c.dead {
		return 0, net.ErrClosed
	}
	closed := c.raw.Write(func(fd uintptr) bool {
		n, err = write(fd, b)
		return true
	})
	if closed != nil {
		return 0, closed
	}
	return n, err
}

// write is 0 bytes without an error when the socket is full.
func write(fd uintptr, b []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), b)
		switch err {
		case nil:
			return n, nil
		case syscall.EAGAIN:
			return 0, nil
		case syscall.EINTR:
		default:
			return 0, err
		}
	}
}

// writeRest writes on while the socket is full. The poller is armed before each call of the function, so it tries
// before it waits: room may have come in between.
func (c *client) writeRest() {
	closed := c.raw.Write(func(fd uintptr) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for len(c.pending) > 0 && !c.dead {
			n, err := write(fd, c.pending[0])
			if err != nil {
				c.dead = true
				break
			}
			if n == 0 {
				return false
			}
			if c.pending[0] = c.pending[0][n:]; len(c.pending[0]) == 0 {
				c.pending = c.pending[1:]
			}
		}
		c.pending, c.dirty = nil, false
		return true
	})
	if closed != nil {
		c.mu.Lock()
		c.dead, c.pending, c.dirty = true, nil, false
		c.mu.Unlock()
	}
}

// leave ends the connection; the reader's last act.
func (c *client) leave() {
	wheelRemove(c)
	if c.room != nil {
		c.room.remove(c)
	}
	c.mu.Lock()
	c.dead, c.pending = true, nil
	c.mu.Unlock()
	_ = c.socket.Close() // there is nobody left to tell
}
