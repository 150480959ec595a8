// line.go: connections that can be made slow.

package site

import (
	"net"
	"sync/atomic"
	"time"
)

const (
	slowRate  = 2000 // bytes a second that get through a slow line
	slowPiece = 50   // bytes that get through at a time
)

// A line is a connection whose way to the visitor can be made slow, as if it led over a
// very thin wire. What waits for it waits in the server.
type line struct {
	net.Conn
	slow atomic.Bool
}

func (l *line) Write(p []byte) (written int, err error) {
	for len(p) > slowPiece && l.slow.Load() && err == nil {
		var n int
		n, err = l.Conn.Write(p[:slowPiece])
		written, p = written+n, p[n:]
		time.Sleep(time.Duration(n) * time.Second / slowRate)
	}
	if err == nil {
		var n int
		n, err = l.Conn.Write(p)
		written += n
	}
	return written, err
}

// SetWriteDeadline leaves slow lines alone: they are no dead ones.
func (l *line) SetWriteDeadline(t time.Time) error {
	if l.slow.Load() {
		t = time.Time{}
	}
	return l.Conn.SetWriteDeadline(t)
}

// lines has a listener accept lines.
type lines struct{ net.Listener }

func (l lines) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &line{Conn: conn}, nil
}
