// thin_linux.go: gorilla's reader over a connection that holds no buffer while it is idle.

package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/gorilla/websocket"
)

// thinConn holds a pooled buffer from the arrival of bytes until they are read.
type thinConn struct {
	net.Conn
	raw    syscall.RawConn
	pooled *[]byte
	r, w   int // unread bytes of pooled
	err    error
	fillFn func(fd uintptr) bool // fill, made once
}

func (t *thinConn) Read(p []byte) (int, error) {
	if t.r == t.w {
		if err := t.raw.Read(t.fillFn); err != nil {
			return 0, err
		}
		if t.err != nil {
			return 0, t.err
		}
	}
	n := copy(p, (*t.pooled)[t.r:t.w])
	if t.r += n; t.r == t.w {
		readBuffers.Put(t.pooled)
		t.pooled = nil
	}
	return n, nil
}

// fill takes a buffer only when there is input; it is false when there is none.
func (t *thinConn) fill(fd uintptr) bool {
	pooled := readBuffers.Get().(*[]byte)
	for {
		n, err := syscall.Read(int(fd), *pooled)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			readBuffers.Put(pooled)
			return false
		case err != nil:
			t.err = err
		case n <= 0:
			t.err = io.EOF
		default:
			t.pooled, t.r, t.w = pooled, 0, n
			return true
		}
		readBuffers.Put(pooled)
		return true
	}
}

// thinWriter hands out a thinConn.
type thinWriter struct {
	http.ResponseWriter
	conn *thinConn
}

// Hijack gives gorilla the thin connection in place of the server's.
func (w *thinWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, brw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t := &thinConn{Conn: nc}
	t.fillFn = t.fill
	if t.raw, err = nc.(*net.TCPConn).SyscallConn(); err != nil {
		return nil, nil, err
	}
	w.conn = t
	return t, brw, nil
}

// readMessages answers all input that is at hand in one write.
func (c *client) readMessages(ws *websocket.Conn, t *thinConn) {
	defer c.leave()
	for {
		op, p, err := ws.ReadMessage()
		if err != nil {
			return
		}
		c.seen.Store(coarseNow.Load())
		c.message(byte(op), p)
		if t.r == t.w {
			c.flush()
		}
	}
}
