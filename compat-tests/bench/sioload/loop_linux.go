// loop_linux.go: the client loop. One thread, epoll, non-blocking sockets; it shares no code with any server under test.
// protocol_linux.go says what the bytes mean.

package main

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var started = time.Now()

// now is monotonic time in ns.
func now() int64 { return int64(time.Since(started)) }

// target is the server that a loop connects to, on 127.0.0.1.
type target struct{ port int }

// loop owns its connections. Only run calls callbacks.
type loop struct {
	target  target
	resume  bool // ask for sessions that outlive their connections
	epoll   int
	timer   int
	onTimer func()
	conns   []*conn // by descriptor
	events  []unix.EpollEvent
	buf     []byte // input of the connection being read
	frames  []byte // scratch: masked frames, HTTP requests
	packet  []byte // scratch: packets
	dirty   []*conn
	source  int // counts dials, to spread them over source addresses
	open    int
	pings   int
	errs    int
	lastErr error
}

func newLoop(t target) (*loop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	l := &loop{target: t, epoll: epoll, timer: -1, buf: make([]byte, 512<<10), events: make([]unix.EpollEvent, 512)}
	l.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err == nil {
		err = l.watch(unix.EPOLL_CTL_ADD, l.timer, unix.EPOLLIN)
	}
	if err != nil {
		l.destroy()
		return nil, fmt.Errorf("timer: %w", err)
	}
	return l, nil
}

// destroy closes all that is open; more calls do nothing.
func (l *loop) destroy() {
	for _, c := range l.conns {
		if c != nil {
			_ = unix.Close(c.fd)
		}
	}
	if l.timer >= 0 {
		_ = unix.Close(l.timer)
	}
	if l.epoll >= 0 {
		_ = unix.Close(l.epoll)
	}
	l.conns, l.timer, l.epoll = nil, -1, -1
}

func (l *loop) watch(op, fd int, events uint32) error {
	return unix.EpollCtl(l.epoll, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// err is nil, or the number of connections that failed and the last reason.
func (l *loop) err() error {
	if l.errs == 0 {
		return nil
	}
	return fmt.Errorf("%d connections failed, the last one: %w", l.errs, l.lastErr)
}

func (l *loop) healthy() bool { return l.errs == 0 }

// every calls f at a steady pace from now on, late calls at once. It replaces an earlier one.
func (l *loop) every(interval time.Duration, f func()) {
	next := now()
	l.onTimer = func() {
		t := now()
		for ; next <= t; next += int64(interval) {
			f()
		}
		l.arm(time.Duration(next - t))
	}
	l.arm(1)
}

func (l *loop) arm(d time.Duration) {
	ts := unix.NsecToTimespec(int64(max(d, 1)))
	if err := unix.TimerfdSettime(l.timer, 0, &unix.ItimerSpec{Value: ts}, nil); err != nil {
		l.fail(fmt.Errorf("timer: %w", err))
	}
}

// fail ends the scenario: every condition of run looks at the errors.
func (l *loop) fail(err error) {
	l.errs++
	l.lastErr = err
}

// sources is how many addresses, 127.0.1.1 and up, connections come from: each has ports of its own.
const sources = 16

// dial starts a connection and returns at once. plain is HTTP, else a WebSocket is opened and namespace / joined.
func (l *loop) dial(cb *callbacks, index int, plain bool) (*conn, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	if err := l.connectSocket(fd); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	c := &conn{fd: fd, cb: cb, index: index, plain: plain, wantOut: true, dialed: now()}
	for len(l.conns) <= fd {
		l.conns = append(l.conns, nil)
	}
	l.conns[fd] = c
	l.open++
	return c, nil
}

func (l *loop) connectSocket(fd int) error {
	source := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 1, byte(1 + l.source%sources)}}
	l.source++
	err := errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.Bind(fd, source),
	)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: l.target.port, Addr: [4]byte{127, 0, 0, 1}})
	if err != nil && err != unix.EINPROGRESS {
		return fmt.Errorf("connect: %w", err)
	}
	if err := l.watch(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN|unix.EPOLLOUT); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// drop closes the connection. err is why, nil when the scenario wanted it.
func (l *loop) drop(c *conn, err error) {
	if c.state == stateClosed {
		return
	}
	was := c.state
	c.state = stateClosed
	_ = unix.Close(c.fd)
	l.conns[c.fd] = nil
	l.open--
	if err != nil && was != stateClosing {
		l.fail(fmt.Errorf("connection %d (state %d): %w", c.index, was, err))
	}
	c.cb.onClosed(c)
}

