// request.go: what is kept of the request that opened a session.

package engine

import (
	"context"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// Request is what a session keeps of the request that opened it: a compact copy,
// because holding an *http.Request costs kilobytes a session.
type Request struct {
	URI        string // path and query as they were sent
	Host       string
	RemoteAddr string // of the TCP connection, "host:port"
	Secure     bool   // TLS ended here
	Time       time.Time

	// Context carries the values that Config.Context picked. It is never cancelled.
	Context context.Context

	header string
}

func newRequest(r *http.Request, pick func(*http.Request) context.Context) *Request {
	// One string, and not parts of what net/http has read.
	rest := packHeader(r.Header, r.RequestURI, r.Host, r.RemoteAddr)
	cut := func(n int) (part string) {
		part, rest = rest[:n], rest[n:]
		return part
	}
	q := &Request{
		URI:        cut(len(r.RequestURI)),
		Host:       cut(len(r.Host)),
		RemoteAddr: cut(len(r.RemoteAddr)),
		Secure:     r.TLS != nil,
		Time:       time.Now(),
		Context:    context.Background(),
	}
	q.header = rest
	if pick != nil {
		if ctx := pick(r); ctx != nil {
			q.Context = context.WithoutCancel(ctx)
		}
	}
	return q
}

// Header returns the request's header. Each call makes a new map.
func (q *Request) Header() http.Header {
	h := http.Header{}
	for line := range strings.Lines(q.header) {
		k, v, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		h[k] = append(h[k], v)
	}
	return h
}

// Query returns the parsed query. Each call makes a new map.
func (q *Request) Query() url.Values {
	_, raw, _ := strings.Cut(q.URI, "?")
	v, _ := url.ParseQuery(raw)
	return v
}

// What a handshake may hold in its header and URI. The session keeps both, and
// net/http lets a megabyte through.
const (
	maxHeaderLines = 1000
	maxHeaderBytes = 64 << 10
)

// checkKept refuses a handshake of which too much would be kept, or whose host is
// none: applications make links of it.
func checkKept(r *http.Request) *Error {
	lines, size := 0, len(r.RequestURI)
	for k, vs := range r.Header {
		lines += len(vs)
		for _, v := range vs {
			size += len(k) + len(v)
		}
	}
	if lines > maxHeaderLines || size > maxHeaderBytes {
		return errLongHeader
	}
	if u, err := url.Parse("//" + r.Host); err != nil || u.Host != r.Host {
		return ErrBadRequest
	}
	return nil
}

// skipped are the headers of the handshake of a WebSocket: of no use later.
var skipped = map[string]bool{
	"Sec-Websocket-Key":        true,
	"Sec-Websocket-Version":    true,
	"Sec-Websocket-Extensions": true,
}

// packHeader writes a header as lines of "name:value", after what stands first. net/http
// lets no line break into a value.
func packHeader(h http.Header, first ...string) string {
	n := 0
	for _, s := range first {
		n += len(s)
	}
	for k, vs := range h {
		for _, v := range vs {
			if !skipped[k] {
				n += len(k) + len(v) + 2
			}
		}
	}
	var b strings.Builder
	b.Grow(n)
	for _, s := range first {
		b.WriteString(s)
	}
	for k, vs := range h {
		if skipped[k] {
			continue
		}
		for _, v := range vs {
			b.WriteString(k)
			b.WriteByte(':')
			b.WriteString(v)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// isUpgrade reports whether the request asks to become a WebSocket.
func isUpgrade(r *http.Request) bool {
	return hasToken(r.Header["Connection"], "upgrade") && hasToken(r.Header["Upgrade"], "websocket")
}

func hasToken(values []string, token string) bool {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(textproto.TrimString(part), token) {
				return true
			}
		}
	}
	return false
}

// Size returns the bytes that the request keeps.
func (r *Request) Size() int { return len(r.header) + len(r.URI) + len(r.Host) + len(r.RemoteAddr) }
