// poller_linux.go: epoll instead of goroutines that wait.

package websocket

import (
	"os"
	"slices"
	"sync"
	"syscall"
)

// CanPoll reports whether poller mode works on this system.
const CanPoll = true

// poller tells connections what happened to them. It has an epoll instance and a goroutine
// while there are connections.
type poller struct {
	mu  sync.Mutex // guards what follows, and the list of set
	set *epoll     // nil without connections
}

// epoll is an epoll instance and its connections.
type epoll struct {
	fd   int
	file *os.File
	raw  syscall.RawConn

	// By descriptor. That is used again as soon as it is closed, and an event of before
	// may still be under way: the new connection is looked at in vain then.
	conns []*conn
	n     int
}

// The events of a connection: each is told once, when it happens.
const (
	edges    = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | 1<<31 // EPOLLET, whose constant is negative
	readable = ^uint32(syscall.EPOLLOUT)                                       // an end and an error are read too
	writable = ^uint32(syscall.EPOLLIN | syscall.EPOLLRDHUP)
)

// add takes over a connection: it gets a descriptor of its own, and that of package net is
// closed. Until remove is called, c hears what happens, and at once if there is something
// already.
func (p *poller) add(c *conn) error {
	set, err := p.enter()
	if err != nil {
		return err
	}
	fd, err := dup(c.Raw)
	if err != nil {
		p.leave(c)
		return err
	}
	p.note(set, c, fd)
	event := syscall.EpollEvent{Events: edges, Fd: int32(fd)}
	if err := syscall.EpollCtl(set.fd, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		p.leave(c)
		syscall.Close(fd)
		return os.NewSyscallError("epoll_ctl", err)
	}
	c.Conn.Close()
	c.Conn, c.Raw = &c.socket, (*rawSocket)(&c.socket)
	return nil
}

// remove undoes add. That the descriptor is closed takes it out of the epoll instance.
func (p *poller) remove(c *conn) {
	if c.turn.polled {
		p.leave(c)
	}
}

// enter counts one more connection.
func (p *poller) enter() (*epoll, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set == nil {
		set, err := newEpoll()
		if err != nil {
			return nil, err
		}
		p.set = set
		// Owned by the transport; ends with the last connection, which closes
		// the epoll instance; blocks on that.
		go p.run(set)
	}
	p.set.n++
	return p.set, nil
}

// note keeps a connection under its descriptor.
func (p *poller) note(set *epoll, c *conn, fd int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd >= len(set.conns) {
		set.conns = slices.Grow(set.conns, fd+1-len(set.conns))[:fd+1]
	}
	set.conns[fd], c.socket.fd = c, int32(fd)
}

// leave undoes enter and note.
func (p *poller) leave(c *conn) {
	p.mu.Lock()
	set, fd := p.set, int(c.socket.fd)
	if fd < len(set.conns) && set.conns[fd] == c { // else it is another's already
		set.conns[fd] = nil
	}
	set.n--
	over := set.n == 0
	if over {
		p.set = nil
	}
	p.mu.Unlock()
	if over {
		set.file.Close()
	}
}

func newEpoll() (*epoll, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	// The runtime's poller waits for ours, so that no thread is blocked.
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(fd), "epoll")
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &epoll{fd: fd, file: file, raw: raw}, nil
}

// run tells connections of their events until the epoll instance is closed.
func (p *poller) run(set *epoll) {
	events := make([]syscall.EpollEvent, 256)
	conns := make([]*conn, len(events))
	_ = set.raw.Read(func(uintptr) bool {
		for {
			n, err := syscall.EpollWait(set.fd, events, 0)
			if err == syscall.EINTR {
				continue
			}
			if n <= 0 {
				return false
			}
			p.find(set, events[:n], conns)
			for i, c := range conns[:n] {
				if c != nil {
					c.happened(events[i].Events)
				}
			}
			clear(conns)
			if n < len(events) {
				return false // what comes from now on wakes us
			}
		}
	})
}

// find looks up the connections of events; nil for those that are gone.
func (p *poller) find(set *epoll, events []syscall.EpollEvent, conns []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		conns[i] = set.conns[events[i].Fd]
	}
}

// happened tells whoever waits for it of an event.
func (c *conn) happened(event uint32) {
	if event&writable != 0 {
		c.socket.ready(out)
	}
	if event&readable != 0 {
		c.socket.ready(in)
		c.look()
	}
}
