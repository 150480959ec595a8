// export_test.go: what tests look at.

package engine

// Kept returns the bytes that sessions without resumption keep together.
func Kept(srv *Server) int {
	srv.keeps.mu.Lock()
	defer srv.keeps.mu.Unlock()
	return srv.keeps.bytes
}
