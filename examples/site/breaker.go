// breaker.go: breaking one visitor's connections on request.

package site

import (
	"context"
	"net"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"
)

const (
	maxVisitors = 1000
	maxConns    = 8  // of one visitor
	maxName     = 32 // bytes of a visitor's name
	outage      = 5 * time.Second
	keepVisitor = 10 * time.Minute
)

// A Breaker stands before a server and plays a bad network for those who ask for it: a
// page connects with ?wire=NAME, a random name of its own, and a POST to break?wire=NAME
// does what its parameter do says:
//
//	cut      the connections of now are cut off
//	outage   the same, and for 5 s nothing gets through
//	block    the same, and from then on no transport of that name gets through
//	slow     what is sent to the page trickles
//	fast     it does not any more
//	mend     everything gets through again
//
// Nobody else's connections are touched.
type Breaker struct {
	next http.Handler

	mu       sync.Mutex // guards the following, and all visitors
	visitors map[string]*visitor
}

// A visitor is a page with a network of its own.
type visitor struct {
	conns   []*line         // that serve a request now or became a WebSocket, oldest first
	away    time.Time       // nothing gets through until then
	blocked map[string]bool // by transport
	slow    bool
	seen    time.Time
}

// Breakable puts a Breaker before a server.
func Breakable(server http.Handler) *Breaker {
	return &Breaker{next: server, visitors: map[string]*visitor{}}
}

func (b *Breaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	name, transport := q.Get("wire"), q.Get("transport")
	conn, _ := r.Context().Value(lineKey{}).(*line)
	switch {
	case name == "" || len(name) > maxName || conn == nil:
		b.next.ServeHTTP(w, r)
	case r.Method == http.MethodPost && path.Base(r.URL.Path) == "break":
		b.act(w, name, q.Get("do"), transport)
	case !b.enter(name, transport, conn):
		cut(conn)
	default:
		if transport != "websocket" && (transport != "sse" || r.Method != http.MethodGet) { // those are there to stay
			defer b.exit(name, conn)
		}
		b.next.ServeHTTP(w, r)
	}
}

// act does what a page asks for. That request itself is answered.
func (b *Breaker) act(w http.ResponseWriter, name, do, transport string) {
	doomed, ok := b.change(name, do, transport)
	if !ok {
		http.Error(w, "do is cut, outage, block, slow, fast or mend", http.StatusBadRequest)
		return
	}
	for _, conn := range doomed {
		cut(conn)
	}
	w.WriteHeader(http.StatusNoContent)
}

// change notes what becomes of a visitor's network, and returns the connections that are
// to be cut off.
func (b *Breaker) change(name, do, transport string) (doomed []*line, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.visitorLocked(name)
	switch do {
	case "cut":
	case "outage":
		v.away = time.Now().Add(outage)
	case "block":
		if len(transport) <= maxName && len(v.blocked) < maxConns {
			v.blocked[transport] = true
		}
	case "slow", "fast":
		v.slow = do == "slow"
		for _, conn := range v.conns {
			conn.slow.Store(v.slow)
		}
		return nil, true
	case "mend":
		v.away, v.blocked = time.Time{}, map[string]bool{}
		return nil, true
	default:
		return nil, false
	}
	doomed, v.conns = v.conns, nil
	return doomed, true
}

// enter notes a connection, and tells whether it gets through.
func (b *Breaker) enter(name, transport string, conn *line) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.visitorLocked(name)
	if time.Now().Before(v.away) || v.blocked[transport] {
		return false
	}
	if len(v.conns) == maxConns { // the first is one that has been closed since
		v.conns = slices.Delete(v.conns, 0, 1)
	}
	v.conns = append(v.conns, conn)
	conn.slow.Store(v.slow)
	return true
}

// exit forgets the connection of a request that was answered: the browser may use it for
// somebody else. The line stays as slow as it is, since the answer may still be on its way.
func (b *Breaker) exit(name string, conn *line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.visitorLocked(name)
	v.conns = slices.DeleteFunc(v.conns, func(c *line) bool { return c == conn })
}

func (b *Breaker) visitorLocked(name string) *visitor {
	now := time.Now()
	v := b.visitors[name]
	if v == nil {
		b.makeRoomLocked(now)
		v = &visitor{blocked: map[string]bool{}}
		b.visitors[name] = v
	}
	v.seen = now
	return v
}

// makeRoomLocked drops visitors who are gone, or all if too many are there.
func (b *Breaker) makeRoomLocked(now time.Time) {
	if len(b.visitors) < maxVisitors {
		return
	}
	for name, v := range b.visitors {
		if now.Sub(v.seen) > keepVisitor {
			delete(b.visitors, name)
		}
	}
	if len(b.visitors) == maxVisitors {
		clear(b.visitors)
	}
}

// cut ends a connection the hard way: what was on its way is lost.
func cut(conn *line) {
	if tcp, ok := conn.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it is closed in any case
	}
	_ = conn.Close()
}

type lineKey struct{}

// withLine lets a Breaker find the connection of a request.
func withLine(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, lineKey{}, conn)
}
