// params.go: the query parameters of the protocol.

package engine

import "strings"

// params are the query parameters of the protocol. They need no unescaping: no
// valid value has an escape in it.
type params struct {
	transport, sid, eio string
	hasSID              bool

	// Of the extension (PROTOCOL.md). A stock client may use the names for what it
	// likes: without resume=1 the rest is not looked at.
	resume        bool
	c             bool // the server shall connect the main namespace by itself
	rid           string
	at, ack, n, p number
}

// number is a parameter that counts; absent is one that is not there.
type number int64

const (
	absent    number = -1
	maxNumber        = 1<<53 - 1
)

// The parameters that may occur once.
const (
	paramTransport = iota
	paramSID
	paramEIO
	paramResume
	paramRID
	paramAt
	paramAck
	paramN
	paramP
	paramC
	paramCount
)

// parseParams reads the query without building a map of it. A parameter of ours
// that occurs twice is refused: who reads the other one might decide otherwise.
func parseParams(query string) (p params, err *Error) {
	var seen [paramCount]string
	var twice, extended bool
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		i, ours := paramIndex(key)
		if !ours {
			continue
		}
		if seen[i] != "" {
			twice, extended = twice || i <= paramEIO, true
		}
		seen[i] = "=" + value
	}
	if twice {
		return p, ErrBadRequest
	}
	// Official servers take an empty sid for none.
	p.transport = strings.TrimPrefix(seen[paramTransport], "=")
	p.sid, p.eio = strings.TrimPrefix(seen[paramSID], "="), strings.TrimPrefix(seen[paramEIO], "=")
	p.hasSID = p.sid != ""
	if seen[paramResume] != "=1" {
		return p, nil
	}
	p.resume, p.c = true, seen[paramC] == "=1"
	if extended || !p.parseNumbers(&seen) {
		return p, ErrBadRequest
	}
	return p, nil
}

func paramIndex(key string) (int, bool) {
	switch key {
	case "transport":
		return paramTransport, true
	case "sid":
		return paramSID, true
	case "EIO":
		return paramEIO, true
	case "resume":
		return paramResume, true
	case "rid":
		return paramRID, true
	case "at":
		return paramAt, true
	case "ack":
		return paramAck, true
	case "n":
		return paramN, true
	case "p":
		return paramP, true
	case "c":
		return paramC, true
	}
	return 0, false
}

// parseNumbers reads what the extension counts (PROTOCOL.md section 1).
func (p *params) parseNumbers(seen *[paramCount]string) (ok bool) {
	ok = true
	for _, f := range []struct {
		i  int
		to *number
	}{{paramAt, &p.at}, {paramAck, &p.ack}, {paramN, &p.n}, {paramP, &p.p}} {
		*f.to = absent
		if seen[f.i] != "" {
			n, valid := parseNumber(seen[f.i][1:])
			*f.to, ok = n, ok && valid
		}
	}
	p.rid = strings.TrimPrefix(seen[paramRID], "=")
	return ok && (seen[paramRID] == "" || isRID(p.rid))
}

// parseNumber reads 1 to 16 digits.
func parseNumber(text string) (n number, ok bool) {
	if len(text) == 0 || len(text) > 16 {
		return 0, false
	}
	for i := range len(text) {
		c := text[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + number(c-'0')
	}
	return n, n <= maxNumber
}

// isRID reports whether text is the name of a race: 22 characters of base64url.
func isRID(text string) bool {
	if len(text) != 22 {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
