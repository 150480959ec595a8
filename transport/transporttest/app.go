// app.go: what the transports' own tests share: an application that passes on what
// it hears, and a listener in memory.

package transporttest

import (
	"context"
	"math"
	"net"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/internal/sim"
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

// Pipes is a listener in memory, whose connections take no time.
type Pipes struct {
	net.Listener
	net *sim.Net
}

// NewPipes returns a listener that Dial connects to.
func NewPipes() Pipes {
	n := sim.New(sim.Config{Until: math.MaxInt64})
	return Pipes{n.Listen("server"), n}
}

// Dial returns the client's end of a connection.
func (p Pipes) Dial() net.Conn {
	c, err := p.net.Dial(context.Background(), "client", "server")
	if err != nil {
		panic(err) // the listener is closed
	}
	return c
}
