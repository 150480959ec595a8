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
	conns   []net.Conn      // that serve a request now or became a WebSocket, oldest first
	away    time.Time       // nothing gets through until then
	blocked map[string]bool // by transport
	seen    time.Time
}

// Breakable puts a Breaker before a server.
func Breakable(server http.Handler) *Breaker {
	return &Breaker{next: server, visitors: map[string]*visitor{}}
}

func (b *Breaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	name, transport := q.Get("wire"), q.Get("transport")
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	switch {
	case name == "" || len(name) > maxName || conn == nil:
		b.next.ServeHTTP(w, r)
	case r.Method == http.MethodPost && path.Base(r.URL.Path) == "break":
		b.act(w, name, q.Get("do"), transport)
	case !b.enter(name, transport, conn):
		cut(conn)
	default:
		defer b.exit(name, transport, conn)
		b.next.ServeHTTP(w, r)
	}
}

// act does what a page asks for. That request itself is answered.
func (b *Breaker) act(w http.ResponseWriter, name, do, transport string) {
	b.mu.Lock()
	v := b.visitorLocked(name)
	switch do {
	case "cut":
	case "outage":
		v.away = time.Now().Add(outage)
	case "block":
		if len(transport) <= maxName && len(v.blocked) < maxConns {
			v.blocked[transport] = true
		}
	case "mend":
		v.away, v.blocked = time.Time{}, map[string]bool{}
	default:
		b.mu.Unlock()
		http.Error(w, "do is cut, outage, block or mend", http.StatusBadRequest)
		return
	}
	var doomed []net.Conn
	if do != "mend" {
		doomed, v.conns = v.conns, nil
	}
	b.mu.Unlock()
	for _, conn := range doomed {
		cut(conn)
	}
	w.WriteHeader(http.StatusNoContent)
}

// enter notes a connection, and tells whether it gets through.
func (b *Breaker) enter(name, transport string, conn net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.visitorLocked(name)
	if time.Now().Before(v.away) || v.blocked[transport] {
		return false
	}
	if len(v.conns) == maxConns { // the first is a WebSocket that has been closed since
		v.conns = slices.Delete(v.conns, 0, 1)
	}
	v.conns = append(v.conns, conn)
	return true
}

// exit forgets the connection of a request that was answered: the browser may use it for
// somebody else. A WebSocket is there to stay.
func (b *Breaker) exit(name, transport string, conn net.Conn) {
	if transport == "websocket" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.visitorLocked(name)
	v.conns = slices.DeleteFunc(v.conns, func(c net.Conn) bool { return c == conn })
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
func cut(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it is closed in any case
	}
	_ = conn.Close()
}

type connKey struct{}

// withConn lets a Breaker find the connection of a request.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}
