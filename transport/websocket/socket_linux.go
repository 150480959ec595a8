// socket_linux.go: a TCP connection in poller mode: its descriptor, without the half
// kilobyte that package net and the runtime keep of one.

package websocket

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// socket is a descriptor that several may use at a time. Whoever has to wait is told by
// the poller when to try again.
type socket struct {
	fd    int32
	users atomic.Int32 // system calls under way, and closedBit
	waits atomic.Pointer[waits]
}

const closedBit = -1 << 31

// The halves of a socket.
const (
	in  = 0
	out = 1
)

// waits is what only a socket needs that somebody waits for, or did.
type waits struct {
	mu     sync.Mutex // guards what follows
	halves [2]half
}

// half is how one reader, or one writer, waits.
type half struct {
	token chan struct{} // in it when he is to try again; nil while nobody waits
	until time.Time
}

// dup returns a descriptor of its own for a connection of package net.
func dup(raw syscall.RawConn) (fd int, err error) {
	var no syscall.Errno
	err = raw.Control(func(old uintptr) {
		var n uintptr
		n, _, no = syscall.Syscall(syscall.SYS_FCNTL, old, syscall.F_DUPFD_CLOEXEC, 3) // none of the standard ones
		fd = int(n)
	})
	if err == nil && no != 0 {
		err = os.NewSyscallError("fcntl", no)
	}
	return fd, err
}

// use keeps the descriptor open until done is called; false if it is closed.
func (s *socket) use() bool {
	for {
		n := s.users.Load()
		if n < 0 {
			return false
		}
		if s.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *socket) done() {
	if s.users.Add(-1) == closedBit {
		syscall.Close(int(s.fd))
	}
}

// Close has system calls fail from now on, and ends waiting.
func (s *socket) Close() error {
	for {
		n := s.users.Load()
		if n < 0 {
			return net.ErrClosed
		}
		if s.users.CompareAndSwap(n, n|closedBit) {
			if n == 0 {
				syscall.Close(int(s.fd))
			}
			s.ready(in)
			s.ready(out)
			return nil
		}
	}
}

// ready has whoever waits for a half try again.
func (s *socket) ready(which int) {
	w := s.waits.Load()
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.halves[which].token <- struct{}{}: // never if it is nil
	default:
	}
}

// try calls f until it says that it is done, the deadline passes, or the socket is closed.
// One reader and one writer may do so at a time.
func (s *socket) try(which int, f func(fd uintptr) (done bool)) error {
	if done, err := s.once(which, f); done || err != nil {
		return err
	}
	w := s.wait()
	w.setToken(which, make(chan struct{}, 1))
	defer w.setToken(which, nil)
	for { // first at once: of what became ready before there was a token nobody told
		if done, err := s.once(which, f); done || err != nil {
			return err
		}
		w.pause(which)
	}
}

// once calls f, unless the deadline has passed, or the socket is closed.
func (s *socket) once(which int, f func(fd uintptr) (done bool)) (done bool, err error) {
	if w := s.waits.Load(); w != nil && w.late(which) {
		return false, os.ErrDeadlineExceeded
	}
	if !s.use() {
		return false, net.ErrClosed
	}
	defer s.done()
	return f(uintptr(s.fd)), nil
}

// wait returns what to wait with, which is made when it is needed first.
func (s *socket) wait() *waits {
	if s.waits.Load() == nil {
		s.waits.CompareAndSwap(nil, new(waits))
	}
	return s.waits.Load()
}

func (w *waits) setToken(which int, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.halves[which].token = c
}

func (w *waits) get(which int) half {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.halves[which]
}

func (w *waits) late(which int) bool {
	until := w.get(which).until
	return !until.IsZero() && !time.Now().Before(until)
}

// pause waits until it may be worth to try again.
func (w *waits) pause(which int) {
	h := w.get(which)
	var late <-chan time.Time
	if !h.until.IsZero() {
		t := time.NewTimer(time.Until(h.until))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-h.token:
	case <-late:
	}
}

func (s *socket) setDeadline(which int, at time.Time) error {
	if at.IsZero() && s.waits.Load() == nil {
		return nil
	}
	w := s.wait()
	w.mu.Lock()
	w.halves[which].until = at
	w.mu.Unlock()
	s.ready(which)
	return nil
}

// What follows makes it a net.Conn; it has no addresses.

func (s *socket) LocalAddr() net.Addr  { return nil }
func (s *socket) RemoteAddr() net.Addr { return nil }

func (s *socket) SetDeadline(t time.Time) error {
	return errors.Join(s.setDeadline(in, t), s.setDeadline(out, t))
}

func (s *socket) SetReadDeadline(t time.Time) error  { return s.setDeadline(in, t) }
func (s *socket) SetWriteDeadline(t time.Time) error { return s.setDeadline(out, t) }

func (s *socket) Read(b []byte) (n int, err error) {
	waited := s.try(in, func(fd uintptr) bool {
		for n, err = syscall.Read(int(fd), b); err == syscall.EINTR; {
			n, err = syscall.Read(int(fd), b)
		}
		return err != syscall.EAGAIN
	})
	if err = cmp.Or(waited, err); err == nil && n == 0 && len(b) > 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

// Write writes all of b.
func (s *socket) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		k := 0
		waited := s.try(out, func(fd uintptr) bool {
			for k, err = syscall.Write(int(fd), b[n:]); err == syscall.EINTR; {
				k, err = syscall.Write(int(fd), b[n:])
			}
			return err != syscall.EAGAIN
		})
		n += max(k, 0)
		err = cmp.Or(waited, err)
	}
	return n, err
}

// rawSocket is a socket as a [syscall.RawConn].
type rawSocket socket

func (s *rawSocket) Read(f func(uintptr) bool) error  { return (*socket)(s).try(in, f) }
func (s *rawSocket) Write(f func(uintptr) bool) error { return (*socket)(s).try(out, f) }

func (s *rawSocket) Control(f func(uintptr)) error {
	_, err := (*socket)(s).once(in, func(fd uintptr) bool { f(fd); return true })
	return err
}
