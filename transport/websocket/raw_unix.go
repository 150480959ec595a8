//go:build unix

// raw_unix.go: reading into a buffer that is taken only when there are bytes, on the
// file descriptor.

package websocket

import (
	"io"
	"syscall"
)

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
