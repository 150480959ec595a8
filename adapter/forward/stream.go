// stream.go: a connection made of messages.

package forward

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	window    = 128 << 10 // bytes that may be under way to a reader that does not read
	chunkSize = 32 << 10  // bytes of a message

	smallChunk = 2 << 10 // bytes that wait in one piece, if they come in smaller ones
)

var (
	errGap   = errors.New("forward: a message of the bus was lost")
	errFrame = errors.New("forward: a message that no node sends")
)

// stream is one connection between two nodes, on one of them. It implements net.Conn.
//
// Each frame has its number, so that a bus that loses one breaks the stream and never
// what it carries. A reader grants credit for what it has read: a stream holds window
// bytes at most.
type stream struct {
	f    *Forwarder
	key  key
	meta meta

	// sends orders the frames: it is held while one is published, which does not wait.
	sends  sync.Mutex
	sent   uint32 // number of the last frame; guarded by sends
	marked uint32 // what sent was when the peer was told last; guarded by sends
	quiet  int    // beats since then; guarded by sends

	mu       sync.Mutex  // guards what follows
	changed  sync.Cond   // of what follows
	chunks   [][]byte    // not read yet
	waiting  int         // bytes in chunks
	owed     int         // bytes that were read since credit was given
	got      uint32      // number of the last frame of the peer
	credit   int         // bytes that the peer will still take
	finished bool        // the peer has closed
	closed   bool        // this side has
	err      error       // why the stream is broken
	late     *time.Timer // until the peer has taken a stream that this node has dialed
	reading  deadline
	writing  deadline
}

// key names a stream: whom it goes to, and the number that its dialer gave it.
type key struct {
	peer   nodeID
	id     uint64
	dialed bool // by this node
}

func newStream(f *Forwarder, k key, m meta) *stream {
	s := &stream{f: f, key: k, meta: m, credit: window}
	s.changed.L = &s.mu
	return s
}

// send publishes a frame of the stream. The first bytes of who dials open it.
func (s *stream) send(kind byte, p []byte) error {
	s.sends.Lock()
	defer s.sends.Unlock()
	if s.key.dialed {
		switch {
		case s.sent > 0:
		case kind == data:
			kind, p = open, append(s.meta.append(make([]byte, 0, 64+len(p))), p...)
		default:
			return nil // the peer has not heard of the stream
		}
		kind |= ofDialer
	}
	s.sent++
	return s.f.tell(s.key.peer, &frame{kind: kind, id: s.key.id, seq: s.sent, data: p})
}

// quietBeats is after how many heartbeats a stream of which nothing was heard is marked.
const quietBeats = 10

// mark is called with each heartbeat. It tells the peer how much was sent, if that is new
// or was not told for long: else nobody would notice that the last frame was lost.
func (s *stream) mark() {
	s.sends.Lock()
	defer s.sends.Unlock()
	if s.quiet++; s.sent == 0 || s.sent == s.marked && s.quiet < quietBeats {
		return
	}
	kind := mark
	if s.key.dialed {
		kind |= ofDialer
	}
	if s.f.tell(s.key.peer, &frame{kind: kind, id: s.key.id, seq: s.sent}) == nil { // else the next beat tells it
		s.marked, s.quiet = s.sent, 0
	}
}

// Read implements net.Conn. What came before the peer closed, or was lost, is read first.
func (s *stream) Read(p []byte) (n int, err error) {
	s.mu.Lock()
	if err = s.awaitLocked(); err != nil || len(p) == 0 {
		s.mu.Unlock()
		return 0, err
	}
	n = copy(p, s.chunks[0])
	if s.chunks[0] = s.chunks[0][n:]; len(s.chunks[0]) == 0 {
		s.chunks[0] = nil
		s.chunks = s.chunks[1:]
	}
	grant := s.tookLocked(n)
	s.mu.Unlock()
	s.grant(grant)
	return n, nil
}

// WriteTo implements io.WriterTo, without memory of its own while it waits.
func (s *stream) WriteTo(w io.Writer) (n int64, err error) {
	for {
		s.mu.Lock()
		if err = s.awaitLocked(); err != nil {
			s.mu.Unlock()
			if err == io.EOF {
				err = nil
			}
			return n, err
		}
		chunk := s.chunks[0]
		s.chunks[0] = nil
		s.chunks = s.chunks[1:]
		grant := s.tookLocked(len(chunk))
		s.mu.Unlock()
		s.grant(grant)
		if _, err = w.Write(chunk); err != nil {
			return n, err
		}
		n += int64(len(chunk))
	}
}

// tookLocked counts what was read, and returns the credit to be given for it.
func (s *stream) tookLocked(n int) (grant int) {
	s.waiting -= n
	s.owed += n
	if s.owed >= window/2 && !s.finished && s.err == nil {
		grant, s.owed = s.owed, 0
	}
	return grant
}

// grant lets the peer send n bytes more.
func (s *stream) grant(n int) {
	if n > 0 && s.send(credit, binary.BigEndian.AppendUint32(nil, uint32(n))) != nil {
		s.fail(ErrSilent)
	}
}

