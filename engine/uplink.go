// uplink.go: POSTs of a session with resumption (PROTOCOL.md section 3). They may
// come twice, late, and after another connection has taken over.

package engine

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/everwire/everwire/engine/eio"
)

// How many POSTs of a session may be under way: those that wait for their turn
// beside the one that is handled, and those whose body still arrives.
const (
	maxWaitingPosts  = 4
	maxArrivingPosts = 8
)

// postResumable is Post for a session with resumption.
func (s *Session) postResumable(r *http.Request, body func() ([]byte, error)) error {
	p, refusal := parseParams(r.URL.RawQuery)
	if refusal != nil || p.at == absent {
		return ErrBadRequest
	}
	s.tick(s.srv.now())
	if err := s.admitPost(); err != nil {
		return err
	}
	defer s.change(func(*effects) { s.resume.posts-- })
	b, err := body()
	if err != nil {
		if refusal = (*Error)(nil); errors.As(err, &refusal) {
			return refusal
		}
		return ErrBadRequest // cut off, or in a form that there is not: nothing was handled
	}
	if tooMany(b) {
		return ErrTooLarge
	}
	packets, err := parsePayload(b)
	if err != nil {
		return s.refuseMalformed(p)
	}
	return s.handlePost(r.Context(), p, packets)
}

// refuseMalformed ends the session, unless the request does not count anyway.
func (s *Session) refuseMalformed(p params) *Error {
	refusal := errSuperseded
	s.change(func(fx *effects) {
		if s.currentLocked(p.at, p.transport) {
			refusal, fx.end = ErrBadRequest, ParseError
		}
	})
	return refusal
}

func (s *Session) admitPost() *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == closed:
		return ErrUnknownSession
	case s.resume.posts >= maxArrivingPosts:
		return errBusy
	}
	s.resume.posts++
	return nil
}

// handlePost handles the packets of one POST, after those before it.
func (s *Session) handlePost(ctx context.Context, p params, packets []eio.Packet) error {
	leaves := false
	if i := slices.IndexFunc(packets, isClose); i >= 0 {
		packets, leaves = packets[:i+1], true // nothing stands behind the end
	}
	// Control packets do not wait behind messages that the application is busy with:
	// signs of life and acknowledgements are among them.
	if leaves || slices.ContainsFunc(packets, isMessage) {
		if !s.beginTurn(ctx, leaves) {
			return errBusy
		}
		defer s.endTurn()
	}
	if refusal := s.acceptPost(p, leaves); refusal != nil {
		return refusal
	}
	if s.unheard() {
		s.hear()
	}
	counts := func() bool { return s.currentLocked(p.at, p.transport) }
	if leaves {
		counts = func() bool { return s.state == open }
		defer s.leave()
	}
	number := uint64(max(p.n, 0))
	for _, packet := range packets {
		if packet.Type == eio.Message && p.n == absent {
			return ErrBadRequest
		}
		err := s.handlePosted(number, packet, counts)
		if err != nil {
			return err
		}
		if packet.Type == eio.Message {
			number++
		}
	}
	s.change(func(*effects) {
		if counts() { // else the connection that counts has something to tell itself
			s.resume.toldLocked()
		}
	})
	return nil
}

func isClose(p eio.Packet) bool   { return p.Type == eio.Close }
func isMessage(p eio.Packet) bool { return p.Type == eio.Message }

// handlePosted handles one packet of a POST.
func (s *Session) handlePosted(number uint64, p eio.Packet, counts func() bool) *Error {
	switch p.Type {
	case eio.Message:
		switch v, err := s.take(number, p, counts); {
		case v == refused:
			return s.whyRefused()
		case v == gap, err != nil:
			return ErrBadRequest
		}
	case eio.Close: // seen to by handlePost
	default:
		switch v, err := s.control(p, counts); {
		case err != nil:
			return ErrBadRequest
		case v == refused:
			return s.whyRefused()
		}
	}
	return nil
}

// whyRefused tells the sender of a message that does not count. To one whose session
// the application is ending it is as if the connection were lost: it attaches again,
// and hears the rest.
func (s *Session) whyRefused() *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state {
	case closed:
		return ErrUnknownSession
	case closing:
		return ErrBadRequest
	}
	return errSuperseded
}

// beginTurn waits until the POSTs before are handled. It is false when too many
// wait already, but one that takes leave always may; and when its client has gone
// away meanwhile, to try again.
func (s *Session) beginTurn(ctx context.Context, leaves bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.resume
	if r.turn == nil {
		r.turn = make(chan struct{}, 1)
	}
	if r.waiting > maxWaitingPosts && !leaves {
		return false
	}
	r.waiting++
	turn := r.turn
	s.mu.Unlock()
	begun := true
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		begun = false
	}
	s.mu.Lock()
	if !begun {
		r.waiting--
	}
	return begun
}

func (s *Session) endTurn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resume.waiting--
	<-s.resume.turn
}

// acceptPost checks that the POST is of the current connection. The first one of a
// race decides it. One that takes leave is always accepted, and makes itself the
// last word.
func (s *Session) acceptPost(p params, leaves bool) (refusal *Error) {
	s.change(func(fx *effects) {
		r := s.resume
		if s.state == closed || r.leaving {
			refusal = ErrUnknownSession
			return
		}
		if r.racing && (r.legIndex(p.at) >= 0 || leaves) {
			refusal = s.decideByLocked(p, fx)
		}
		switch {
		case leaves:
			refusal, r.leaving = nil, true
			if s.cur != nil && !s.cur.over {
				s.cur.retireLocked(codeRetired, fx)
			}
		case refusal == nil && !s.currentLocked(p.at, p.transport):
			refusal = errSuperseded
		}
	})
	return refusal
}
