// server.go: the server: transports, engine and namespaces wired together.

package everwire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/everwire/everwire/adapter/forward"
	clientjs "github.com/everwire/everwire/client-js"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/sse"
	"github.com/everwire/everwire/transport/websocket"
)

// Server is an http.Handler, to be mounted at a path such as "/socket.io/". It is
// also its main namespace "/": what that can do, it can.
//
// It does not look at the path. A client may be told not to put a slash behind it:
// then have the server handle "/socket.io" too, since http.ServeMux would redirect it,
// and WebSockets do not follow.
type Server struct {
	*Namespace
	engine     *engine.Server
	namespaces *namespace.Registry
	files      http.Handler // of the bundled client; nil if they are not served
}

var _ http.Handler = (*Server)(nil)

// New returns a server, or an error that says what is wrong with c.
func New(c Config) (*Server, error) {
	transports, err := transportsOf(c)
	if err != nil {
		return nil, err
	}
	if c.OnceWindow < 0 {
		return nil, fmt.Errorf("everwire: Config.OnceWindow is negative: %v", c.OnceWindow)
	}
	keep, err := c.Recovery.Keep()
	if err != nil {
		return nil, err
	}
	registry, err := namespace.NewRegistry(namespace.Config{
		Codec:       c.Codec,
		CallTimeout: c.CallTimeout,
		Adapter:     c.Adapter,
		KeepEmpty:   c.KeepEmptyNamespaces,
		Recovery:    c.Recovery,
		Once:        namespace.Once{Key: c.OnceKey, Window: c.OnceWindow},
		Observer:    c.Observer,
		Logger:      c.Logger,
	})
	if err != nil {
		return nil, err
	}
	eng, err := engine.New(engine.Config{
		PingInterval:   c.PingInterval,
		PingTimeout:    c.PingTimeout,
		ConnectTimeout: c.ConnectTimeout,
		UpgradeTimeout: c.UpgradeTimeout,
		MaxPayload:     c.MaxPayload,
		NoUpgrade:      c.NoUpgrade,
		Resume:         c.Resume,
		Keep:           keep,
		Observer:       c.Observer,
		MaxUnjoined:    c.MaxUnjoined,
		Origins:        c.Origins,
		ClientIP:       c.ClientIP,
		TrustedProxies: c.TrustedProxies,
		Principal:      c.Principal,
		CheckRequest:   c.CheckRequest,
		ResponseHeader: c.ResponseHeader,
		Cookie:         c.Cookie,
		CORS:           c.CORS,
		NewID:          c.NewID,
		Forwarder:      c.forwarder(),
		InitialMessage: c.InitialMessage,
		Context:        c.Context,
		Logger:         c.Logger,
	}, registry, transports...)
	if err != nil {
		return nil, errors.Join(err, registry.Close())
	}
	s := &Server{Namespace: registry.Main(), engine: eng, namespaces: registry}
	if !c.NoClientFiles {
		s.files = clientjs.Handler()
	}
	return s, nil
}

// forwarder returns the adapter's, if there is one and it is wanted.
func (c *Config) forwarder() engine.Forwarder {
	a, ok := c.Adapter.(interface{ Forwarder() *forward.Forwarder })
	if c.NoForwarding || !ok {
		return nil
	}
	return a.Forwarder()
}

// defaultMaxPayload is the official server's.
const defaultMaxPayload = 1_000_000

func transportsOf(c Config) ([]engine.Transport, error) {
	limit := c.MaxPayload
	if limit == 0 {
		limit = defaultMaxPayload
	}
	if c.Compression.Threshold < 0 {
		return nil, fmt.Errorf("everwire: Config.Compression.Threshold is negative: %d", c.Compression.Threshold)
	}
	all := []engine.Transport{pollingOf(c.Compression, limit), sse.New(limit), websocketOf(c, limit)}
	if c.Transports == nil {
		return all, nil
	}
	var chosen []engine.Transport
	for _, name := range c.Transports {
		i := slices.IndexFunc(all, func(t engine.Transport) bool { return t.Name() == name })
		if i < 0 {
			return nil, fmt.Errorf(`everwire: Config.Transports: %q is not "polling", "sse" or "websocket"`, name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func pollingOf(c Compression, limit int64) engine.Transport {
	if c.Polling {
		return polling.NewCompressing(limit, c.threshold())
	}
	return polling.New(limit)
}

func websocketOf(c Config, limit int64) engine.Transport {
	t := websocket.New(limit)
	if c.Compression.WebSocket {
		t = websocket.NewCompressing(limit, c.Compression.threshold())
	}
	if c.Poller {
		t.WithPoller()
	}
	return t
}

// Of returns the namespace of that name, which is made if there is none yet. It
// panics if name does not start with "/".
func (s *Server) Of(name string) *Namespace { return s.namespaces.Of(name) }

// OfPattern returns a namespace that is the parent of all those whose name matches the
// pattern (anchor it with ^ and $); they are made when the first client connects to them. See
// [Server.OfFunc].
func (s *Server) OfPattern(pattern *regexp.Regexp) *Namespace { return s.namespaces.OfPattern(pattern) }

// OfFunc returns a namespace that is the parent of all those that match accepts when a
// client connects to them. If several parents match, the one that was registered first
// decides. match must not block; who a client is, is for Auth to find out.
//
// A child has what is registered on the parent when it is made. What is sent to the
// parent, or to a room of it, goes to all children of this node and their twins on
// others. A child that nobody is in any more is removed, unless
// Config.KeepEmptyNamespaces is set.
func (s *Server) OfFunc(match func(name string, h *Handshake) bool) *Namespace {
	return s.namespaces.OfFunc(match)
}

// OnNamespace has f called for each namespace that is made from now on, before anybody
// is in it.
func (s *Server) OnNamespace(f func(*Namespace)) { s.namespaces.OnNamespace(f) }

// Sessions returns the number of open sessions on this node.
func (s *Server) Sessions() int { return s.engine.Sessions() }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.files != nil && clientjs.Serves(r) {
		s.engine.AllowCross(w.Header(), r)
		s.files.ServeHTTP(w, r)
		return
	}
	s.engine.ServeHTTP(w, r)
}

// Shutdown refuses new sessions, ends the open ones after what they were sent, with
// the reason "server shutting down", and waits until their connections are gone.
// When ctx ends first, the rest is cut off and its error returned. Disconnect
// handlers may still run when Shutdown returns.
//
// Call it before http.Server.Shutdown, which does not know of WebSockets and most
// streams of server-sent events, and would wait for pending polls.
func (s *Server) Shutdown(ctx context.Context) error {
	return errors.Join(s.engine.Shutdown(ctx), s.namespaces.Close())
}
