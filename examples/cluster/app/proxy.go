// proxy.go: a load balancer that knows no sessions. Each request goes to the next node.

package app

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxWires = 1000
	maxWire  = 32              // bytes of a name
	linger   = 1 * time.Second // for which a page between two requests counts as connected
)

// A proxy spreads requests over the nodes that are up.
type proxy struct {
	fleet *fleet
	turn  atomic.Uint64
	wires wires
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, web := p.fleet.next(p.turn.Add(1))
	if n == nil {
		http.Error(w, "no node is up", http.StatusServiceUnavailable)
		return
	}
	n.requests.Add(1)
	q := r.URL.Query()
	defer p.fleet.change()
	defer p.wires.enter(q.Get("wire"), hop{n.name, q.Get("transport"), r.Method == http.MethodPost})()
	p.fleet.change()
	web.ServeHTTP(w, r)
}

// way returns the way to the HTTP server of a node.
func way(address string) http.Handler {
	target := &url.URL{Scheme: "http", Host: address}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // pages of other origins are refused by it
			r.SetXForwarded()
		},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // a node that is killed is what this is for
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway) // the page asks again, and that goes to another node
		},
	}
}

// wires knows where the requests of each page have gone: a page connects with ?wire=NAME.
type wires struct {
	mu   sync.Mutex // guards what follows
	wire map[string]*wire
}

type wire struct {
	open []*hop // requests under way, oldest first
	last hop
	at   time.Time // when the last one ended
}

// A hop is a request that has gone to a node.
type hop struct {
	node string
	over string
	up   bool // a POST: answers come another way
}

// enter notes a request, and returns what ends it.
func (w *wires) enter(name string, h hop) (exit func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.wire[name]
	if found == nil {
		if found = w.makeLocked(name); found == nil {
			return func() {}
		}
	}
	if h.up {
		return func() {}
	}
	found.open, found.last = append(found.open, &h), h
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		found.open = slices.DeleteFunc(found.open, func(o *hop) bool { return o == &h })
		found.at = time.Now()
	}
}

// makeLocked returns nil for what is no page, and if too many are there.
func (w *wires) makeLocked(name string) *wire {
	if name == "" || len(name) > maxWire {
		return nil
	}
	if len(w.wire) >= maxWires {
		for name, old := range w.wire {
			if len(old.open) == 0 && time.Since(old.at) > linger {
				delete(w.wire, name)
			}
		}
	}
	if len(w.wire) >= maxWires {
		return nil
	}
	if w.wire == nil {
		w.wire = map[string]*wire{}
	}
	w.wire[name] = new(wire)
	return w.wire[name]
}

// of returns where a page is connected.
func (w *wires) of(name string) (hop, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.wire[name]
	switch {
	case found == nil:
		return hop{}, false
	case len(found.open) > 0:
		return *found.open[len(found.open)-1], true
	}
	return found.last, time.Since(found.at) < linger
}
