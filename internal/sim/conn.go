// conn.go: one end of a connection, a net.Conn.

package sim

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// conn is one end. Its fields are guarded by the link's mutex.
type conn struct {
	link          *link
	end           int
	local, remote net.Addr
	closed        bool
	readBy        deadline
	writeBy       deadline
}

// deadline is one of two of an end.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (c *conn) in() *way  { return c.link.ways[c.end] }
func (c *conn) out() *way { return c.link.ways[1-c.end] }

func (c *conn) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "sim", Source: c.local, Addr: c.remote, Err: err}
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, wait, err := c.tryRead(p)
		if wait == nil {
			return n, err
		}
		<-wait
	}
}

// tryRead reads what is there, or returns what to wait for.
func (c *conn) tryRead(p []byte) (n int, wait <-chan struct{}, err error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	in := c.in()
	switch {
	case c.closed:
		return 0, nil, c.fail("read", net.ErrClosed)
	case c.readBy.passed():
		return 0, nil, c.fail("read", os.ErrDeadlineExceeded)
	case len(p) == 0:
		return 0, nil, nil
	case len(in.ready) > 0:
		n = copy(p, in.ready)
		in.ready = in.ready[n:]
		in.pending -= n
		in.notifyLocked()
		return n, nil, nil
	case in.end == io.EOF:
		return 0, nil, io.EOF
	case in.end != nil:
		return 0, nil, c.fail("read", in.end)
	}
	return 0, in.waitLocked(), nil
}

// Write implements net.Conn. It waits while the window is full.
func (c *conn) Write(p []byte) (int, error) {
	total := 0
	for {
		n, wait, err := c.tryWrite(p[total:])
		total += n
		if err != nil || total == len(p) {
			return total, err
		}
		<-wait
	}
}

// tryWrite writes what there is room for, or returns what to wait for.
func (c *conn) tryWrite(p []byte) (n int, wait <-chan struct{}, err error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	out := c.out()
	switch {
	case c.closed:
		return 0, nil, c.fail("write", net.ErrClosed)
	case c.writeBy.passed():
		return 0, nil, c.fail("write", os.ErrDeadlineExceeded)
	case out.broken:
		return 0, nil, c.fail("write", syscall.EPIPE)
	case out.gone:
		c.in().injectLocked(syscall.ECONNRESET)
		return len(p), nil, nil
	case out.closed:
		return 0, nil, c.fail("write", syscall.EPIPE)
	}
	n = min(len(p), max(window-out.pending, 0))
	if n > 0 {
		out.pushLocked(p[:n], nil)
	}
	if n == len(p) {
		return n, nil, nil
	}
	return n, out.waitLocked(), nil
}

// Close implements net.Conn. Unread bytes make it a reset.
func (c *conn) Close() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.fail("close", net.ErrClosed)
	}
	c.closed = true
	end := error(io.EOF)
	if len(c.in().ready) > 0 {
		end = syscall.ECONNRESET
	}
	c.finishLocked(end)
	c.in().ready = nil
	c.in().notifyLocked()
	c.out().notifyLocked()
	for _, d := range []*deadline{&c.readBy, &c.writeBy} {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	if c.link.ends[1-c.end].closed {
		c.link.net.forget(c.link)
	}
	return nil
}

// CloseWrite ends the way out.
func (c *conn) CloseWrite() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.fail("close", net.ErrClosed)
	}
	c.finishLocked(io.EOF)
	return nil
}

func (c *conn) finishLocked(end error) {
	out := c.out()
	if out.broken || out.gone || out.closed && end == io.EOF {
		return
	}
	out.closed = true
	out.pushLocked(nil, end)
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error { return c.setDeadline(&c.readBy, c.in(), t) }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.writeBy, c.out(), t) }

func (c *conn) setDeadline(d *deadline, w *way, t time.Time) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.fail("set", net.ErrClosed)
	}
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.at = t
	if !t.IsZero() && time.Until(t) > 0 {
		d.timer = time.AfterFunc(time.Until(t), func() {
			c.link.mu.Lock()
			defer c.link.mu.Unlock()
			w.notifyLocked()
		})
	}
	w.notifyLocked()
	return nil
}
