//go:build unix

// raw_unix.go: reading into a buffer that is taken only when there are bytes, and
// writing without blocking, on the file descriptor.

package websocket

import (
	"io"
	"syscall"
)

// rawIO says that this file's functions work here.
const rawIO = true

// readRaw is the callback of RawConn.Read: it returns false to wait until the
// descriptor is readable.
func (r *reader) readRaw(fd uintptr) (done bool) {
	p := r.direct
	if p == nil {
		r.buf = aheads.Get().(*[]byte)
		p = *r.buf
	}
	n, err := syscall.Read(int(fd), p)
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), p)
	}
	r.got = max(n, 0)
	if r.got == 0 {
		if r.direct == nil {
			aheads.Put(r.buf)
			r.buf = nil
		}
		if err == syscall.EAGAIN {
			return r.once
		}
		if r.err = err; err == nil {
			r.err = io.EOF
		}
	}
	return true
}

// rawWriter holds the arguments and results of one write, so that the callback is
// made once and not for each call.
type rawWriter struct {
	b    []byte
	n    int
	err  error
	call func(fd uintptr) (done bool)
}

func (w *rawWriter) init() { w.call = w.write }

func (w *rawWriter) write(fd uintptr) bool {
	w.n, w.err = syscall.Write(int(fd), w.b)
	for w.err == syscall.EINTR {
		w.n, w.err = syscall.Write(int(fd), w.b)
	}
	if w.n = max(w.n, 0); w.err == syscall.EAGAIN {
		w.err = nil
	}
	return true
}

// tryWrite writes as much of b as the socket takes now.
func (c *conn) tryWrite(w *rawWriter, b []byte) (int, error) {
	w.b = b
	err := c.raw.Write(w.call)
	w.b = nil
	if err == nil {
		err = w.err
	}
	return w.n, err
}
