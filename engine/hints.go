// hints.go: what the operator is told of mistakes that clients only notice as failures.

package engine

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// hintEvery is how often one hint is logged at most: clients try again and again.
	hintEvery = time.Minute

	// longestHint is how many bytes of what a client has sent are logged.
	longestHint = 200
)

// hints knows when each was logged last.
type hints struct {
	mu     sync.Mutex // guards logged
	logged map[string]time.Duration
}

// due reports whether text is to be logged now.
func (h *hints) due(text string, now time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	last, before := h.logged[text]
	if before && now-last < hintEvery {
		return false
	}
	if h.logged == nil {
		h.logged = make(map[string]time.Duration)
	}
	h.logged[text] = now
	return true
}

// hint logs a warning, each text once a minute at most; text is a constant.
func (srv *Server) hint(text string, args ...any) {
	if !srv.hints.due(text, srv.now()) {
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok && len(s) > longestHint {
			args[i] = s[:longestHint] + "..."
		}
	}
	srv.cfg.Logger.Warn("everwire: "+text, args...) // handlers of slog quote what needs it
}

// Hint logs a warning for the operator, each text once a minute at most; text is a
// constant. It is for transports and receivers.
func (s *Session) Hint(text string, args ...any) { s.srv.hint(text, args...) }

// HintCut tells the operator what is going to cut the answer to r. A poll lasts until the
// next ping, a stream without end. hidden says that a middleware keeps us from moving the
// deadline of the connection.
func (s *Session) HintCut(r *http.Request, stream, hidden bool) {
	cuts := func(limit time.Duration) bool { return stream || limit <= s.srv.cfg.PingInterval }
	if end, limited := r.Context().Deadline(); limited && cuts(time.Until(end)) {
		s.srv.hint("a middleware ends requests after a time, and cuts polls and streams; leave the server's path out of it",
			"left", time.Until(end), "pingInterval", s.srv.cfg.PingInterval)
	}
	if !hidden {
		return
	}
	web, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	if web != nil && web.WriteTimeout > 0 && cuts(web.WriteTimeout) {
		s.srv.hint("http.Server.WriteTimeout cuts polls and streams, since a middleware does not let us lift it; set it to 0, "+
			"or give the middleware's http.ResponseWriter an Unwrap method", "WriteTimeout", web.WriteTimeout)
	}
}

// hintRefused tells the operator of refusals that a setting would end.
func (srv *Server) hintRefused(r *http.Request, t Transport, e *Error) {
	switch {
	case e.Code == ErrUnknownSession.Code:
		srv.hintStray(r)
	case e == errCrowded:
		srv.hint("sessions were refused, since their address has too many that are in no namespace; behind a proxy all clients "+
			"have its address: set Config.TrustedProxies or Config.ClientIP", "address", r.RemoteAddr, "MaxUnjoined", srv.cfg.MaxUnjoined)
	case e.Code == ErrBadRequest.Code && t != nil && t.Name() == WebSocket && lostUpgrade(r):
		srv.hint("a request for a WebSocket came without its headers Upgrade and Connection; a proxy must pass them on, and "+
			"speak HTTP/1.1 to the server", "upgrade", r.Header.Get("Upgrade"), "connection", r.Header.Get("Connection"),
			"proto", r.Proto, "from", r.RemoteAddr)
	}
}

// lostUpgrade reports whether somebody on the way has made a WebSocket's handshake an
// ordinary request: they drop what is said between two neighbours, and pass on the key.
func lostUpgrade(r *http.Request) bool {
	return len(r.Header["Sec-Websocket-Key"]) > 0 && !isUpgrade(r)
}

// Clients that come back after a restart, or after a sleep, ask for sessions that are
// gone, once or twice each. Where processes share the clients and know nothing of each
// other, they go on asking.
const (
	settled  = 30 * time.Second // after the start: who comes back has come back
	manyLost = 10               // sessions asked for within a minute
)

// strays counts requests of sessions that are not here.
type strays struct {
	mu    sync.Mutex // guards what follows
	since time.Duration
	last  string
	n     int
}

// add counts a session, and returns how many were asked for within this minute. Requests
// of one session that follow each other count once.
func (l *strays) add(sid string, now time.Duration) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now-l.since >= hintEvery {
		l.since, l.n, l.last = now, 0, ""
	}
	if sid != l.last {
		l.n, l.last = l.n+1, strings.Clone(sid)
	}
	return l.n
}

// hintStray tells the operator of clients whose requests reach the wrong process.
func (srv *Server) hintStray(r *http.Request) {
	now := srv.now()
	p, _ := parseParams(r.URL.RawQuery)
	if srv.cfg.Forwarder != nil || now < settled || !isID(p.sid) {
		return
	}
	if n := srv.strays.add(p.sid, now); n >= manyLost {
		srv.hint("clients ask for sessions that are not here: if several processes share this path, they need an adapter or sticky "+
			"sessions; after a restart or a failure of the network it passes by itself", "sessions", n, "up", now.Round(time.Second))
	}
}
