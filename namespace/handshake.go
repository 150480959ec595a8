// handshake.go: what a client connected with.

package namespace

import (
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// Handshake is the request that opened the session, and what the client sent along
// when it connected to the namespace. It never changes.
type Handshake struct {
	request *engine.Request
	auth    sio.Body
	size    int // bytes of auth
}

// Auth stores the payload that the client sent along in dst; without one, dst is
// left as it is.
func (h *Handshake) Auth(dst any) error {
	if h.auth == nil {
		return nil
	}
	return h.auth.Bind(0, dst)
}

// Header returns the request's header. Each call makes a new map.
func (h *Handshake) Header() http.Header { return h.request.Header() }

// Query returns the parsed query. Each call makes a new map.
func (h *Handshake) Query() url.Values { return h.request.Query() }

// URL returns path and query as they were sent.
func (h *Handshake) URL() string { return h.request.URI }

// Host returns the Host header.
func (h *Handshake) Host() string { return h.request.Host }

// Address returns the IP address of the TCP connection, which may be a proxy's.
func (h *Handshake) Address() string {
	host, _, err := net.SplitHostPort(h.request.RemoteAddr)
	if err != nil {
		return h.request.RemoteAddr
	}
	return host
}

// Secure reports whether TLS ended at this server.
func (h *Handshake) Secure() bool { return h.request.Secure }

// XDomain reports whether a page sent the request: it has an Origin header.
func (h *Handshake) XDomain() bool { return h.request.Header().Get("Origin") != "" }

// Time returns when the session was opened.
func (h *Handshake) Time() time.Time { return h.request.Time }
