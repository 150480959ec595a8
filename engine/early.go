// early.go: a client that is in the main namespace from the start (PROTOCOL.md section
// 2, c=1).

package engine

import (
	"context"
	"net/http"
	"time"
)

// Joiner may be implemented by a [Receiver] that can bring its client into the main
// namespace without being asked by a packet. Join is called once at most, before the
// first Receive, and must not block.
type Joiner interface{ Join() }

// joinWait is how long the answer with OPEN to a poll waits for what the client gets
// first in its namespace.
const joinWait = 50 * time.Millisecond

// mayJoinEarly reports whether a request may bring its client into a namespace: other
// sites can make a browser send a GET, but neither read its answer nor open a
// WebSocket unseen.
func mayJoinEarly(r *http.Request, transport string) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "", "empty", "websocket":
	default:
		return false // an image, a frame, a link
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return transport == WebSocket
}

// joinEarly has the receiver bring the client in, if the client asked for that.
func (s *Session) joinEarly(r *http.Request, p params) {
	if !p.c || s.resume == nil || r.Context().Value(uncertain{}) != nil || !mayJoinEarly(r, p.transport) {
		return
	}
	if j, ok := s.receiver.(Joiner); ok {
		s.mu.Lock()
		s.resume.early = true
		s.mu.Unlock()
		j.Join()
	}
}

// hear is called when the client of a session comes with its ID, or says something.
func (s *Session) hear() {
	s.mu.Lock()
	s.resume.heard = true
	s.mu.Unlock()
	if s.resume.owesJoin.Swap(false) {
		s.Joined()
	}
}

// unheard reports whether hear is to be called.
func (s *Session) unheard() bool { return s.resume.owesJoin.Load() }

// awaitFirst waits until the first answer to a poll has more to say than OPEN.
func (c *Conn) awaitFirst(ctx context.Context) {
	s := c.s
	s.mu.Lock()
	waits := c.transport == Polling && c.control&ctlOpen != 0 && s.resume != nil && s.resume.early &&
		s.state == open && s.out.tail == c.pos.n
	c.armed = c.armed || waits
	s.mu.Unlock()
	if !waits {
		return
	}
	late := time.NewTimer(joinWait)
	defer late.Stop()
	select {
	case <-c.signal:
	case <-late.C:
	case <-ctx.Done():
	}
}
