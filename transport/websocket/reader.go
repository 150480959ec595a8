// reader.go: the reading half: bytes of the socket for gorilla, and its messages for
// the session.

package websocket

import (
	"errors"
	"io"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// maxFrames bounds the frames of one message: what the bytes read for a message
// may exceed the payload by. Without it, empty fragments go on for ever.
const maxFrames = 1024 * 14

// reader is the net.Conn that gorilla reads from. It holds a read-ahead buffer only
// while there are bytes in it. In poller mode it goes from one connection to another,
// and has one only while that sends something.
type reader struct {
	*conn
	ws *websocket.Conn

	buf    *[]byte // read-ahead, or nil
	in     []byte  // what is left in it or, at first, of what came with the handshake
	direct []byte  // where fill is to put bytes, if not nil
	got    int
	err    error
	fill   func(fd uintptr) (done bool)
	once   bool  // fill is not to wait
	meter  int64 // bytes read for the current message
	frames frames
}

// start makes the connection gorilla's.
func (r *reader) start(ws *websocket.Conn) {
	r.ws = ws
	r.fill = r.readRaw
	ws.SetReadLimit(r.t.maxPayload)
	ws.SetPingHandler(func(data string) error {
		r.pushPong(data)
		return nil
	})
	ws.SetCloseHandler(func(code int, _ string) error {
		var body []byte
		if code != websocket.CloseNoStatusReceived {
			body = websocket.FormatCloseMessage(code, "")
		}
		r.pushClose(appendFrame(nil, opClose, body))
		return nil
	})
}

var (
	aheads   = sync.Pool{New: func() any { b := make([]byte, readAhead); return &b }}
	messages = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}
)

var errFlood = errors.New("websocket: more frames than a message needs")

// Read implements io.Reader for gorilla.
func (r *reader) Read(p []byte) (n int, err error) {
	switch {
	case len(r.in) > 0:
		n = r.take(p)
	case r.Raw == nil:
		n, err = r.Conn.Read(p)
	case len(p) >= readAhead: // part of a frame: gorilla asks for no more than that
		r.direct = p
		err = r.wait()
		n, r.direct = r.got, nil
		r.frames.cut(p[:n])
	default:
		if err = r.wait(); err != nil {
			return 0, err
		}
		r.in = (*r.buf)[:r.got]
		n = r.take(p)
	}
	if r.meter += int64(n); r.meter > r.t.maxPayload+maxFrames {
		return 0, errFlood
	}
	return n, err
}

// park gives the connection up, if nothing can be read from it now. It is called between
// messages. After that somebody else may have the connection already.
func (r *reader) park() (parked bool, err error) {
	for len(r.in) == 0 && !r.turn.stay.Load() {
		r.once = true
		err = r.wait()
		r.once = false
		if err != nil {
			return false, err
		}
		if r.got > 0 {
			r.in = (*r.buf)[:r.got]
			break
		}
		if r.giveUp() {
			return true, nil
		}
	}
	return false, nil
}

// take copies of the read-ahead to p, in poller mode up to the end of a frame: gorilla
// has nothing left then when a message is over.
func (r *reader) take(p []byte) int {
	n := min(len(p), len(r.in))
	if r.turn.polled {
		n = r.frames.cut(r.in[:n])
	}
	copy(p, r.in[:n])
	if r.in = r.in[n:]; len(r.in) == 0 {
		r.putAhead()
	}
	return n
}

func (r *reader) putAhead() {
	if r.buf != nil {
		aheads.Put(r.buf)
	}
	r.buf, r.in = nil, nil
}

// wait blocks until fill has read something, or has found nothing when it is not to wait.
func (r *reader) wait() error {
	r.got, r.err = 0, nil
	if err := r.Raw.Read(r.fill); err != nil {
		return err
	}
	return r.err
}

// Write implements io.Writer for gorilla, which writes the close frames of
// protocol errors. They go through our writer: it may be in the middle of a frame.
func (r *reader) Write(p []byte) (int, error) {
	if !r.started { // the answer to the handshake
		if _, err := r.Conn.Write(r.agreed.answer(p)); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	r.pushClose(append([]byte(nil), p...))
	return len(p), nil
}

// read passes messages to the session until the connection ends or, in poller mode,
// has nothing more to read. Then the reader is done.
func (r *reader) read() {
	c := r.conn
	cause, parked := r.readAll()
	if parked {
		return
	}
	c.close(cause)
	r.putAhead()
}

// readAll tells why the connection ends. If it was parked, nothing of it, nor the
// reader, may be touched.
func (r *reader) readAll() (cause error, parked bool) {
	var buf *[]byte // taken for as long as there is more to read without waiting
	for {
		if r.turn.polled {
			switch parked, err := r.park(); {
			case parked:
				return nil, true
			case err != nil:
				return r.failed(err), false
			}
		}
		kind, from, err := r.ws.NextReader()
		if err != nil {
			return r.failed(err), false
		}
		r.meter = 0
		if buf == nil {
			buf = messages.Get().(*[]byte)
		}
		if err := r.message(kind == websocket.BinaryMessage, from, buf); err != nil {
			return err, false
		}
		if len(r.in) == 0 {
			if cap(*buf) <= keepRead {
				messages.Put(buf)
			}
			buf = nil
		}
	}
}

// message reads one message into buf and passes it on.
func (r *reader) message(binary bool, from io.Reader, buf *[]byte) error {
	var err error
	if *buf, err = readMessage(*buf, from, r.t.maxPayload); err != nil {
		return r.failed(err)
	}
	p := eio.Binary(*buf)
	if !binary {
		if !utf8.Valid(*buf) {
			r.pushClose(closeFrame(websocket.CloseInvalidFramePayloadData))
			return engine.ErrProtocol
		}
		if p, err = eio.Parse(*buf); err != nil || p.Binary {
			return engine.ErrProtocol
		}
	}
	// After an error there is nothing more to take from the client, but its
	// close frame is waited for, and the writer sees to the end.
	_ = r.Session.Receive(p)
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
