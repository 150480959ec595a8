// serve.go: from an HTTP request to its session and its transport.

package engine

import (
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// ServeHTTP implements http.Handler.
func (srv *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// net/http drops a Content-Length that came along. A proxy that went by it
		// takes what follows for the body: it must not become a second request.
		w.Header().Set("Connection", "close")
	}
	verdict := srv.origins.check(r)
	if verdict == crossAllowed {
		srv.allowCross(w, r)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	p, err := parseParams(r.URL.RawQuery)
	t := srv.transport(p.transport)
	switch {
	case verdict == crossRefused:
		srv.logRefusedOrigin(r)
		err = ErrForbidden
	case err == nil && t == nil:
		err = ErrUnknownTransport
	case err != nil && p.resume:
		err = err.forResume()
	}
	if err != nil {
		refuse(w, r, t, err)
		return
	}
	if p.hasSID {
		srv.serveKnown(w, r, t, p)
	} else {
		srv.serveNew(w, r, t, p)
	}
}

// serveKnown serves a request of a session.
func (srv *Server) serveKnown(w http.ResponseWriter, r *http.Request, t Transport, p params) {
	s := srv.sessions.get(p.sid)
	upgrade := isUpgrade(r)
	var err *Error
	switch {
	case s == nil:
		err = ErrUnknownSession
	case upgrade != (t.Name() == WebSocket), p.resume != (s.resume != nil):
		err = ErrBadRequest
	case p.eio != "4" && (upgrade || p.eio != ""):
		err = ErrBadVersion
	case r.Method != http.MethodGet && (r.Method != http.MethodPost || upgrade):
		err = errNotAllowed
	default:
		err = srv.sameUser(r, s)
	}
	if err != nil && err != ErrForbidden && p.resume {
		err = err.forResume()
	}
	if err != nil {
		refuse(w, r, t, err)
		return
	}
	t.ServeSession(w, r, s)
}

// serveNew serves a handshake.
func (srv *Server) serveNew(w http.ResponseWriter, r *http.Request, t Transport, p params) {
	if err := checkKept(r); err != nil {
		refuse(w, r, t, err)
		return
	}
	// Before anything is counted, since it calls the application.
	h := handshake{addr: srv.cfg.counted(r), request: newRequest(r, srv.cfg.Context)}
	h.principal, h.refusal = srv.principalOf(r)
	var err *Error
	switch {
	case r.Method != http.MethodGet:
		err = ErrBadMethod
	case isUpgrade(r) != (t.Name() == WebSocket):
		err = ErrBadRequest
	case p.eio != "4":
		err = ErrBadVersion
	case h.refusal != nil:
		err = h.refusal
	case p.rid != "" && !srv.cfg.Resume.Off:
		srv.serveLeg(w, r, t, p, h)
		return
	}
	if err != nil {
		refuse(w, r, t, err)
		return
	}
	srv.serveFresh(w, r, t, h)
}

// handshake is what is known of a request for a new session.
type handshake struct {
	addr      netip.Addr
	request   *Request
	principal string
	refusal   *Error
}

// serveFresh has a transport open a session, if the address may have one more.
func (srv *Server) serveFresh(w http.ResponseWriter, r *http.Request, t Transport, h handshake) {
	if err := srv.sessions.reserve(h.addr, srv.cfg.MaxUnjoined); err != nil {
		refuse(w, r, t, err)
		return
	}
	s := &Session{srv: srv, id: srv.sessions.newID(), request: h.request, principal: h.principal, counted: h.addr}
	defer func() {
		s.mu.Lock()
		unused := s.state == fresh
		s.mu.Unlock()
		if unused {
			srv.sessions.unreserve(h.addr)
		}
	}()
	t.ServeSession(w, r, s)
}

// principalOf asks the application who makes the request.
func (srv *Server) principalOf(r *http.Request) (string, *Error) {
	if srv.cfg.Principal == nil {
		return "", nil
	}
	principal, err := srv.cfg.Principal(r)
	if err != nil {
		return "", ErrForbidden
	}
	return principal, nil
}

// sameUser refuses a request of a session that another user opened: who knows a
// session's ID, or the name of its race, must also be who it belongs to.
func (srv *Server) sameUser(r *http.Request, s *Session) *Error {
	principal, err := srv.principalOf(r)
	if err == nil && principal != s.principal {
		err = ErrForbidden
	}
	return err
}

func (srv *Server) transport(name string) Transport {
	for _, t := range srv.transports {
		if t.Name() == name {
			return t
		}
	}
	return nil
}

// refuse answers a request in the form of its transport; t may be nil.
func refuse(w http.ResponseWriter, r *http.Request, t Transport, e *Error) {
	if t != nil {
		t.Refuse(w, r, e)
		return
	}
	if isUpgrade(r) {
		e.WriteUpgrade(w)
	} else {
		e.Write(w)
	}
}

// Write answers with the refusal as JSON.
func (e *Error) Write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(e.Status)
	w.Write(e.Body())
}

// WriteUpgrade answers a request for a WebSocket with the refusal: the official
// server's HTTP 400 with the text alone, and other statuses as they are.
func (e *Error) WriteUpgrade(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Connection", "close")
	h.Set("Content-Type", "text/html")
	h.Set("Content-Length", strconv.Itoa(len(e.Message)))
	w.WriteHeader(e.Status)
	w.Write([]byte(e.Message))
}

// allowCross lets the page of an allowed origin read the answer.
func (srv *Server) allowCross(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	if !srv.origins.any {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		if ask := r.Header.Get("Access-Control-Request-Headers"); ask != "" {
			h.Set("Access-Control-Allow-Headers", ask)
			h.Add("Vary", "Access-Control-Request-Headers")
		}
		h.Set("Access-Control-Max-Age", "600")
	}
}

// logRefusedOrigin tells the operator which value would allow the page, at most
// once a second.
func (srv *Server) logRefusedOrigin(r *http.Request) {
	now, last := int64(srv.now()), srv.refusalLogged.Load()
	if last != 0 && now-last < int64(time.Second) || !srv.refusalLogged.CompareAndSwap(last, max(now, 1)) {
		return
	}
	srv.cfg.Logger.Warn("everwire: a page of another origin was refused; to allow it, add the origin to Config.Origins",
		"origin", r.Header.Get("Origin"), "host", r.Host) // handlers of slog quote what needs it
}
