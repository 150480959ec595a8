// forward.go: requests of sessions that other nodes of the cluster hold.

package engine

import (
	"context"
	"encoding/base64"
	"net/http"
)

// Forwarder has other nodes serve the requests of their sessions, so that any node may
// get them. Its methods may be called concurrently.
type Forwarder interface {
	// Start has serve answer what other nodes forward to this one, on behalf of the
	// principal that they found. It is called once, before all others.
	Start(serve func(w http.ResponseWriter, r *http.Request, principal string)) error

	// Tag is what the IDs of this node's sessions begin with.
	Tag() [2]byte

	// Forward has the node of that tag answer the request. known is false if there is no
	// such node; then, and on an error, nothing was answered.
	Forward(w http.ResponseWriter, r *http.Request, tag [2]byte, principal string) (known bool, err error)

	// Claim returns the tag of the node that opens the session of a race: this one, if no
	// leg of it has reached another before. An error says that this cannot be known.
	Claim(ctx context.Context, rid string) ([2]byte, error)

	// Close ends what is being forwarded.
	Close(ctx context.Context) error
}

// tagSize is how many characters of a session's ID hold the tag.
const tagSize = 3

// tagOf returns the tag in a session's ID.
func tagOf(id string) (tag [2]byte, ok bool) {
	if len(id) < tagSize {
		return tag, false
	}
	var b [3]byte
	n, err := base64.RawURLEncoding.Decode(b[:], []byte(id[:tagSize]+"A"))
	return [2]byte(b[:2]), err == nil && n == len(b)
}

// forwarded is the key of the principal of a request that another node has forwarded, in
// its context. That node has asked the application about it.
type forwarded struct{}

// serveForwarded serves a request of another node.
func (srv *Server) serveForwarded(w http.ResponseWriter, r *http.Request, principal string) {
	srv.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), forwarded{}, principal)))
}

func isForwarded(r *http.Request) bool {
	_, is := r.Context().Value(forwarded{}).(string)
	return is
}

// forward has the node that holds a session serve its request. A refusal says why it
// did not: the session is unknown unless there is such a node.
func (srv *Server) forward(w http.ResponseWriter, r *http.Request, sid string) *Error {
	tag, ok := tagOf(sid)
	f := srv.cfg.Forwarder
	if !ok || f == nil || isForwarded(r) || tag == f.Tag() {
		return ErrUnknownSession
	}
	principal, refusal := srv.principalOf(r)
	if refusal != nil {
		return refusal
	}
	return srv.forwardTo(w, r, tag, principal)
}

func (srv *Server) forwardTo(w http.ResponseWriter, r *http.Request, tag [2]byte, principal string) *Error {
	known, err := srv.cfg.Forwarder.Forward(w, r, tag, principal)
	switch {
	case !known:
		return ErrUnknownSession
	case err == nil:
		return nil
	case r.Context().Err() == nil: // else it is most likely the client that has gone
		srv.hint("the node that holds a session did not serve its request; clients come back by themselves", "error", err)
	}
	return errNodeSilent
}

// uncertain marks the context of a handshake whose race may also have been opened by
// another node: its client is not brought into a namespace unasked, since it would be
// seen twice.
type uncertain struct{}

// claim finds out whether this node opens the session of a race. If it does not, the
// request has been served, or refused.
func (srv *Server) claim(w http.ResponseWriter, r *http.Request, p params, h handshake) (*http.Request, bool, *Error) {
	f := srv.cfg.Forwarder
	switch {
	case f == nil || srv.races.knows(p.rid):
		return r, true, nil
	case isForwarded(r):
		if srv.cfg.Context != nil || srv.cfg.CheckRequest != nil {
			// It would open the session, without what the middlewares of the other node know.
			return r, false, errNodeSilent
		}
		return r, true, nil
	}
	switch owner, err := f.Claim(r.Context(), p.rid); {
	case r.Context().Err() != nil:
		return r, false, errNodeSilent // nobody waits for a session
	case err != nil:
		return r.WithContext(context.WithValue(r.Context(), uncertain{}, true)), true, nil
	case owner != f.Tag():
		return r, false, srv.forwardTo(w, r, owner, h.principal)
	}
	return r, true, nil
}
