// Package websocket is the WebSocket transport of Engine.IO, over gorilla's
// handshake and frame reader.
//
// The HTTP handler returns after the upgrade, so that net/http gives its buffers
// back; a connection then costs one goroutine with a small stack, its reader, and
// no buffers while it is idle. Frames to the client are made by this package
// alone, and written by package outlet: all that waits for a connection goes into
// one system call. In poller mode, see
// [Transport.WithPoller], an idle connection has no goroutine either.
package websocket

import (
	"bufio"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/internal/downlink"
	"github.com/everwire/everwire/transport/internal/outlet"
)

// Transport implements [engine.Transport]. Use [New].
type Transport struct {
	maxPayload int64
	deflate    int // bytes from which on a message is compressed; 0: none is
	upgrader   websocket.Upgrader
	deflating  websocket.Upgrader // for clients that take permessage-deflate
	flushers   *outlet.Flushers

	polls   bool // in poller mode
	poller  poller
	readers sync.Pool // of *reader, in poller mode
	hinted  sync.Once // that a connection cannot be polled
}

var _ engine.Transport = (*Transport)(nil)

// New returns the transport. maxPayload is the largest message in bytes; a larger
// one closes the connection with code 1009.
func New(maxPayload int64) *Transport { return newTransport(maxPayload, 0) }

// NewCompressing returns a transport that offers permessage-deflate: messages of
// threshold bytes and more are sent compressed, without those that have the trait
// NoCompress or get no shorter, and compressed messages of the client are taken. Their
// size counts when they are inflated.
func NewCompressing(maxPayload int64, threshold int) *Transport {
	return newTransport(maxPayload, max(threshold, 1))
}

// WithPoller has the transport keep no goroutine for connections that send nothing; it
// returns t, and is called before t is used. A goroutine reads from a connection when
// there is something to read, and for as long as there is. In the middle of a message, and
// while the application is busy with one, it waits.
//
// It works where [CanPoll] is true, for TCP and Unix sockets. Other connections have a
// goroutine each; that is logged once. A connection gets a descriptor of its own: a
// net.Conn that the application got from http.Server's hooks is closed after the
// handshake, and closing that does nothing. One that may send compressed messages costs a
// kilobyte more than others.
func (t *Transport) WithPoller() *Transport {
	t.polls = true
	return t
}

func newTransport(maxPayload int64, deflate int) *Transport {
	t := &Transport{maxPayload: maxPayload, deflate: deflate, flushers: outlet.NewFlushers()}
	t.upgrader = websocket.Upgrader{
		ReadBufferSize:  1,                                          // gorilla takes its least, enough for a control frame: the read-ahead is ours
		WriteBufferPool: noBuffers{},                                // gorilla writes no data frames here
		CheckOrigin:     func(r *http.Request) bool { return true }, // engine.Server has checked it
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			engine.ErrBadRequest.WriteUpgrade(w)
		},
	}
	t.deflating = t.upgrader
	t.deflating.EnableCompression = true
	return t
}

// noBuffers stands for a pool, which keeps gorilla from allocating a write buffer
// for each connection.
type noBuffers struct{}

func (noBuffers) Get() any { return nil }
func (noBuffers) Put(any)  {}

// Name implements [engine.Transport].
func (t *Transport) Name() string { return engine.WebSocket }

// Refuse implements [engine.Transport].
func (t *Transport) Refuse(w http.ResponseWriter, r *http.Request, e *engine.Error) {
	switch {
	case !websocket.IsWebSocketUpgrade(r):
		e.Write(w)
	case e.CloseCode == 0 || r.ProtoMajor != 1:
		e.WriteUpgrade(w)
	default:
		if c := t.upgrade(w, r); c != nil {
			c.refuse(e.CloseCode)
		}
	}
}

// ServeSession implements [engine.Transport]. A session that does not take the
// connection, since it has a WebSocket already, is told from the client by a close
// frame after the upgrade: some clients do not survive an HTTP error here.
func (t *Transport) ServeSession(w http.ResponseWriter, r *http.Request, s *engine.Session) {
	if r.ProtoMajor != 1 {
		t.Refuse(w, r, engine.ErrBadRequest) // nothing to hijack on HTTP/2
		return
	}
	c := t.upgrade(w, r)
	if c == nil {
		if !downlink.CanHijack(w) {
			s.Hint("a middleware hides the connection from the websocket transport: WebSockets are impossible; give its " +
				"http.ResponseWriter an Unwrap method, or leave the server's path out of it")
		}
		return
	}
	var err error
	if c.Session, err = s.Attach(r, c.wake); err != nil {
		c.refuse(engine.AsError(err).CloseCode)
		return
	}
	c.enroll(s.Logger())
	c.wake()
	c.hand()
}

// upgrade makes the request a WebSocket; nil if it was refused, and answered, or if
// the client is gone.
func (t *Transport) upgrade(w http.ResponseWriter, r *http.Request) *reader {
	c := &reader{conn: &conn{t: t}}
	upgrader := &t.upgrader
	if t.deflate > 0 {
		if c.agreed = agree(r.Header); c.agreed.window > 0 {
			upgrader, r = &t.deflating, offering(r)
		}
	}
	ws, err := upgrader.Upgrade(&hijacker{w, c}, r, headerOf101(w.Header()))
	if err != nil {
		return nil
	}
	c.started = true
	c.start(ws)
	return c
}

// offering returns r with the offer that was agreed to alone: gorilla reads offers in a
// way of its own, and must not answer otherwise.
func offering(r *http.Request) *http.Request {
	changed := *r
	changed.Header = r.Header.Clone()
	changed.Header.Set("Sec-WebSocket-Extensions", "permessage-deflate")
	return &changed
}

// hijacker gives gorilla our connection in place of the real one.
type hijacker struct {
	http.ResponseWriter
	c *reader
}

// Hijack implements http.Hijacker. Frames that came together with the handshake
// are legal and kept; gorilla would refuse them.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, brw, err := downlink.Hijack(h.ResponseWriter)
	if err != nil {
		return nil, nil, err
	}
	if n := brw.Reader.Buffered(); n > 0 {
		early, _ := brw.Reader.Peek(n)
		h.c.in = append([]byte(nil), early...)
		brw = bufio.NewReadWriter(bufio.NewReaderSize(nil, 16), brw.Writer)
	}
	h.c.Conn = nc
	h.c.Raw = outlet.RawConn(nc)
	return h.c, brw, nil
}
