// socket.go: one namespace: connecting to it, and what is sent to it.

package client

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// Socket is the client in one namespace. It connects again by itself after the
// session was lost, until it is disconnected by Disconnect, Close or the server.
type Socket struct {
	c     *Client
	name  string
	auth  any
	hello []eio.Packet // the CONNECT, if it is always the same

	// Under Client.mu.
	state    socketState
	asked    bool // the CONNECT is on its way in this session
	id       string
	ctx      context.Context // of the connection
	cancel   context.CancelFunc
	waiters  []chan error // of Connect, of capacity 1
	held     []*unit      // events until it is connected
	calls    map[uint64]*call
	handlers map[string]Handler
	hooks    hooks
	jobs     []job
	working  bool
}

type socketState int

const (
	away socketState = iota
	joining
	connected
)

type hooks struct {
	onConnect    func(context.Context)
	onDisconnect func(Reason)
	onRefused    func(error)
}

var _ sio.Caller = (*Socket)(nil)

func newSocket(c *Client, name string, auth any) *Socket {
	return &Socket{c: c, name: name, auth: auth, calls: make(map[uint64]*call), handlers: make(map[string]Handler)}
}

// Namespace returns the name of the namespace.
func (s *Socket) Namespace() string { return s.name }

// ID returns the socket's public ID, "" if it is not connected.
func (s *Socket) ID() string {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.id
}

// Connected reports whether the socket is connected. It still is while its session
// is suspended.
func (s *Socket) Connected() bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.state == connected
}

// OnConnect has f called each time the socket has connected, before the events of
// the connection. Its context ends with the connection.
func (s *Socket) OnConnect(f func(context.Context)) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.hooks.onConnect = f
}

// OnDisconnect has f called each time a connected socket was disconnected, after
// the events of the connection.
func (s *Socket) OnDisconnect(f func(Reason)) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.hooks.onDisconnect = f
}

// OnRefused has f called when the server has refused the socket while no call of
// Connect waited. The socket does not try again by itself.
func (s *Socket) OnRefused(f func(error)) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.hooks.onRefused = f
}

// Connect connects the socket, and the session if there is none, and waits until
// that is done. It tries again and again until ctx ends, unless the server refuses:
// then its error is a [*ConnectError]. When it has failed nothing is left of the
// try.
func (s *Socket) Connect(ctx context.Context) error {
	c := s.c
	hello, err := s.encodeHello()
	if err != nil {
		return err
	}
	c.mu.Lock()
	if c.closed || s.state == connected {
		defer c.mu.Unlock()
		if c.closed {
			return ErrClosed
		}
		return nil
	}
	done := make(chan error, 1)
	s.waiters = append(s.waiters, done)
	s.hello = hello
	if s.state == away {
		s.state = joining
		c.join(s)
	}
	c.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return s.giveUp(ctx.Err(), done)
	}
}

// giveUp takes back a wish to connect, unless it was fulfilled just now.
func (s *Socket) giveUp(why error, done chan error) error {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case err := <-done:
		return err
	default:
	}
	for i, other := range s.waiters {
		if other == done {
			s.waiters = append(s.waiters[:i:i], s.waiters[i+1:]...)
			break
		}
	}
	if len(s.waiters) == 0 {
		s.end(ClientDisconnect, ErrDisconnected, false)
		c.leaveIfIdle()
	}
	if c.lastErr != nil {
		return fmt.Errorf("client: connect: %w (the last try: %v)", why, c.lastErr)
	}
	return fmt.Errorf("client: connect: %w", why)
}

// Disconnect leaves the namespace, and ends the session if no other is connected.
// It does not wait.
func (s *Socket) Disconnect() {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.state == away {
		return
	}
	if s.asked {
		c.control(s, sio.Disconnect)
	}
	s.end(ClientDisconnect, ErrDisconnected, false)
	s.asked = false
	c.leaveIfIdle()
}

// encodeHello makes the CONNECT packet; nil if it is made anew for each connection.
func (s *Socket) encodeHello() ([]eio.Packet, error) {
	if _, ok := s.auth.(func(context.Context) (any, error)); ok {
		return nil, nil
	}
	return s.encodeConnect(s.auth)
}

func (s *Socket) encodeConnect(auth any) ([]eio.Packet, error) {
	h := sio.Header{Type: sio.Connect, Namespace: s.name}
	if v := reflect.ValueOf(auth); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return s.c.opts.Codec.Encode(nil, h)
	}
	packets, err := s.c.opts.Codec.Encode(nil, h, auth)
	if err != nil {
		return nil, fmt.Errorf("client: auth of namespace %s: %w", s.name, err)
	}
	return packets, nil
}

// end disconnects the socket, or ends its try to connect. again says that it will
// connect again by itself: then what was not sent stays.
func (s *Socket) end(why Reason, err error, again bool) {
	was := s.state
	if why != ClientDisconnect || s.c.session == nil {
		s.asked = false // the session is over
	}
	if was == away {
		return
	}
	s.state = joining
	if !again {
		s.state = away
		s.answer(err)
	}
	s.id = ""
	for _, call := range s.calls {
		if call.sent || !again {
			call.fail()
		}
	}
	if !again {
		for _, u := range s.held {
			s.c.drop(u)
		}
		s.held = nil
	}
	if was == connected {
		s.cancel()
		if f := s.hooks.onDisconnect; f != nil {
			s.push(job{run: func() { f(why) }})
		}
	}
}

// answer ends the calls of Connect.
func (s *Socket) answer(err error) {
	for _, w := range s.waiters {
		w <- err
	}
	s.waiters = nil
}

// settled ends the calls of Connect of a socket that the server has connected by
// itself: what is sent on the connection arrives, and the session is decided.
func (s *Socket) settled() {
	if s.state == connected {
		s.answer(nil)
	}
}

// refuse ends a try to connect that failed for good.
func (s *Socket) refuse(err error) {
	waited := len(s.waiters) > 0
	s.asked = false
	s.answer(err)
	s.end(ServerDisconnect, err, false)
	if f := s.hooks.onRefused; f != nil && !waited {
		s.push(job{run: func() { f(err) }})
	}
	s.c.leaveIfIdle()
}

var errNoObject = errors.New("client: the server's answer to CONNECT cannot be read")