// awaitLocked waits until there is something to read, or an error.
func (s *stream) awaitLocked() error {
	for {
		if err := s.readErrLocked(); err != nil || len(s.chunks) > 0 {
			return err
		}
		s.changed.Wait()
	}
}

// readErrLocked returns why nothing can be read now or ever.
func (s *stream) readErrLocked() error {
	switch {
	case s.closed:
		return net.ErrClosed
	case s.reading.passed():
		return os.ErrDeadlineExceeded
	case len(s.chunks) > 0:
		return nil
	case s.finished:
		return io.EOF
	case s.err != nil:
		return s.err
	}
	return nil
}

// Write implements net.Conn. It waits while the peer has no room.
func (s *stream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		size, err := s.room(min(len(p)-n, chunkSize))
		if err != nil {
			return n, err
		}
		if err = s.send(data, p[n:n+size]); err != nil {
			s.fail(err)
			return n, err
		}
		n += size
	}
	return n, nil
}

// room waits until the peer takes something, and returns how much, up to want.
func (s *stream) room(want int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			return 0, net.ErrClosed
		case s.writing.passed():
			return 0, os.ErrDeadlineExceeded
		case s.err != nil:
			return 0, s.err
		case s.finished:
			return 0, io.ErrClosedPipe
		case s.credit > 0:
			n := min(want, s.credit)
			s.credit -= n
			return n, nil
		}
		s.changed.Wait()
	}
}

// Close implements net.Conn. What was written before still arrives.
func (s *stream) Close() error {
	s.mu.Lock()
	again, broken := s.closed, s.err != nil
	s.closed = true
	s.chunks, s.waiting = nil, 0
	s.reading.stop()
	s.writing.stop()
	s.takenLocked()
	s.changed.Broadcast()
	s.mu.Unlock()
	if again {
		return net.ErrClosed
	}
	s.f.streams.remove(s)
	if broken {
		return nil
	}
	return s.send(fin, nil)
}

// fail breaks the stream: what has come is still read.
func (s *stream) fail(err error) {
	s.mu.Lock()
	if s.err == nil {
		s.err = err
	}
	s.takenLocked()
	s.changed.Broadcast()
	s.mu.Unlock()
	s.f.streams.remove(s)
}

// expect has the stream fail unless the peer takes it in time.
func (s *stream) expect(limit time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = time.AfterFunc(limit, func() { s.fail(ErrSilent) })
}

func (s *stream) takenLocked() {
	if s.late != nil {
		s.late.Stop()
		s.late = nil
	}
}

// take handles a frame of the peer; an error breaks the stream.
func (s *stream) take(m frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.kind&^ofDialer != mark {
		s.got++
	}
	if m.seq != s.got {
		return errGap
	}
	defer s.changed.Broadcast()
	switch m.kind &^ ofDialer {
	case accept:
		s.takenLocked()
	case open, data:
		return s.takeDataLocked(m.data)
	case credit:
		if len(m.data) != 4 {
			return errFrame
		}
		n := binary.BigEndian.Uint32(m.data)
		if n > window || s.credit+int(n) > window {
			return errFrame
		}
		s.credit += int(n)
	case fin:
		s.finished = true
		s.takenLocked()
	}
	return nil
}

func (s *stream) takeDataLocked(b []byte) error {
	if s.waiting += len(b); s.waiting > window {
		return errFrame
	}
	switch last := len(s.chunks) - 1; {
	case len(b) == 0 || s.closed:
	case last >= 0 && len(s.chunks[last])+len(b) <= smallChunk: // small ones are kept together
		s.chunks[last] = append(s.chunks[last], b...)
	default:
		s.chunks = append(s.chunks, append([]byte(nil), b...))
	}
	return nil
}

// LocalAddr implements net.Conn.
func (s *stream) LocalAddr() net.Addr { return addr("") }

// RemoteAddr implements net.Conn: on the node that was forwarded to, the client's.
func (s *stream) RemoteAddr() net.Addr { return addr(s.meta.addr) }

// addr is the address of the connection that a request came over.
type addr string

func (a addr) Network() string { return "forward" }
func (a addr) String() string  { return string(a) }

// SetDeadline implements net.Conn.
func (s *stream) SetDeadline(t time.Time) error {
	return s.set(t, &s.reading, &s.writing)
}

// SetReadDeadline implements net.Conn.
func (s *stream) SetReadDeadline(t time.Time) error { return s.set(t, &s.reading) }

// SetWriteDeadline implements net.Conn.
func (s *stream) SetWriteDeadline(t time.Time) error { return s.set(t, &s.writing) }

func (s *stream) set(t time.Time, all ...*deadline) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	for _, d := range all {
		d.set(t, s.wake)
	}
	s.changed.Broadcast()
	return nil
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// deadline is when reading or writing ends.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) set(t time.Time, wake func()) {
	d.stop()
	if d.at = t; !t.IsZero() {
		d.timer = time.AfterFunc(time.Until(t), wake)
	}
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }
