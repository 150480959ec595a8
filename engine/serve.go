// serve.go: from an HTTP request to its session and its transport.

package engine

import "net/http"

// ServeHTTP implements http.Handler.
func (srv *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// net/http drops a Content-Length that came along. A proxy that went by it
		// takes what follows for the body: it must not become a second request.
		w.Header().Set("Connection", "close")
	}
	verdict := srv.origins.check(r)
	if verdict == crossAllowed {
		srv.allowCross(w.Header(), r)
		if r.Method == http.MethodOptions {
			srv.addHeader(w, r, false)
			w.WriteHeader(srv.cfg.CORS.Status)
			return
		}
	}
	p, err := parseParams(r.URL.RawQuery)
	t := srv.transport(p.transport)
	switch {
	case verdict == crossRefused:
		srv.hintOrigin(r)
		err = ErrForbidden
	case err == nil && t == nil:
		err = ErrUnknownTransport
	case err != nil && p.resume:
		err = err.forResume()
	}
	if err != nil {
		srv.refuse(w, r, t, err)
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
	case upgrade && r.ContentLength != 0: // it would be taken for frames
		err = ErrBadRequest
	case s == nil:
		if err = srv.forward(w, r, p.sid); err == nil {
			return
		}
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
		srv.refuse(w, r, t, err)
		return
	}
	srv.addHeader(w, r, false)
	t.ServeSession(w, r, s)
}

// serveNew serves a handshake.
func (srv *Server) serveNew(w http.ResponseWriter, r *http.Request, t Transport, p params) {
	if err := checkKept(r); err != nil {
		srv.refuse(w, r, t, err)
		return
	}
	var err *Error
	switch {
	case r.Method != http.MethodGet:
		err = ErrBadMethod
	case isUpgrade(r) != (t.Name() == WebSocket):
		err = ErrBadRequest
	case p.eio != "4":
		err = ErrBadVersion
	}
	var h handshake
	if err == nil {
		h, err = srv.admit(r, p)
	}
	switch {
	case err != nil:
		srv.refuse(w, r, t, err)
	case p.rid != "" && !srv.cfg.Resume.Off:
		srv.serveLeg(w, r, t, p, h)
	default:
		srv.serveFresh(w, r, t, h)
	}
}

// serveFresh has a transport open a session, if the address may have one more.
func (srv *Server) serveFresh(w http.ResponseWriter, r *http.Request, t Transport, h handshake) {
	id, err := srv.newID(r)
	if err == nil {
		err = srv.sessions.reserve(h.addr, srv.cfg.MaxUnjoined)
	}
	if err != nil {
		srv.refuse(w, r, t, err)
		return
	}
	s := &Session{srv: srv, id: id, request: h.request, principal: h.principal, counted: h.addr}
	defer func() {
		s.mu.Lock()
		unused := s.state == fresh
		s.mu.Unlock()
		if unused {
			srv.sessions.unreserve(h.addr)
		}
	}()
	srv.serveOpening(w, r, t, s)
}

func (srv *Server) transport(name string) Transport {
	for _, t := range srv.transports {
		if t.Name() == name {
			return t
		}
	}
	return nil
}
