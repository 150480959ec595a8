// Package uplink is the way from client to server of the transports that have no
// duplex connection: packets in the body of a POST.
package uplink

import (
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
)

// The header values are shared by all answers; net/http does not change them.
var (
	html    = []string{"text/html"}
	noStore = []string{"no-store"}
	nosniff = []string{"nosniff"}
	zero    = []string{"0"}
)

// SetHeader sets what every answer carries.
func SetHeader(w http.ResponseWriter, r *http.Request, contentType []string) {
	h := w.Header()
	h["Content-Type"] = contentType
	h["Cache-Control"] = noStore
	h["X-Content-Type-Options"] = nosniff
	if ua := r.Header["User-Agent"]; len(ua) > 0 && (strings.Contains(ua[0], "MSIE") || strings.Contains(ua[0], "Trident")) {
		h["X-Xss-Protection"] = zero // Internet Explorer takes some payloads for attacks
	}
}

// firstBody is the largest memory that a body gets before any of it has come: who announces a megabyte and sends nothing
// shall not have us hold one.
const firstBody = 32 << 10

// keepBody is the largest body whose memory is used again.
const keepBody = 64 << 10

var ok = []byte("ok")

// Post takes a POST of a session, of maxPayload bytes at most. Its body is in pooled
// memory, which no packet outlives.
func Post(w http.ResponseWriter, r *http.Request, s *engine.Session, maxPayload int64) {
	body := bodies.Get().(*[]byte)
	err := s.Post(r, func() (_ []byte, err error) {
		wait := patience{http.NewResponseController(w), time.Now()}
		wait.extend(0)
		if *body, err = readBody(*body, r, maxPayload, wait.extend); err == nil {
			// Else net/http reads what is left of the body, and needs the deadline.
			_ = wait.rc.SetReadDeadline(time.Time{})
		}
		return *body, err
	})
	if cap(*body) <= keepBody {
		bodies.Put(body)
	}
	if err != nil {
		refusal := engine.AsError(err)
		Refuse(w, refusal)
		if refusal == engine.ErrTooLarge && r.Close && r.Header.Get("Expect") == "" {
			drain(w, r, maxPayload)
		}
		return
	}
	SetHeader(w, r, html) // as the official server answers
	w.Write(ok)
}

// Refuse answers a request that is refused.
func Refuse(w http.ResponseWriter, e *engine.Error) {
	if e == errTimeout {
		w.Header().Set("Connection", "close")
	}
	if e.Status == http.StatusRequestEntityTooLarge {
		w.Header().Set("Content-Length", "0") // the official server sends no body here
		w.WriteHeader(e.Status)
		return
	}
	e.Write(w)
}

var bodies = sync.Pool{New: func() any { return new([]byte) }}

// How long the body of a POST may take to arrive: slow lines get their time, but not
// who sends a byte a second.
const (
	bodyWait = 10 * time.Second // and
	rate     = 16 << 10         // bytes a second
)

// patience sets the deadline for a body. Behind a writer that cannot be unwrapped
// the heartbeat ends it instead.
type patience struct {
	rc    *http.ResponseController
	start time.Time
}

func (p patience) extend(received int) {
	_ = p.rc.SetReadDeadline(p.start.Add(bodyWait + time.Duration(received/rate)*time.Second))
}

var (
	errEncoded = &engine.Error{Code: 3, Message: "Content-Encoding is not supported", Status: http.StatusUnsupportedMediaType}
	errTimeout = &engine.Error{Code: 3, Message: "Request timeout", Status: http.StatusRequestTimeout}
	errBinary  = errors.New("uplink: binary body, which protocol 4 does not have")
)

// readBody reads the request's body into buf. Of a body that is refused for its
// size, its encoding or its slowness nothing is handled, and the session stays open.
func readBody(buf []byte, r *http.Request, maxPayload int64, extend func(received int)) ([]byte, error) {
	if ct := r.Header["Content-Type"]; len(ct) > 0 && strings.HasPrefix(ct[0], "application/octet-stream") {
		return nil, errBinary
	}
	if slices.ContainsFunc(r.Header["Content-Encoding"], func(coding string) bool { return coding != "identity" }) {
		return nil, errEncoded
	}
	if r.ContentLength > maxPayload {
		return nil, engine.ErrTooLarge
	}
	if n := min(max(r.ContentLength+1, 512), firstBody); int64(cap(buf)) < n {
		buf = make([]byte, 0, n)
	}
	buf = buf[:0]
	for {
		n, err := r.Body.Read(buf[len(buf):cap(buf)])
		if before := len(buf); before/rate != (before+n)/rate {
			extend(before + n)
		}
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > maxPayload:
			return nil, engine.ErrTooLarge
		case err == io.EOF:
			return buf, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, errTimeout
		case err != nil:
			return nil, err
		case len(buf) == cap(buf):
			more := len(buf) // what is announced gets its memory when it has come by half
			if rest := r.ContentLength + 1 - int64(len(buf)); rest > 0 {
				more = int(min(int64(more), rest))
			}
			buf = slices.Grow(buf, max(more, 1))
		}
	}
}

// drain reads as much of a refused body as one may have, when the refusal is out.
// When the client wants the connection closed after the answer, as nginx does by
// default, net/http closes it at once: what is left unread would have the system
// reset it, and the refusal be lost.
func drain(w http.ResponseWriter, r *http.Request, maxPayload int64) {
	_ = http.NewResponseController(w).Flush()
	_, _ = io.CopyN(io.Discard, r.Body, maxPayload)
}
