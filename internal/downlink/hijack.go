// hijack.go: taking over the connection of a request.

package downlink

import (
	"bufio"
	"net"
	"net/http"
)

// Hijack takes the connection from the outermost writer that gives it. Gin's panics
// if the one below cannot; then it is asked of the innermost.
func Hijack(w http.ResponseWriter) (nc net.Conn, brw *bufio.ReadWriter, err error) {
	defer func() {
		if recover() == nil {
			return
		}
		for u, ok := w.(unwrapper); ok; u, ok = w.(unwrapper) {
			w = u.Unwrap()
		}
		nc, brw, err = http.NewResponseController(w).Hijack()
	}()
	return http.NewResponseController(w).Hijack()
}

type unwrapper interface{ Unwrap() http.ResponseWriter }

// CanHijack reports whether the innermost writer gives the connection.
func CanHijack(w http.ResponseWriter) bool {
	for u, ok := w.(unwrapper); ok; u, ok = w.(unwrapper) {
		w = u.Unwrap()
	}
	_, ok := w.(http.Hijacker)
	return ok
}
