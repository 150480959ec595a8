// edge.go: what the node does that a request reaches, and whose session it is not.

package forward

import (
	"bufio"
	"context"
	"errors"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/internal/downlink"
)

// Forward has the node of that tag answer a request, and returns when it is answered; a
// WebSocket goes on afterwards. known is false if there is no such node; then, and on an
// error, nothing was answered. principal is who this node has found to make the request.
func (f *Forwarder) Forward(w http.ResponseWriter, r *http.Request, tag [2]byte, principal string) (known bool, err error) {
	if err = f.peers.settle(r.Context()); err != nil {
		return true, err
	}
	if err = upgradable(w, r); err != nil {
		return true, err
	}
	to, known := f.peers.find(tag)
	if !known {
		return !f.peers.certain(), ErrSilent
	}
	s, err := f.dial(to, meta{r.RemoteAddr, principal, r.TLS != nil})
	if err != nil {
		return true, err
	}
	stop := context.AfterFunc(r.Context(), func() { _ = s.Close() })
	defer stop()
	x := exchange{f: f, s: s, w: w, r: r}
	return true, x.run(stop)
}

// ErrNoUpgrade says that the request cannot become a WebSocket: it has a body, or its
// connection cannot be taken over.
var ErrNoUpgrade = errors.New("forward: this request cannot become a WebSocket")

// upgradable finds out before the other node has done anything.
func upgradable(w http.ResponseWriter, r *http.Request) error {
	if len(r.Header["Upgrade"]) == 0 {
		return nil
	}
	if r.ContentLength != 0 || !downlink.CanHijack(w) {
		return ErrNoUpgrade
	}
	return nil
}

// exchange is one request on its way.
type exchange struct {
	f *Forwarder
	s *stream
	w http.ResponseWriter
	r *http.Request
}

var (
	readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}
	writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 4<<10) }}
)

// run sends the request and its answer. stop has the stream no longer end with the
// request's context.
func (x *exchange) run(stop func() bool) error {
	sent := x.send()
	in := readers.Get().(*bufio.Reader)
	head := &limited{x.s, maxHeader}
	in.Reset(head)
	answer, err := http.ReadResponse(in, x.r)
	head.left = math.MaxInt
	switch {
	case err != nil:
		err = ErrSilent
	case answer.StatusCode == http.StatusSwitchingProtocols:
		stop()
		if err = x.upgrade(answer, in); err == nil {
			return nil // the relay has the stream and the reader
		}
	default:
		x.answer(answer)
	}
	_ = x.s.Close()
	x.await(sent)
	in.Reset(nil)
	readers.Put(in)
	return err
}

// maxHeader is how many bytes of an answer's header are read.
const maxHeader = 256 << 10

// limited reads no more than so much.
type limited struct {
	s    *stream
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errFrame
	}
	n, err := l.s.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// send writes the request. A body goes its own way, since the answer may come before its
// end; the channel is closed when it has been sent, or will not be.
func (x *exchange) send() <-chan struct{} {
	sent := make(chan struct{})
	write := func() {
		defer close(sent)
		defer func() {
			if recover() != nil { // of a body that a middleware has made: net/http would do so at home
				_ = x.s.Close()
			}
		}()
		out := writers.Get().(*bufio.Writer)
		out.Reset(x.s)
		if outgoing(x.r).Write(out) == nil {
			_ = out.Flush() // a lost stream is noticed by who reads the answer
		}
		out.Reset(nil)
		writers.Put(out)
	}
	if x.r.ContentLength == 0 {
		write()
	} else {
		// Owned by run, which waits for it; blocks in reading the body and in the stream.
		go write()
	}
	return sent
}

// await waits until the body is not read any more: it belongs to the http.Server again
// when the handler returns.
func (x *exchange) await(sent <-chan struct{}) {
	select {
	case <-sent:
		return
	default:
	}
	// The stream is closed: what is being sent has ended, and only who still reads is left. A deadline at the body's end
	// would make net/http give up the connection.
	_ = http.NewResponseController(x.w).SetReadDeadline(time.Now())
	<-sent
}

// outgoing returns the request as it came, for the next hop.
func outgoing(r *http.Request) *http.Request {
	out := &http.Request{
		Method: r.Method, URL: r.URL, Host: r.Host, Header: maps.Clone(r.Header),
		Body: r.Body, ContentLength: r.ContentLength,
	}
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		out.URL = u // before a mount has taken something from it
	}
	if out.ContentLength == 0 {
		out.Body = nil
	}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	out.Header.Del("Expect") // the body comes at once
	if len(out.Header["User-Agent"]) == 0 {
		out.Header["User-Agent"] = []string{""} // or net/http adds its own
	}
	return out
}

// The headers of an answer that are for one hop alone.
var hopByHop = []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade"}

