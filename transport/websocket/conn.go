// conn.go: one connection: its reader and its end.

package websocket

import (
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

const (
	readAhead = 16 << 10         // bytes of a pooled read-ahead buffer
	keepRead  = 256 << 10        // largest message whose memory is used again
	closeWait = 5 * time.Second  // for the client's answer to a close frame
	writeWait = 10 * time.Second // for a full socket to take something
)

// maxFrames bounds the frames of one message: what the bytes read for a message
// may exceed the payload by. Without it, empty fragments go on for ever.
const maxFrames = 1024 * 14

// conn is the net.Conn that gorilla reads from. It holds a read-ahead buffer only
// while there are bytes in it.
type conn struct {
	net.Conn
	t       *Transport
	raw     syscall.RawConn // nil where reading without a buffer is not possible
	ws      *websocket.Conn
	session *engine.Conn

	agreed agreement // on compressed messages

	// Of the reader's goroutine.
	early  []byte // came with the handshake
	buf    *[]byte
	in     []byte // what is left in buf
	direct []byte // where fill is to put bytes, if not nil
	got    int
	err    error
	fill   func(fd uintptr) (done bool)
	meter  int64 // bytes read for the current message

	out output
}

// start makes the connection gorilla's.
func (c *conn) start(ws *websocket.Conn) {
	c.ws = ws
	c.out.started = true
	c.fill = c.readRaw
	ws.SetPingHandler(func(data string) error {
		c.pushPong(data)
		return nil
	})
	ws.SetCloseHandler(func(code int, _ string) error {
		var body []byte
		if code != websocket.CloseNoStatusReceived {
			body = websocket.FormatCloseMessage(code, "")
		}
		c.pushClose(appendFrame(nil, opClose, body))
		return nil
	})
}

var (
	aheads   = sync.Pool{New: func() any { b := make([]byte, readAhead); return &b }}
	messages = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}
)

var errFlood = errors.New("websocket: more frames than a message needs")

// Read implements io.Reader for gorilla.
func (c *conn) Read(p []byte) (n int, err error) {
	switch {
	case len(c.early) > 0:
		n = copy(p, c.early)
		c.early = c.early[n:]
	case len(c.in) == 0 && c.raw == nil:
		n, err = c.Conn.Read(p)
	case len(c.in) == 0 && len(p) >= readAhead:
		c.direct = p
		err = c.wait()
		n, c.direct = c.got, nil
	case len(c.in) == 0:
		if err = c.wait(); err != nil {
			return 0, err
		}
		c.in = (*c.buf)[:c.got]
		fallthrough
	default:
		n = copy(p, c.in)
		if c.in = c.in[n:]; len(c.in) == 0 {
			aheads.Put(c.buf)
			c.buf = nil
		}
	}
	if c.meter += int64(n); c.meter > c.t.maxPayload+maxFrames {
		return 0, errFlood
	}
	return n, err
}

// wait blocks until fill has read something.
func (c *conn) wait() error {
	c.got, c.err = 0, nil
	if err := c.raw.Read(c.fill); err != nil {
		return err
	}
	return c.err
}

// Write implements io.Writer for gorilla, which writes the close frames of
// protocol errors. They go through our writer: it may be in the middle of a frame.
func (c *conn) Write(p []byte) (int, error) {
	if !c.out.started { // the answer to the handshake
		if _, err := c.Conn.Write(c.agreed.answer(p)); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	c.pushClose(append([]byte(nil), p...))
	return len(p), nil
}

// read passes messages to the session until the connection ends.
func (c *conn) read() {
	c.close(c.readAll())
}

func (c *conn) readAll() (cause error) {
	var buf *[]byte // taken for as long as there is more to read without waiting
	for {
		kind, r, err := c.ws.NextReader()
		if err != nil {
			return c.failed(err)
		}
		c.meter = 0
		if buf == nil {
			buf = messages.Get().(*[]byte)
		}
		if err := c.message(kind == websocket.BinaryMessage, r, buf); err != nil {
			return err
		}
		if len(c.in) == 0 {
			if cap(*buf) <= keepRead {
				messages.Put(buf)
			}
			buf = nil
		}
	}
}

// message reads one message into buf and passes it on.
func (c *conn) message(binary bool, r io.Reader, buf *[]byte) error {
	var err error
	if *buf, err = readMessage(*buf, r, c.t.maxPayload); err != nil {
		return c.failed(err)
	}
	p := eio.Binary(*buf)
	if !binary {
		if !utf8.Valid(*buf) {
			c.pushClose(closeFrame(websocket.CloseInvalidFramePayloadData))
			return engine.ErrProtocol
		}
		if p, err = eio.Parse(*buf); err != nil || p.Binary {
			return engine.ErrProtocol
		}
	}
	// After an error there is nothing more to take from the client, but its
	// close frame is waited for, and the writer sees to the end.
	_ = c.session.Receive(p)
	return nil
}

// readMessage reads up to most bytes. Gorilla counts those that it reads, which inflated
// may be a thousand times as many.
func readMessage(buf []byte, r io.Reader, most int64) ([]byte, error) {
	for buf = buf[:0]; ; {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, max(len(buf), 512)) // append would copy a large message many times
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > most:
			return buf, websocket.ErrReadLimit
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}

// failed tells the client of a message that is too large, or in too many frames:
// gorilla does not when a length overflows, nor can it know of our limits. Of one that
// cannot be inflated it does not tell either.
func (c *conn) failed(err error) (cause error) {
	switch {
	case errors.Is(err, websocket.ErrReadLimit), errors.Is(err, errFlood):
		c.pushClose(closeFrame(websocket.CloseMessageTooBig))
	case c.agreed.window > 0 && isCorrupt(err):
		c.pushClose(closeFrame(websocket.CloseInvalidFramePayloadData))
		return engine.ErrProtocol
	}
	return causeOf(err)
}

// causeOf tells a close by the client from a failure. A connection that just ends,
// or is reset, counts as closed, as the official server has it.
func causeOf(err error) error {
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return engine.ErrPeerClosed
	}
	return err
}
