// gate_test.go: a gate before a server, which has the network let one transport through and no other.

package engines

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// A gate passes requests on, and knows the connections that carry them.
type gate struct {
	next http.Handler

	mu   sync.Mutex // guards what follows
	only string     // the transport that may pass; empty is each
	open map[net.Conn]string
}

func newGate(next http.Handler) *gate { return &gate{next: next, open: map[net.Conn]string{}} }

type connKey struct{}

// withConn has the gates know the connections of a server: it is its ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	transport := r.URL.Query().Get("transport")
	if transport == "" { // the client's own file
		g.next.ServeHTTP(w, r)
		return
	}
	conn := r.Context().Value(connKey{}).(net.Conn)
	if !g.enter(conn, transport) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	g.next.ServeHTTP(w, r)
	if transport != "websocket" { // whose connection goes on
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.open, conn)
	}
}

func (g *gate) enter(conn net.Conn, transport string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.only != "" && g.only != transport {
		return false
	}
	g.open[conn] = transport
	return true
}

// turn lets one transport through from now on, and cuts the connections of the others; empty lets all through.
func (g *gate) turn(only string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.only = only
	for conn, transport := range g.open {
		if only != "" && transport != only {
			_ = conn.(*net.TCPConn).SetLinger(0) // the client sees a reset
			_ = conn.Close()
			delete(g.open, conn)
		}
	}
}
