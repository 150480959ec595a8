// deflate.go: permessage-deflate (RFC 7692) without context takeover: each message is
// compressed for itself, so that one compressed message serves all sessions.

package websocket

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/everwire/everwire/engine"
)

// agreement is what came of an offer of permessage-deflate.
type agreement struct {
	window int8 // bits of how far back we may refer; 0: nothing is compressed
	asked  bool // the client has asked for it
}

// gorillaSays is how gorilla answers any offer.
const gorillaSays = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// answer returns gorilla's answer to the handshake with what it leaves out: the window
// that the client has asked for (RFC 7692 7.1.2.1).
func (a agreement) answer(head []byte) []byte {
	if !a.asked {
		return head
	}
	return bytes.Replace(head, []byte(gorillaSays), fmt.Appendf(nil, "%s; server_max_window_bits=%d", gorillaSays, a.window), 1)
}

// agree returns what comes of the client's offers: the first that we understand.
func agree(h http.Header) agreement {
	for _, list := range h["Sec-Websocket-Extensions"] {
		for offer := range strings.SplitSeq(list, ",") {
			if a := agreeOn(offer); a.window > 0 {
				return a
			}
		}
	}
	return agreement{}
}

func agreeOn(offer string) (a agreement) {
	name, parameters, more := strings.Cut(offer, ";")
	if strings.TrimSpace(name) != "permessage-deflate" {
		return a
	}
	window := 15
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
			ok = !valued || windowBits(value) > 0
		case "server_max_window_bits":
			window, a.asked = windowBits(value), true
			ok = window > 0
		}
		if !ok || seen[key] {
			return agreement{}
		}
		seen[key] = true
	}
	a.window = int8(window)
	return a
}

// windowBits returns the number from 8 to 15 that s is, or 0.
func windowBits(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 8 || n > 15 || len(s) != len(strconv.Itoa(n)) {
		return 0
	}
	return n
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
		if worthwhile && n >= c.t.deflate && n <= c.longest() {
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

// longest returns how many bytes a message may have to be compressed: nothing in it
// refers farther back than to its beginning.
func (c *conn) longest() int {
	if c.agreed.window == 15 {
		return math.MaxInt // compressors refer no farther
	}
	return 1 << c.agreed.window
}

// isCorrupt reports whether err says that a message could not be inflated. An end of the
// connection within a message is another error of gorilla's.
func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF)
}
