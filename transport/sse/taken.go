// taken.go: a stream whose connection is taken over from net/http.

package sse

import (
	"errors"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/internal/downlink"
	"github.com/everwire/everwire/transport/internal/outlet"
)

// maxAstray is how many bytes a client may send on the connection of its stream, where
// nothing is expected: requests that come too early, to a server that closes it.
const maxAstray = 64 << 10

// lastChunk ends a chunked answer (RFC 9112 7.1).
const lastChunk = "0\r\n\r\n"

// framing are the headers that would have the answer be something else than a stream of
// chunks.
var framing = []string{"Content-Length", "Content-Encoding", "Transfer-Encoding", "Trailer"}

// canTake reports whether a stream may write to the connection itself: net/http would
// write the same, and a middleware that gives requests a deadline is to be obeyed.
func canTake(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	set := func(name string) bool { return len(h[name]) > 0 }
	_, limited := r.Context().Deadline()
	return r.ProtoMajor == 1 && r.ContentLength == 0 && !limited && !slices.ContainsFunc(framing, set) && downlink.IsBare(w) &&
		hasDeadlines(w)
}

// hasDeadlines reports whether reading can be given up. Without that net/http does not give a
// connection away before its client has sent something more: tunnels of SSH are such.
func hasDeadlines(w http.ResponseWriter) bool {
	return http.NewResponseController(w).SetReadDeadline(time.Time{}) == nil
}

// conn is the connection of a stream.
type conn struct {
	outlet.Half
	t       *Transport
	left    int64         // bytes that it may carry yet
	ends    time.Duration // when it ends
	wrote   atomic.Int64  // when something was written
	over    atomic.Bool   // it has ended as it should
	chunked bool          // over HTTP/1.1
}

var _ outlet.Owner = (*conn)(nil)

// serveTaken serves a GET whose connection can be taken over.
func (t *Transport) serveTaken(w http.ResponseWriter, r *http.Request, s *engine.Session) {
	c := &conn{t: t, chunked: r.ProtoAtLeast(1, 1), left: math.MaxInt64, ends: math.MaxInt64}
	c.Hold() // net/http writes first
	var err error
	if c.Session, err = s.Attach(r, c.wake); err != nil {
		t.Refuse(w, r, engine.AsError(err))
		return
	}
	if l := limitOf(r, s.Resumes()); l != (limit{}) {
		c.left, c.ends = l.bytes, t.now()+l.time
	}
	if ended, err := c.begin(w); ended || err != nil {
		c.Session.Release(err)
	} else if !c.take(w) {
		c.Session.Release(engine.ErrPeerClosed)
	}
}

// begin has net/http write the head of the answer, with the first event. That is all if
// the connection ends with it.
func (c *conn) begin(w http.ResponseWriter) (ended bool, err error) {
	b := batches.Get().(*batch)
	defer b.free()
	c.Session.TryNext(&b.Batch)
	b.event = appendEvent(b.event[:0], &b.Batch)
	c.left -= int64(len(b.event))
	ended = b.End != 0 || c.left <= 0
	setHeader(w)
	if !ended {
		w.Header().Set("Connection", "close") // net/http does not get it back
	}
	out := &writer{downlink.New(w)}
	defer out.Close()
	c.wrote.Store(int64(c.t.now()))
	return ended, out.write(b.event)
}

// take takes the connection from net/http, and goes on with the answer. It cannot if the
// client is gone.
func (c *conn) take(w http.ResponseWriter) bool {
	nc, early, err := downlink.HijackWithin(w)
	if err != nil {
		return false
	}
	c.Conn, c.Raw = nc, outlet.RawConn(nc)
	c.Start(c.t.flushers, c)
	// Owned by the connection; ends when that does, which the write deadline and the
	// heartbeat make sure of; blocks on reading and, at its end, in the session.
	go c.read(early.Reader.Buffered())
	return true
}

// wake is called when there is something to write. It does not block.
func (c *conn) wake() { c.Wake(c.t.flushers, c) }

// Append implements [outlet.Owner].
func (c *conn) Append(dst []byte, b *engine.Batch) (_ []byte, last bool) {
	if b.Empty() {
		return dst, false
	}
	start := len(dst)
	dst = appendEvent(dst, b)
	c.left -= int64(len(dst) - start)
	c.wrote.Store(int64(c.t.now()))
	dst = c.frame(dst, start)
	last = b.End != 0 || c.left <= 0
	if last {
		dst = append(dst, c.end()...)
	}
	return dst, last
}

// frame makes what dst has from start on a chunk.
func (c *conn) frame(dst []byte, start int) []byte {
	n := len(dst) - start
	if !c.chunked || n == 0 {
		return dst
	}
	var head [18]byte
	h := append(strconv.AppendUint(head[:0], uint64(n), 16), "\r\n"...)
	return append(slices.Insert(dst, start, h...), "\r\n"...)
}

// end is what says that nothing follows; over HTTP/1.0, that the connection is closed.
func (c *conn) end() []byte {
	if c.chunked {
		return []byte(lastChunk)
	}
	return []byte{}
}

// Finished implements [outlet.Owner].
func (c *conn) Finished() {
	c.over.Store(true)
	c.Conn.Close()
}

// Failed implements [outlet.Owner]. That the connection is closed ends reading.
func (c *conn) Failed() {}

// Released implements [outlet.Owner].
func (c *conn) Released() {}

// read waits for the connection's end. The client has sent astray bytes already.
func (c *conn) read(astray int) { c.Over(c, c.watch(astray)) }

// watch tells why the connection ends. In silence it has comments sent, for the proxies
// between.
func (c *conn) watch(astray int) error {
	for astray <= maxAstray {
		quiet := time.Duration(c.wrote.Load()) + silence
		c.Conn.SetReadDeadline(time.Now().Add(min(quiet, c.ends) - c.t.now()))
		n, err := c.Discard()
		astray += n
		switch now := c.t.now(); {
		case c.over.Load():
			return nil
		case err == nil:
		case !outlet.IsTimeout(err):
			return c.causeOf(err)
		case now >= c.ends:
			c.PushLast(c.end())
			c.wake()
			return nil
		case now-time.Duration(c.wrote.Load()) >= silence:
			c.say(comment)
		}
	}
	return errAstray
}

var errAstray = errors.New("sse: the client goes on sending on the connection of its stream")

// say has s written before what the session has to send.
func (c *conn) say(s string) {
	c.wrote.Store(int64(c.t.now()))
	c.PushFirst(c.frame([]byte(s), 0), 0)
	c.wake()
}

// causeOf tells the end of the client from that of a write, which has closed the
// connection. Somebody else may have closed it too.
func (c *conn) causeOf(err error) error {
	if errors.Is(err, net.ErrClosed) && c.Ended() {
		return err
	}
	return engine.ErrPeerClosed
}
