// poller_linux.go: epoll instead of goroutines that wait.

package websocket

import (
	"cmp"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
)

// CanPoll reports whether poller mode works on this system.
const CanPoll = true

// poller tells connections that there is something to read. It has an epoll instance and
// a goroutine while there are connections.
type poller struct {
	mu   sync.Mutex // guards what follows, and the list of set
	last uint32     // mark of the last connection
	set  *epoll     // nil without connections
}

// epoll is an epoll instance and its connections.
type epoll struct {
	fd   int
	file *os.File
	raw  syscall.RawConn

	conns []*conn // by descriptor
	n     int
}

// watch is what the poller knows of a connection by. A descriptor is used again as soon
// as it is closed, and events of before may still be under way: they bear another mark.
type watch struct {
	fd   int32
	mark uint32
}

// canPoll reports whether events of a connection can be waited for.
func canPoll(c *conn) bool {
	_, ok := c.Conn.(*net.TCPConn)
	return ok && c.raw != nil
}

// edges are the events of a connection: each is told once.
const edges = syscall.EPOLLIN | syscall.EPOLLRDHUP | 1<<31 // EPOLLET, whose constant is negative

// add has c.rouse called when there is something to read, at once if there is already,
// until remove is called.
func (p *poller) add(c *conn) error {
	set, err := p.enter()
	if err != nil {
		return err
	}
	control := c.raw.Control(func(fd uintptr) {
		w := p.note(set, c, int(fd))
		event := syscall.EpollEvent{Events: edges, Fd: w.fd, Pad: int32(w.mark)}
		err = os.NewSyscallError("epoll_ctl", syscall.EpollCtl(set.fd, syscall.EPOLL_CTL_ADD, int(fd), &event))
	})
	if err = cmp.Or(err, control); err != nil {
		p.leave(c)
	}
	return err
}

// remove undoes add. That the descriptor is closed takes it out of the epoll instance.
func (p *poller) remove(c *conn) {
	if c.turn.watch.mark != 0 {
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
func (p *poller) note(set *epoll, c *conn, fd int) watch {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd >= len(set.conns) {
		set.conns = slices.Grow(set.conns, fd+1-len(set.conns))[:fd+1]
	}
	p.last = max(p.last+1, 1) // 0 is none
	c.turn.watch = watch{int32(fd), p.last}
	set.conns[fd] = c
	return c.turn.watch
}

// leave undoes enter and note.
func (p *poller) leave(c *conn) {
	p.mu.Lock()
	set, w := p.set, c.turn.watch
	if w.mark != 0 && set.conns[w.fd] == c { // else the descriptor is another's already
		set.conns[w.fd] = nil
	}
	c.turn.watch = watch{}
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

// run rouses connections until the epoll instance is closed.
func (p *poller) run(set *epoll) {
	events := make([]syscall.EpollEvent, 256)
	ready := make([]*conn, 0, len(events))
	_ = set.raw.Read(func(uintptr) bool {
		for {
			n, err := syscall.EpollWait(set.fd, events, 0)
			if err == syscall.EINTR {
				continue
			}
			if n <= 0 {
				return false
			}
			ready = p.ready(set, events[:n], ready[:0])
			for _, c := range ready {
				c.rouse()
			}
			clear(ready)
		}
	})
}

// ready appends the connections of events to list, without those that are gone.
func (p *poller) ready(set *epoll, events []syscall.EpollEvent, list []*conn) []*conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		e := &events[i]
		if c := set.conns[e.Fd]; c != nil && c.turn.watch.mark == uint32(e.Pad) {
			list = append(list, c)
		}
	}
	return list
}
