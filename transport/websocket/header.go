// header.go: what others have set of the answer to the handshake.

package websocket

import (
	"net/http"
	"strings"
)

// ours are the headers that the answer says itself, or that it must not have.
var ours = map[string]bool{
	"Connection":               true,
	"Upgrade":                  true,
	"Sec-Websocket-Accept":     true,
	"Sec-Websocket-Extensions": true,
	"Sec-Websocket-Protocol":   true,
	"Content-Length":           true,
	"Content-Type":             true,
	"Content-Encoding":         true,
	"Transfer-Encoding":        true,
	"Trailer":                  true,
}

// headerOf101 returns what the answer to a handshake has of the headers that were set
// before: by middlewares, and by the engine. Names that are none are left out, as
// net/http has it.
func headerOf101(set http.Header) http.Header {
	if len(set) == 0 {
		return nil
	}
	h := make(http.Header, len(set))
	for name, values := range set {
		if !ours[name] && isName(name) {
			h[name] = values
		}
	}
	return h
}

// isName reports whether s can be the name of a header.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
