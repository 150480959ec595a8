// leave.go: the client's own end of a session.

package client

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// Limits of a goodbye.
const (
	goodbyeWait = 10 * time.Second
	closeWait   = 2 * time.Second // for the server's answer to a close frame
)

// leave ends the session: at once if nothing was said yet, else on a goroutine that
// says what is left, and goodbye. It is no more the client's session.
func (s *session) leave() {
	if s.over {
		return
	}
	if s.sid == "" {
		s.finish()
		return
	}
	s.draining = true
	s.checkDrained()
	s.c.spawn(&s.c.network, s.goodbye)
}

// goodbye belongs to the client, ends within goodbyeWait, and may block on the
// network.
func (s *session) goodbye() {
	ctx, cancel := context.WithTimeout(s.c.root, goodbyeWait)
	defer cancel()
	if s.mustDrain() {
		select {
		case <-s.drained:
		case <-ctx.Done():
		}
	}
	a, beacon := s.farewell()
	if a != nil && a.closes(ctx) {
		beacon = nil
	}
	if beacon != nil {
		if err := s.c.post(ctx, &s.c.http, beacon); err != nil {
			s.c.log.Debug("everwire: goodbye not answered", "error", err)
		}
	}
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if a != nil {
		a.leaving = false
		s.kill(a)
	}
	for _, u := range s.waiting {
		s.c.drop(u)
	}
	s.waiting = nil
}

// closes waits for the end of a connection that leaves, and reports whether the server
// has answered.
func (a *attachment) closes(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, closeWait)
	defer cancel()
	select {
	case <-a.over:
	case <-ctx.Done():
	}
	a.s.c.mu.Lock()
	defer a.s.c.mu.Unlock()
	return a.heard
}

// mustDrain reports whether what is left does not fit into one POST, or cannot be
// sent by POST.
func (s *session) mustDrain() bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	left := int64(s.out.size + len(s.out.kept))
	for _, u := range s.waiting {
		left += int64(u.size + len(u.packets))
	}
	return !s.stock && left > 0 && (left+1 > s.limit() || !s.canPost())
}

// canPost reports whether the server takes POSTs.
func (s *session) canPost() bool {
	return slices.Contains(s.transports, Polling) || slices.Contains(s.transports, SSE)
}

// farewell ends the session but for the one connection that leaves, if it is a
// stock one, or a WebSocket of which it is certain that the server listens to it
// and has all. It returns the POST to say it with too, if there is no such connection
// or in case that it turns out to be dead.
func (s *session) farewell() (*attachment, *post) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if s.over {
		return nil, nil
	}
	a := s.cur
	quiet := s.nothingLeft() && len(s.out.kept) == 0
	newest := a != nil && a.k == s.k && len(s.live) == 1 && s.trial == nil
	if a != nil && (s.stock || a.transport == WebSocket && (newest && quiet || !s.canPost())) {
		a.leaving = true
		a.notify()
		s.finish()
		if s.stock || !s.canPost() {
			return a, nil
		}
		return a, s.beacon()
	}
	s.finish()
	if s.stock || !s.canPost() {
		return nil, nil
	}
	return nil, s.beacon()
}

// beacon is the POST with all that the server may not have, and the end. It counts
// on any transport.
func (s *session) beacon() *post {
	transport := Polling
	if !slices.Contains(s.transports, Polling) {
		transport = SSE
	}
	p := &post{tries: postTries, wait: s.patience(), last: true}
	p.query = resumeQuery(transport, s.sid) + "&at=" + itoa(s.k)
	s.buffer = maxNumber
	s.number(s.limit())
	var packets []eio.Packet
	size := int64(1)
	for _, m := range s.out.kept {
		if size += int64(m.Len() + 1); size > s.limit() {
			s.c.note(slog.LevelWarn, "everwire: closed before everything was sent")
			break
		}
		packets = append(packets, m)
	}
	if len(packets) > 0 {
		p.query += "&n=" + itoa(s.out.base+1)
	}
	p.encode(append(packets, eio.Packet{Type: eio.Close}))
	return p
}
