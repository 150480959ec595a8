// admit.go: who may open a session, and its name.

package engine

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
)

// handshake is what is known of a request for a new session.
type handshake struct {
	addr      netip.Addr
	request   *Request
	principal string
}

// admit asks the application about a request for a new session. Nothing is counted
// before, since the application may take its time.
func (srv *Server) admit(r *http.Request, p params) (h handshake, refusal *Error) {
	if refusal = srv.checked(r, p); refusal != nil {
		return h, refusal
	}
	if h.principal, refusal = srv.principalOf(r); refusal != nil {
		return h, refusal
	}
	h.addr, h.request = srv.cfg.counted(r), newRequest(r, srv.cfg.Context)
	return h, nil
}

// checked asks CheckRequest. A WebSocket is refused with the official server's 400, but
// one of the extension as everything else.
func (srv *Server) checked(r *http.Request, p params) *Error {
	if srv.cfg.CheckRequest == nil || isForwarded(r) {
		return nil
	}
	err := srv.cfg.CheckRequest(r)
	var own *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own) && own != nil:
		refusal := *own
		if refusal.Status < 400 || refusal.Status > 599 {
			refusal.Status = ErrForbidden.Status
		}
		return &refusal
	case own == nil && errors.As(err, &own): // a nil *Error in an error is a classic
		return ErrForbidden
	}
	refusal := &Error{Code: ErrForbidden.Code, Message: err.Error(), Status: ErrForbidden.Status}
	if refusal.Message == "" {
		refusal.Message = ErrForbidden.Message
	}
	if isUpgrade(r) && !p.resume {
		refusal.Status = http.StatusBadRequest
	}
	return refusal
}

// principalOf asks the application who makes the request.
func (srv *Server) principalOf(r *http.Request) (string, *Error) {
	if srv.cfg.Principal == nil {
		return "", nil
	}
	if found, ok := r.Context().Value(forwarded{}).(string); ok {
		return found, nil
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

const maxID = 128 // characters of a session ID

var errNoID = errors.New("a session ID has 1 to 128 of the characters A-Z a-z 0-9 - _ . ~")

// newID makes the ID of a session. That of the application may be that of another
// session: this is seen when the session is registered. Where nodes forward requests, all
// IDs begin with their node's tag.
func (srv *Server) newID(r *http.Request) (string, *Error) {
	if srv.cfg.NewID == nil {
		return randomID(srv.tag()), nil
	}
	id, err := srv.cfg.NewID(r)
	if err == nil && !isID(id) {
		err = errNoID
	}
	if err != nil {
		srv.cfg.Logger.Error("everwire: Config.NewID made no session ID; the request is refused", "error", err)
		return "", ErrBadRequest
	}
	if srv.cfg.Forwarder != nil {
		tag := srv.tag()
		id = base64.RawURLEncoding.EncodeToString(tag[:]) + id
	}
	return id, nil
}

// randomID returns a session ID: the node's tag and 128 random bits, base64url. It
// is a secret: who knows it can speak for the session.
func randomID(tag [2]byte) string {
	var b [18]byte
	copy(b[:], tag[:])
	rand.Read(b[2:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tag is the node's, or without a cluster as random as the rest.
func (srv *Server) tag() (tag [2]byte) {
	if srv.cfg.Forwarder != nil {
		return srv.cfg.Forwarder.Tag()
	}
	rand.Read(tag[:])
	return tag
}

// isID reports whether id means itself in a query, in JSON and in a cookie.
func isID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
		default:
			return false
		}
	}
	return true
}
