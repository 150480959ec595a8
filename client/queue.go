// queue.go: how what waits is handed to connections.

package client

import (
	"log/slog"
	"slices"

	"github.com/everwire/everwire/engine/eio"
)

// first returns the unit that is to be sent next, nil if there is none.
func (s *session) first() *unit {
	for len(s.waiting) > 0 {
		u := s.waiting[0]
		switch {
		case u.abandoned():
		case s.tooLarge(u): // the server before took more
			s.c.note(slog.LevelError, "everwire: event dropped, it is larger than the server takes", "bytes", u.size)
		default:
			return u
		}
		s.waiting = s.waiting[1:]
		s.c.drop(u)
	}
	return nil
}

func (s *session) tooLarge(u *unit) bool {
	return slices.ContainsFunc(u.packets, func(p eio.Packet) bool { return int64(p.Len()) > s.limit() })
}

// number gives numbers to units that wait, as far as the server's buffer allows,
// until they have about enough bytes.
func (s *session) number(enough int64) {
	for enough > 0 {
		u := s.first()
		if u == nil || s.out.size > 0 && int64(s.out.size+u.size) > s.buffer {
			return
		}
		s.handOut(u)
		s.out.add(u)
		enough -= int64(u.size)
	}
}

// handOut takes the first unit: it is on its way.
func (s *session) handOut(u *unit) {
	s.waiting = s.waiting[1:]
	s.c.queued -= u.size
	if u.call != nil {
		u.call.sent = true
	}
}

// unnumbered takes messages for a connection that is the session, of at most so many
// bytes, but at least one, and no more than one POST may hold.
func (s *session) unnumbered(limit int64) []eio.Packet {
	size, n := int64(0), 0
	for n < postPackets {
		if n == len(s.ready) && !s.prepare() {
			break
		}
		if size += int64(s.ready[n].Len() + 1); size > limit && n > 0 {
			break
		}
		n++
	}
	packets := s.ready[:n:n]
	s.ready = s.ready[n:]
	return packets
}

// prepare has one more unit sent. It reports whether there was any.
func (s *session) prepare() bool {
	u := s.first()
	if u == nil {
		return false
	}
	s.handOut(u)
	s.ready = append(s.ready, u.packets...)
	return true
}

// nothingLeft reports whether everything was handed to a connection.
func (s *session) nothingLeft() bool { return len(s.waiting) == 0 && len(s.ready) == 0 }
