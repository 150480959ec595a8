// deflate.go: permessage-deflate (RFC 7692) without context takeover: each message is
// compressed for itself, so that one compressed message serves all sessions.

package websocket

import (
	"compress/flate"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/everwire/everwire/engine"
)

// deflates reports whether the client offers permessage-deflate in a form that gorilla
// answers rightly: it says that neither side takes its context over, and nothing else.
// An offer that limits our window must be answered with a limit, and is declined.
func deflates(h http.Header) bool {
	for _, list := range h["Sec-Websocket-Extensions"] {
		for offer := range strings.SplitSeq(list, ",") {
			if acceptable(offer) {
				return true
			}
		}
	}
	return false
}

func acceptable(offer string) bool {
	name, parameters, more := strings.Cut(offer, ";")
	if strings.TrimSpace(name) != "permessage-deflate" {
		return false
	}
	seen := map[string]bool{}
	for more {
		var parameter string
		parameter, parameters, more = strings.Cut(parameters, ";")
		key, value, valued := strings.Cut(parameter, "=")
		key, value = strings.TrimSpace(key), strings.Trim(strings.TrimSpace(value), `"`)
		ok := false
		switch key {
		case "server_no_context_takeover", "client_no_context_takeover":
			ok = !valued
		case "client_max_window_bits": // we can inflate with any window
			ok = !valued || isWindowBits(value)
		}
		if !ok || seen[key] {
			return false
		}
		seen[key] = true
	}
	return true
}

// isWindowBits reports whether s is a number from 8 to 15.
func isWindowBits(s string) bool {
	return s == "8" || s == "9" || len(s) == 2 && s[0] == '1' && s[1] >= '0' && s[1] <= '5'
}

const compressed = 1 << 6 // RSV1

// appendMessage appends the frames of a message for a client that takes compressed
// ones.
func (c *conn) appendMessage(dst []byte, m *engine.Message) []byte {
	worthwhile := m.Compressible()
	for i, p := range m.Packets() {
		op, n := byte(opText), 1+len(p.Data)
		if p.Binary {
			op, n = opBinary, len(p.Data)
		}
		var data []byte
		if worthwhile && n >= c.t.deflate {
			data = m.Deflated(i)
		}
		if data == nil {
			dst = appendPacket(dst, p)
		} else {
			dst = appendFrame(dst, op|compressed, data)
		}
	}
	return dst
}

// isCorrupt reports whether err says that a message could not be inflated. An end of the
// connection within a message is another error of gorilla's.
func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF)
}
