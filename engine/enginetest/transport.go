// transport.go: the engine's side of the connection in memory.

package enginetest

import (
	"context"
	"net/http"

	"github.com/everwire/everwire/engine"
)

// Name is the name of the transport of peers, the value of ?transport=.
const Name = "memory"

// Transport is what makes a server accept peers: pass it to [engine.New]. It has
// no state, so that any number of servers can share it.
var Transport engine.Transport = transport{}

type transport struct{}

// result is where a dial finds what became of its request.
type result struct {
	session *engine.Session
	conn    *engine.Conn
	refusal error
}

type resultKey struct{}

func (transport) Name() string { return Name }

// ServeSession implements [engine.Transport]. It only attaches: the peer that
// dialled owns the connection.
func (t transport) ServeSession(w http.ResponseWriter, r *http.Request, s *engine.Session) {
	res, ok := r.Context().Value(resultKey{}).(*result)
	if !ok {
		t.Refuse(w, r, engine.ErrBadRequest) // not from a peer
		return
	}
	res.session = s
	res.conn, res.refusal = s.Attach(r, nil)
}

// Refuse implements [engine.Transport].
func (transport) Refuse(w http.ResponseWriter, r *http.Request, e *engine.Error) {
	if res, ok := r.Context().Value(resultKey{}).(*result); ok {
		res.refusal = e
		return
	}
	e.Write(w)
}

func attach(srv http.Handler, w http.ResponseWriter, r *http.Request) *result {
	res := &result{refusal: engine.ErrBadRequest} // if no transport is asked
	srv.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), resultKey{}, res)))
	return res
}
