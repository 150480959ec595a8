// app.go: what the transports' own tests share: an application that passes on what
// it hears, and a listener in memory.

package transporttest

import (
	"net"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// App passes on what it hears of its sessions. It is an [engine.Handler], and the
// receiver of each session.
type App struct {
	Sessions chan *engine.Session
	Got      chan string // packets in their text form
	Ended    chan engine.CloseReason
}

// NewApp returns an application with room for what a test leaves unread.
func NewApp() *App {
	return &App{make(chan *engine.Session, 99), make(chan string, 9999), make(chan engine.CloseReason, 99)}
}

// Open implements [engine.Handler].
func (a *App) Open(s *engine.Session) (engine.Receiver, error) {
	s.Joined()
	a.Sessions <- s
	return a, nil
}

// Receive implements [engine.Receiver].
func (a *App) Receive(p eio.Packet) error { a.Got <- string(eio.Append(nil, p)); return nil }

// Closed implements [engine.Receiver].
func (a *App) Closed(reason engine.CloseReason) { a.Ended <- reason }

// Pipes is a listener in memory.
type Pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

var _ net.Listener = Pipes{}

// NewPipes returns a listener that Dial connects to.
func NewPipes() Pipes { return Pipes{make(chan net.Conn), make(chan struct{})} }

// Dial returns the client's end of a connection that was accepted.
func (p Pipes) Dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

// Accept implements [net.Listener].
func (p Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (p Pipes) Close() error { close(p.closed); return nil }

// Addr implements [net.Listener].
func (p Pipes) Addr() net.Addr { return &net.TCPAddr{} }