// answer writes the answer as it comes.
func (x *exchange) answer(answer *http.Response) {
	for _, name := range hopByHop {
		answer.Header.Del(name)
	}
	merge(x.w.Header(), answer.Header)
	out := downlink.New(x.w)
	x.w.WriteHeader(answer.StatusCode)
	b := buffers.Get().(*[answerSize]byte)
	defer buffers.Put(b)
	if _, err := io.CopyBuffer(flushing{out, answer.ContentLength < 0}, answer.Body, b[:]); err != nil {
		x.cut()
		return
	}
	out.Close()
}

// cut ends an answer so that the client does not take what it has for the whole.
func (x *exchange) cut() {
	if http.NewResponseController(x.w).SetWriteDeadline(time.Now()) != nil {
		panic(http.ErrAbortHandler) // net/http knows what is meant
	}
}

// merge sets what the other node has said; what may be there several times is added.
func merge(to, from http.Header) {
	for name, values := range from {
		if name != "Vary" && name != "Set-Cookie" {
			to[name] = values
			continue
		}
		for _, v := range values {
			if !slices.Contains(to[name], v) {
				to[name] = append(to[name], v)
			}
		}
	}
}

const answerSize = 4 << 10 // bytes of an answer that are read at a time

var buffers = sync.Pool{New: func() any { return new([answerSize]byte) }}

// flushing writes to a client, and sends what is part of a stream at once.
type flushing struct {
	out    downlink.Writer
	stream bool
}

func (w flushing) Write(b []byte) (int, error) {
	err := w.out.Write(b)
	if err == nil && w.stream {
		err = w.out.Flush()
	}
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// upgrade has the client's connection become a WebSocket of the other node.
func (x *exchange) upgrade(answer *http.Response, in *bufio.Reader) error {
	client, early, err := downlink.Hijack(x.w)
	if err != nil {
		return ErrNoUpgrade
	}
	_ = client.SetDeadline(time.Time{})
	header := x.w.Header().Clone()
	merge(header, answer.Header)
	if !x.f.relays.add(client) {
		_ = client.Close()
		_ = x.s.Close()
		in.Reset(nil)
		readers.Put(in)
		return nil
	}
	// Both are owned by the forwarder, which waits for them in Close; each ends when either
	// connection does, and blocks in reading one and writing the other.
	go func() {
		defer x.f.relays.done(client)
		up(x.s, client, early.Reader)
	}()
	go func() {
		defer x.f.relays.done(client)
		down(client, x.s, in, header)
	}()
	return nil
}

// relays are the WebSockets of other nodes that go through this one.
type relays struct {
	mu     sync.Mutex // guards what follows
	open   map[net.Conn]int
	closed bool
	empty  chan struct{} // closed when it is closed and nothing is open
}

// add notes a relay, which is done twice; false if there shall be no more.
func (r *relays) add(client net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.open[client] = 2
	return true
}

func (r *relays) done(client net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[client]--; r.open[client] == 0 {
		delete(r.open, client)
	}
	if r.closed && len(r.open) == 0 {
		close(r.empty)
	}
}

// close ends all relays and waits for them.
func (r *relays) close() {
	r.mu.Lock()
	r.closed = true
	for client := range r.open {
		_ = client.Close()
	}
	if len(r.open) == 0 {
		close(r.empty)
	}
	r.mu.Unlock()
	<-r.empty
}

const (
	relaySize = 2 << 10 // bytes of a buffer that an idle relay holds
	relayWait = 10 * time.Second
)

// up relays what the client sends.
func up(s *stream, client net.Conn, early *bufio.Reader) {
	defer client.Close()
	defer s.Close()
	if n := early.Buffered(); n > 0 {
		b, _ := early.Peek(n)
		if _, err := s.Write(b); err != nil {
			return
		}
	}
	b := make([]byte, relaySize)
	for {
		n, err := client.Read(b)
		if n > 0 {
			if _, werr := s.Write(b[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// down relays what the other node sends, with the answer to the handshake first.
func down(client net.Conn, s *stream, in *bufio.Reader, header http.Header) {
	defer s.Close()
	defer client.Close()
	out := bufio.NewWriterSize(client, 1<<10)
	_ = client.SetWriteDeadline(time.Now().Add(relayWait))
	_, _ = out.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	_ = header.Write(out)
	_, _ = out.WriteString("\r\n")
	if b, _ := in.Peek(in.Buffered()); len(b) > 0 {
		_, _ = out.Write(b)
	}
	in.Reset(nil)
	readers.Put(in)
	if out.Flush() != nil { // it keeps the first error
		return
	}
	_, _ = s.WriteTo(deadlined{client})
}

// deadlined writes to a client that must take something every 10 s.
type deadlined struct{ net.Conn }

func (c deadlined) Write(b []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(relayWait))
	return c.Conn.Write(b)
}
