// export_test.go: what tests look at.

package engine

// Kept returns the bytes that sessions without resumption keep together.
func Kept(srv *Server) int {
	srv.keeps.mu.Lock()
	defer srv.keeps.mu.Unlock()
	return srv.keeps.bytes
}

// Hoarded returns the bytes that sessions without a connection keep together.
func Hoarded(srv *Server) int {
	srv.hoard.mu.Lock()
	defer srv.hoard.mu.Unlock()
	return srv.hoard.bytes
}

// Outbox returns the bytes of a session's outbox, and how many keys and messages are in it.
func Outbox(s *Session) (bytes, keys, messages int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.bytes, len(s.out.keyed), len(s.out.queue) - s.out.head
}
