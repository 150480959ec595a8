// server.go: the server: its parts, what it tells clients of itself, and its end.

package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// Handler is told of new sessions.
type Handler interface {
	// Open is called for each new session before anything is received from it,
	// and returns who receives. The session may be sent to already. An error
	// refuses the session: its text is shown to the client, and the receiver is
	// not used.
	Open(s *Session) (Receiver, error)
}

// Transport serves the requests of one kind of connection.
type Transport interface {
	// Name is the value of ?transport=.
	Name() string

	// ServeSession serves a request for a session: it attaches a [Conn], or
	// posts. It may return before the connection has ended, and keeps neither w
	// nor r.Context() then.
	ServeSession(w http.ResponseWriter, r *http.Request, s *Session)

	// Refuse answers a request that got no session, in a form that clients of
	// this transport can read.
	Refuse(w http.ResponseWriter, r *http.Request, e *Error)
}

// Server verifies requests and owns the sessions. It is an http.Handler for any
// path that it is mounted at.
//
// Requests of web pages of another origin are refused on every transport and
// method, with HTTP 403, unless Config.Origins lists the origin: other than for
// the official server, whose WebSockets are open to all pages.
type Server struct {
	cfg        Config
	handler    Handler
	transports []Transport
	origins    origins
	sessions   *registry
	races      races
	hoard      hoard
	keeps      hoard
	wheel      wheel
	resumable  string // what a session can be attached over, as JSON
	start      time.Time
	initial    *Message // of Config.InitialMessage, or nil
	hints      hints
	strays     strays
}

// New returns a server that serves the given transports and hands new sessions to
// h. It says what is wrong with c.
func New(c Config, h Handler, transports ...Transport) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	o, err := parseOrigins(c.Origins)
	if err != nil {
		return nil, err
	}
	if len(transports) == 0 {
		return nil, errors.New("engine: no transports: Config.Transports is empty; nil stands for all")
	}
	srv := &Server{cfg: c, handler: h, transports: transports, origins: o, sessions: newRegistry(), start: time.Now()}
	srv.hoard = hoard{index: ofDetached, most: c.Resume.Memory}
	srv.keeps = hoard{index: ofKept, most: c.Keep.Memory}
	srv.resumable = namesOf(transports)
	srv.wheel.init(c.PingInterval, c.PingTimeout)
	if c.InitialMessage != "" {
		srv.initial = NewMessage(eio.Text([]byte(c.InitialMessage)))
	}
	if c.Forwarder != nil {
		if err := c.Forwarder.Start(srv.serveForwarded); err != nil {
			return nil, fmt.Errorf("engine: %w", err)
		}
	}
	if o.any {
		c.Logger.Warn("everwire: Config.Origins has \"*\": pages of any site may connect, with their visitors' cookies")
	}
	if o.null {
		c.Logger.Warn("everwire: Config.Origins has \"null\": pages of any site may connect from a sandboxed frame, with their visitors' cookies")
	}
	return srv, nil
}

// now is the time since the server's start: half as large as a time.Time, and
// monotonic.
func (srv *Server) now() time.Duration { return time.Since(srv.start) }

// Sessions returns the number of open sessions.
func (srv *Server) Sessions() int { return srv.sessions.len() }

// namesOf returns a JSON array of the transports' names.
func namesOf(transports []Transport) string {
	names := make([]string, len(transports))
	for i, t := range transports {
		names[i] = t.Name()
	}
	b, _ := json.Marshal(names)
	return string(b)
}

// openData returns the OPEN packet's JSON: the official keys in their order, and
// no others but that of the extension for who asked for it.
func (srv *Server) openData(c *Conn) []byte {
	s := c.s
	upgrades, extension := "", []byte(nil)
	if s.resume != nil {
		extension = c.resumeField()
	}
	if c.transport == Polling && !srv.cfg.NoUpgrade && srv.transport(WebSocket) != nil {
		upgrades = `"` + WebSocket + `"`
	}
	return fmt.Appendf(nil, `{"sid":"%s","upgrades":[%s],"pingInterval":%d,"pingTimeout":%d,"maxPayload":%d%s}`, s.id, upgrades,
		srv.cfg.PingInterval.Milliseconds(), srv.cfg.PingTimeout.Milliseconds(), srv.cfg.MaxPayload, extension)
}

// What a shutdown spreads, so that not all clients come back at once: the closes,
// and the times that clients of the extension are told to wait.
const (
	closesAtOnce = 1000
	closesEvery  = 50 * time.Millisecond
	retrySpread  = 5 * time.Second
)

func (srv *Server) closeAll(ctx context.Context) {
	pause := time.NewTimer(closesEvery)
	defer pause.Stop()
	for i, s := range srv.sessions.close() {
		if i > 0 && i%closesAtOnce == 0 {
			select {
			case <-pause.C:
				pause.Reset(closesEvery)
			case <-ctx.Done():
			}
		}
		s.Close(ShuttingDown)
	}
}

// retryHintLocked is the data of the packet that ends a session (PROTOCOL.md section
// 5): after a shutdown, when the client may come back.
func (s *Session) retryHintLocked() []byte {
	if s.reason != ShuttingDown {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(s.id)) // as good as random
	return fmt.Appendf(nil, `{"retry":%d}`, h.Sum32()%uint32(retrySpread.Milliseconds()))
}

// Shutdown refuses new sessions, closes the open ones with [ShuttingDown] after
// what they were sent, a thousand each 50 ms, and waits until all connections are
// gone. A polling client that has no poll pending has 2 s to come. When ctx ends
// first, the rest is cut off and its error returned.
//
// Call it before http.Server.Shutdown, which does not know of WebSockets and streams
// that were taken over from it, and would wait for pending polls.
func (srv *Server) Shutdown(ctx context.Context) error {
	srv.closeAll(ctx)
	var err error
	select {
	case <-srv.sessions.idle:
	case <-ctx.Done():
		for _, s := range srv.sessions.list() {
			s.end(ShuttingDown)
		}
		err = ctx.Err()
	}
	if srv.cfg.Forwarder != nil {
		err = errors.Join(err, srv.cfg.Forwarder.Close(ctx))
	}
	return err
}
