//go:build unix

// raw_unix.go: reading and writing on the file descriptor: without a buffer that waits,
// and without waiting.

package outlet

import (
	"io"
	"net"
	"syscall"
)

// RawConn returns the descriptor of a plain connection, nil for others. A type that embeds
// one has the method too, but its own Read and Write must be called.
func RawConn(nc net.Conn) (raw syscall.RawConn) {
	switch t := nc.(type) {
	case *net.TCPConn:
		raw, _ = t.SyscallConn()
	case *net.UnixConn:
		raw, _ = t.SyscallConn()
	}
	return raw
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
func (w *rawWriter) tryWrite(raw syscall.RawConn, b []byte) (int, error) {
	w.b = b
	err := raw.Write(w.call)
	w.b = nil
	if err == nil {
		err = w.err
	}
	return w.n, err
}

// Discard waits until bytes come, and forgets them; n is how many.
func (h *Half) Discard() (n int, err error) {
	if h.Raw == nil {
		return h.Conn.Read(make([]byte, 64))
	}
	waited := h.Raw.Read(func(fd uintptr) bool {
		var b [512]byte // on a stack that is not kept while it waits
		for n, err = syscall.Read(int(fd), b[:]); err == syscall.EINTR; {
			n, err = syscall.Read(int(fd), b[:])
		}
		return err != syscall.EAGAIN
	})
	switch {
	case waited != nil:
		return 0, waited
	case err == nil && n == 0:
		err = io.EOF
	}
	return max(n, 0), err
}