// queue appends to the connection's output, which flushDirty writes.
func (l *loop) queue(c *conn, p []byte) {
	if c.state == stateClosed {
		return
	}
	c.out = append(c.out, p...)
	if !c.dirty {
		c.dirty = true
		l.dirty = append(l.dirty, c)
	}
}

func (l *loop) flushDirty() {
	for i := 0; i < len(l.dirty); i++ {
		c := l.dirty[i]
		c.dirty = false
		l.flush(c)
	}
	l.dirty = l.dirty[:0]
}

// flush writes what the socket takes and asks to be told when it takes the rest.
func (l *loop) flush(c *conn) {
	if len(c.out) == 0 || c.state == stateClosed || c.state == stateConnecting {
		return
	}
	for len(c.out) > 0 {
		n, err := rawIO(syscall.SYS_WRITE, c.fd, c.out)
		if err == syscall.EAGAIN {
			break
		}
		if err == syscall.EINTR {
			continue
		}
		if err != 0 {
			l.drop(c, err)
			return
		}
		c.out = append(c.out[:0], c.out[n:]...)
	}
	if len(c.out) == 0 && cap(c.out) > 4096 && len(l.conns) > 2000 {
		c.out = nil
	}
	l.setOut(c, len(c.out) > 0)
}

func (l *loop) setOut(c *conn, want bool) {
	if c.wantOut == want {
		return
	}
	c.wantOut = want
	events := uint32(unix.EPOLLIN)
	if want {
		events |= unix.EPOLLOUT
	}
	if err := l.watch(unix.EPOLL_CTL_MOD, c.fd, events); err != nil {
		l.drop(c, fmt.Errorf("epoll: %w", err))
	}
}

func always() bool { return true }

// run handles events while the condition holds, which it looks at after each batch. It is false when time ran out.
func (l *loop) run(limit time.Duration, while func() bool) bool {
	end := now() + int64(limit)
	for while() {
		l.flushDirty()
		left := end - now()
		if left <= 0 {
			return false
		}
		n, err := unix.EpollWait(l.epoll, l.events, int(min((left+999999)/1e6, 100)))
		if err != nil && err != unix.EINTR {
			l.fail(fmt.Errorf("epoll: %w", err))
			return false
		}
		for i := range max(n, 0) {
			l.handle(&l.events[i])
			l.flushDirty()
		}
	}
	return true
}

func (l *loop) handle(ev *unix.EpollEvent) {
	fd := int(ev.Fd)
	if fd == l.timer {
		var b [8]byte
		if _, err := rawIO(syscall.SYS_READ, fd, b[:]); err == 0 {
			l.onTimer()
		}
		return
	}
	c := l.conns[fd]
	if c == nil {
		return
	}
	if ev.Events&unix.EPOLLOUT != 0 {
		if c.state == stateConnecting {
			l.connected(c)
		}
		l.flush(c)
	}
	if ev.Events&(unix.EPOLLIN|unix.EPOLLHUP|unix.EPOLLERR) != 0 && c.state != stateClosed {
		l.readable(c)
	}
}

func (l *loop) connected(c *conn) {
	e, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && e != 0 {
		err = syscall.Errno(e)
	}
	if err != nil {
		l.drop(c, fmt.Errorf("connect: %w", err))
		return
	}
	if c.plain {
		c.state = statePlain
		c.cb.onReady(c)
		return
	}
	c.state = stateUpgrading
	more := ""
	if l.resume {
		more = "&resume=1"
	}
	c.out = appendUpgrade(c.out, l.target.port, more)
}

var (
	errPeerClosed = errors.New("closed by the server")
	errTooLarge   = errors.New("message is larger than the read buffer")
)

// readable reads once and hands on what is complete; the rest waits in c.in.
func (l *loop) readable(c *conn) {
	k := copy(l.buf, c.in)
	if k == len(l.buf) {
		l.drop(c, errTooLarge)
		return
	}
	n, err := rawIO(syscall.SYS_READ, c.fd, l.buf[k:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return
	}
	if err != 0 {
		l.drop(c, err)
		return
	}
	if n == 0 {
		l.drop(c, errPeerClosed)
		return
	}
	data := l.buf[:k+n]
	used := l.consume(c, data)
	if c.state == stateClosed {
		return
	}
	rest := data[used:]
	if len(rest) == 0 && cap(c.in) > 1<<10 {
		c.in = nil
		return
	}
	c.in = append(c.in[:0], rest...)
}
