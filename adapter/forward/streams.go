// streams.go: the streams of a node, and the server of those that others have dialed.

package forward

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// streams are those under way, both those that this node has dialed and those of others.
type streams struct {
	mu     sync.Mutex // guards what follows
	all    map[key]*stream
	dialed int // how many of them this node has dialed
	closed bool
}

// add adds a stream, or says why not: nil if it is there already.
func (t *streams) add(s *stream, most int) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := len(t.all) - t.dialed
	if s.key.dialed {
		count = t.dialed
	}
	switch {
	case t.closed:
		return false, net.ErrClosed
	case t.all[s.key] != nil:
		return false, nil
	case count >= most:
		return false, ErrBusy
	}
	t.all[s.key] = s
	if s.key.dialed {
		t.dialed++
	}
	return true, nil
}

func (t *streams) remove(s *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all[s.key] != s {
		return
	}
	delete(t.all, s.key)
	if s.key.dialed {
		t.dialed--
	}
}

// list returns the streams that which selects.
func (t *streams) list(which func(key) bool) (list []*stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, s := range t.all {
		if which(k) {
			list = append(list, s)
		}
	}
	return list
}

// drop breaks all streams with a node that is gone.
func (t *streams) drop(id nodeID) {
	for _, s := range t.list(func(k key) bool { return k.peer == id }) {
		s.fail(ErrSilent)
	}
}

// close closes all streams; there will be no more.
func (t *streams) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	for _, s := range t.list(func(key) bool { return true }) {
		_ = s.Close()
	}
}

// receive hands a frame to its stream. Who has one that there is not is told so.
func (t *streams) receive(f *Forwarder, m frame) {
	k := key{m.from, m.id, m.kind&ofDialer == 0}
	t.mu.Lock()
	s := t.all[k]
	t.mu.Unlock()
	switch kind := m.kind &^ ofDialer; {
	case s == nil && (kind == data || kind == mark):
		f.reset(k)
	case s == nil:
	case kind == reset:
		s.fail(ErrSilent)
	default:
		if err := s.take(m); err != nil {
			s.fail(err)
			f.reset(k)
		}
	}
}

// reset tells a peer that its stream is none.
func (f *Forwarder) reset(k key) {
	kind := reset
	if k.dialed {
		kind |= ofDialer
	}
	_ = f.tell(k.peer, &frame{kind: kind, id: k.id}) // or it notices by its own deadlines
}

// dial begins a stream to a node. It opens with the first bytes that are written, and
// must be accepted in time.
func (f *Forwarder) dial(to nodeID, m meta) (*stream, error) {
	s := newStream(f, key{to, f.next.Add(1), true}, m)
	if _, err := f.streams.add(s, f.config.MaxStreams); err != nil {
		return nil, err
	}
	s.expect(f.config.Timeout)
	return s, nil
}

// accept takes a stream that another node has dialed.
func (f *Forwarder) accept(m frame) {
	k := key{m.from, m.id, false}
	about, first, ok := parseMeta(m.data)
	if !ok || m.kind&ofDialer == 0 || len(about.addr)+len(about.principal) > maxMeta {
		f.reset(k)
		return
	}
	s := newStream(f, k, about)
	m.data = first
	if added, err := f.streams.add(s, f.config.MaxStreams); err != nil {
		f.reset(k)
		return
	} else if !added {
		return
	}
	if s.take(m) != nil || s.send(accept, nil) != nil || !f.home.offer(s) {
		s.fail(ErrSilent)
		f.reset(k)
	}
}

// listener hands the streams of others to the http.Server.
type listener struct {
	streams chan net.Conn
	done    chan struct{}
	once    sync.Once
}

func newListener(size int) *listener {
	return &listener{streams: make(chan net.Conn, min(size, 1024)), done: make(chan struct{})}
}

// offer has a stream accepted; false if too many wait for that.
func (l *listener) offer(s *stream) bool {
	select {
	case l.streams <- s:
		return true
	default:
		return false
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.streams:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *listener) Addr() net.Addr { return addr("") }

// headerWait is how long a request's header may take: it comes in one piece.
const headerWait = 10 * time.Second

// newServer returns the server of what others forward to this node: one request a stream.
func newServer(serve func(http.ResponseWriter, *http.Request, string), log *slog.Logger) *http.Server {
	server := &http.Server{
		ReadHeaderTimeout: headerWait,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, dialer{}, &c.(*stream).meta)
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			about := r.Context().Value(dialer{}).(*meta)
			if about.secure {
				r.TLS = &tls.ConnectionState{HandshakeComplete: true} // it ended at the other node
			}
			serve(w, r, about.principal)
		}),
	}
	server.SetKeepAlivesEnabled(false)
	return server
}

// dialer is the key of the meta of a request's stream, in its context.
type dialer struct{}
