// hijack.go: taking over the connection of a request.

package downlink

import (
	"bufio"
	"net"
	"net/http"
	"reflect"
)

// Hijack takes the connection from the outermost writer that gives it. Gin's panics
// if the one below cannot; then it is asked of the innermost.
func Hijack(w http.ResponseWriter) (nc net.Conn, brw *bufio.ReadWriter, err error) {
	defer func() {
		if recover() == nil {
			return
		}
		nc, brw, err = HijackWithin(w)
	}()
	return http.NewResponseController(w).Hijack()
}

type unwrapper interface{ Unwrap() http.ResponseWriter }

func innermost(w http.ResponseWriter) http.ResponseWriter {
	for u, ok := w.(unwrapper); ok; u, ok = w.(unwrapper) {
		w = u.Unwrap()
	}
	return w
}

// CanHijack reports whether the innermost writer gives the connection.
func CanHijack(w http.ResponseWriter) bool {
	_, ok := innermost(w).(http.Hijacker)
	return ok
}

// HijackWithin takes the connection in the middle of an answer: what was flushed went
// out, and the caller goes on where it ends. Nothing that was written may wait in a writer
// of a middleware: see IsBare.
func HijackWithin(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(innermost(w)).Hijack()
}

// bare are the types of writers that put on an HTTP/1 connection what they are given, and
// nothing else: that of net/http, and Gin's own.
var bare = map[[2]string]bool{
	{"net/http", "response"}:                       true,
	{"github.com/gin-gonic/gin", "responseWriter"}: true,
}

// IsBare reports whether what is written to w goes to the connection as it is. A writer
// of a middleware may compress, count or delay it, which its methods do not tell.
func IsBare(w http.ResponseWriter) bool {
	for {
		t := reflect.TypeOf(w)
		if t == nil || t.Kind() != reflect.Pointer || !bare[[2]string{t.Elem().PkgPath(), t.Elem().Name()}] {
			return false
		}
		u, ok := w.(unwrapper)
		if !ok {
			return CanHijack(w)
		}
		w = u.Unwrap()
	}
}
