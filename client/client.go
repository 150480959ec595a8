// Package client is the Go client of Everwire, and of every Socket.IO 4 server.
//
//	c, err := client.New("https://app.example", client.Options{})
//	client.On(c, Chat, func(ctx context.Context, m Message) error { … })
//	err = c.Connect(ctx)
//	err = Chat.Emit(c, Message{Text: "hello"})
//	pong, err := Ping.Call(ctx, c, time.Now())
//	defer c.Close(ctx)
//
// A [Client] is one session with a server at a time, which it opens again when it
// is lost. With an Everwire server a session outlives its connections: whatever
// becomes of them, each message arrives once and in order, over whichever of
// WebSocket, SSE and polling gets through. Only when the session itself ends, for
// instance because the server was restarted, is the client disconnected; what the
// server had not acknowledged by then is lost, and calls fail. With any other
// server a session ends with its connection.
//
// Handlers of one namespace run one at a time, in the order in which the events
// came. All methods may be called concurrently, also from handlers.
package client

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Client is a session with a server, and its main namespace "/": what a [Socket]
// can do, it can. Use [New].
type Client struct {
	*Socket
	opts Options
	log  *slog.Logger
	base url.URL // of all requests, without the parameters of the protocol
	http http.Client
	root context.Context // ends last: with it every goroutine of the client ends

	cancel context.CancelFunc // of root

	mu         sync.Mutex // guards what follows, and all of sessions, attachments and sockets
	timers     timers
	session    *session // nil between two sessions
	retry      *timer   // opens the next session
	sockets    []*Socket
	attempts   int            // sessions in a row that joined nothing
	failures   map[string]int // of each transport, in a row
	upward     time.Duration  // until a WebSocket is tried again
	lastErr    error          // of the last connection that failed
	maxPayload int64          // as the last server said
	lastID     uint64         // of a call
	queued     int            // bytes of events that wait to be sent
	inbox      int            // bytes of events that wait for handlers
	room       chan struct{}  // closed when there is room in the inbox; nil while there is
	behind     time.Time      // when there was none for the last time
	closed     bool
	network    group // goroutines of connections
	workers    group // goroutines that run handlers, and the one that logs
	notes      []note

	onSuspend, onResume func()
}

// New returns a client of the server at address, such as "https://app.example".
// It connects nothing: register handlers first, then call Connect.
func New(address string, o Options) (*Client, error) {
	base, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	if err := o.fill(); err != nil {
		return nil, err
	}
	base.Path = o.Path
	c := &Client{
		opts:       o,
		log:        o.Logger,
		base:       *base,
		http:       o.httpClient(),
		failures:   make(map[string]int),
		upward:     upwardFirst,
		maxPayload: defaultMaxPayload,
	}
	c.timers.mu = &c.mu
	c.root, c.cancel = context.WithCancel(context.Background())
	c.Socket = c.Of("/", o.Auth)
	return c, nil
}

func parseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	switch u.Scheme {
	case "http", "https":
	case "ws":
		u.Scheme = "http"
	case "wss":
		u.Scheme = "https"
	default:
		return nil, fmt.Errorf("client: address %q has no scheme http, https, ws or wss; it looks like http://localhost:3000", address)
	}
	if u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("client: address %q must be a scheme and a host; see Options.Path, Options.Header and Client.Of", address)
	}
	return u, nil
}

// Of returns the socket of a namespace, which is made if there is none yet. auth
// is sent when it connects, as [Options.Auth] for the main one.
func (c *Client) Of(namespace string, auth any) *Socket {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sockets {
		if s.name == namespace {
			return s
		}
	}
	s := newSocket(c, namespace, auth)
	c.sockets = append(c.sockets, s)
	return s
}

// OnSuspend has f called when the session has lost its connection and looks for
// another. What is emitted meanwhile waits.
func (c *Client) OnSuspend(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onSuspend = f
}

// OnResume has f called when a suspended session has a connection again. Nothing
// was lost. If the session has ended instead, OnDisconnect is called.
func (c *Client) OnResume(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onResume = f
}

// Transport returns the name of the transport in use, or "" if there is no connection.
func (c *Client) Transport() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil || c.session.cur == nil {
		return ""
	}
	return c.session.cur.transport
}

// Move moves the session to a new connection over the transport, or over the one
// that seems best if that is "". Call it when the network has changed: it is
// quicker than to find out. It does nothing while there is no session that could
// be moved.
func (c *Client) Move(transport string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil {
		c.session.move(transport)
	}
}

// Close ends the session and waits until all of the client has come to its end,
// but no longer than ctx. What was emitted before is still sent. In a handler call
// it with the handler's context: then it does not wait for handlers.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		c.leave()
	}
	network, workers := c.network.idle(), c.workers.idle()
	c.mu.Unlock()

	inHandler := ctx.Value(handlerKey{}) == c
	if inHandler {
		ctx = context.WithoutCancel(ctx) // the end of its socket has ended it
		workers = network
	}
	var err error
	for _, idle := range []<-chan struct{}{network, workers} {
		select {
		case <-idle:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	c.cancel()
	c.mu.Lock()
	c.timers.clear()
	c.mu.Unlock()
	c.http.CloseIdleConnections()
	return err
}

// leave ends the session and all sockets, at the client's wish.
func (c *Client) leave() {
	c.retry.stop()
	if s := c.session; s != nil {
		c.session = nil
		s.leave()
	}
	for _, s := range c.sockets {
		s.end(ClientDisconnect, ErrDisconnected, false)
	}
}

// leaveIfIdle ends the session if no namespace wants it any more.
func (c *Client) leaveIfIdle() {
	for _, s := range c.sockets {
		if s.state != away {
			return
		}
	}
	c.leave()
}

// open starts the next session.
func (c *Client) open() {
	c.retry = nil
	if c.closed || c.session != nil {
		return
	}
	c.session = newSession(c)
	c.session.race()
}

// ended is told by a session that it is over. delay is until the next one opens.
func (c *Client) ended(s *session, why Reason, err error, delay time.Duration) {
	if c.session != s {
		return // the client has left it
	}
	c.session = nil
	c.lastErr = err
	again := !c.closed && !c.opts.NoReconnect
	for _, u := range s.waiting {
		if again && u.event && u.socket.state == connected {
			u.socket.held = append(u.socket.held, u)
		} else {
			c.drop(u)
		}
	}
	s.waiting = nil
	wanted := false
	for _, socket := range c.sockets {
		wanted = wanted || socket.state != away
		socket.end(why, err, again)
	}
	c.note(slog.LevelDebug, "everwire: session ended", "reason", string(why), "error", err)
	if again && wanted {
		c.retry = c.timers.after(delay, c.open)
	}
}

// newRID returns what names a race.
func (c *Client) newRID() string {
	var b [16]byte
	c.random(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// fraction returns a random number in [0,1).
func (c *Client) fraction() float64 {
	var b [8]byte
	c.random(b[:])
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}

func (c *Client) random(b []byte) {
	if _, err := io.ReadFull(c.opts.Rand, b); err != nil {
		panic("client: Options.Rand: " + err.Error())
	}
}

// url returns the address of a request.
func (c *Client) url(query string) string {
	u := c.base
	if u.RawQuery != "" {
		query += "&" + strings.TrimPrefix(u.RawQuery, "&")
	}
	u.RawQuery = query
	return u.String()
}
