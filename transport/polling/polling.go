// Package polling is the HTTP long-polling transport of Engine.IO: the server
// holds a GET until it has something to send, and the client sends by POST.
//
// Between polls a session costs memory, but no goroutine.
package polling

import (
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// maxAnswer is how many packets an answer holds. python-engineio refuses more.
const maxAnswer = 16

// Transport implements [engine.Transport]. Use [New].
type Transport struct {
	maxPayload int64
}

var _ engine.Transport = (*Transport)(nil)

// New returns the transport. maxPayload is the largest POST body in bytes.
func New(maxPayload int64) *Transport { return &Transport{maxPayload: maxPayload} }

// Name implements [engine.Transport].
func (t *Transport) Name() string { return engine.Polling }

// Refuse implements [engine.Transport].
func (t *Transport) Refuse(w http.ResponseWriter, r *http.Request, e *engine.Error) {
	if e == errTimeout {
		w.Header().Set("Connection", "close")
	}
	if e.Status == http.StatusRequestEntityTooLarge {
		w.WriteHeader(e.Status) // the official server sends no body here
		return
	}
	e.Write(w)
}

// ServeSession implements [engine.Transport].
func (t *Transport) ServeSession(w http.ResponseWriter, r *http.Request, s *engine.Session) {
	var err error
	if r.Method == http.MethodPost {
		err = t.post(w, r, s)
	} else {
		err = t.poll(w, r, s)
	}
	if err == nil {
		return
	}
	refusal := engine.ErrBadRequest
	errors.As(err, &refusal)
	t.Refuse(w, r, refusal)
}

// The header values are shared by all answers; net/http does not change them.
var (
	plain   = []string{"text/plain; charset=UTF-8"}
	html    = []string{"text/html"}
	noStore = []string{"no-store"}
	nosniff = []string{"nosniff"}
	zero    = []string{"0"}
)

// setHeader sets what every answer carries.
func setHeader(w http.ResponseWriter, r *http.Request, contentType []string) {
	h := w.Header()
	h["Content-Type"] = contentType
	h["Cache-Control"] = noStore
	h["X-Content-Type-Options"] = nosniff
	if ua := r.Header["User-Agent"]; len(ua) > 0 && (strings.Contains(ua[0], "MSIE") || strings.Contains(ua[0], "Trident")) {
		h["X-Xss-Protection"] = zero // Internet Explorer takes some payloads for attacks
	}
}

// batch is a batch and the memory to write it from.
type batch struct {
	engine.Batch
	body []byte
}

// keepBody is the largest answer whose memory is used again.
const keepBody = 64 << 10

var batches = sync.Pool{New: func() any { return &batch{Batch: engine.Batch{MaxPackets: maxAnswer}} }}

// poll answers a GET with what the session has to send, or waits for it. A client
// that goes away meanwhile ends the session: it may have lost an answer.
func (t *Transport) poll(w http.ResponseWriter, r *http.Request, s *engine.Session) error {
	c, err := s.Attach(r, nil)
	if err != nil {
		return err
	}
	// The WriteTimeout of an http.Server counts from the request on, but a poll is held
	// for longer: its answer would be lost, on HTTP/1.1 without an error.
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{})
	b := batches.Get().(*batch)
	b.MaxBytes = int(t.maxPayload)
	err = c.Next(r.Context(), &b.Batch)
	if err == nil {
		_ = rc.SetWriteDeadline(time.Now().Add(answerWait))
		b.body = appendPayload(b.body[:0], &b.Batch)
		setHeader(w, r, plain)
		if len(b.body) > 2048 { // net/http counts shorter ones itself
			w.Header()["Content-Length"] = []string{strconv.Itoa(len(b.body))}
		}
		_, err = w.Write(b.body)
	}
	c.Release(err)
	if cap(b.body) > keepBody {
		b.body = nil
	}
	clear(b.Messages)
	batches.Put(b)
	return nil
}

// answerWait is how long a client may take to read an answer.
const answerWait = 10 * time.Second

func appendPayload(dst []byte, b *engine.Batch) []byte {
	for _, p := range b.Control {
		dst = eio.AppendPayload(dst, 0, p)
	}
	for _, m := range b.Messages {
		dst = m.AppendPayload(dst, 0)
	}
	if b.End != 0 {
		dst = eio.AppendPayload(dst, 0, eio.Packet{Type: b.End})
	}
	return dst
}

var ok = []byte("ok")

// post takes a POST. Its body is in pooled memory, which no packet outlives.
func (t *Transport) post(w http.ResponseWriter, r *http.Request, s *engine.Session) error {
	body := bodies.Get().(*[]byte)
	err := s.Post(r, func() (_ []byte, err error) {
		rc := http.NewResponseController(w)
		// Behind a writer that cannot be unwrapped the heartbeat ends it instead.
		_ = rc.SetReadDeadline(time.Now().Add(bodyWait))
		if *body, err = t.readBody(*body, r); err == nil {
			// Else net/http reads what is left of the body, and needs the deadline.
			_ = rc.SetReadDeadline(time.Time{})
		}
		return *body, err
	})
	if cap(*body) <= keepBody {
		bodies.Put(body)
	}
	if err != nil {
		return err
	}
	setHeader(w, r, html) // as the official server answers
	w.Write(ok)
	return nil
}

var bodies = sync.Pool{New: func() any { return new([]byte) }}

// bodyWait is how long the body of a POST may take to arrive.
const bodyWait = 10 * time.Second

var (
	errEncoded = &engine.Error{Code: 3, Message: "Content-Encoding is not supported", Status: http.StatusUnsupportedMediaType}
	errTimeout = &engine.Error{Code: 3, Message: "Request timeout", Status: http.StatusRequestTimeout}
	errBinary  = errors.New("polling: binary body, which protocol 4 does not have")
)

// readBody reads the request's body into buf. Of a body that is refused for its
// size, its encoding or its slowness nothing is handled, and the session stays open.
func (t *Transport) readBody(buf []byte, r *http.Request) ([]byte, error) {
	if ct := r.Header["Content-Type"]; len(ct) > 0 && strings.HasPrefix(ct[0], "application/octet-stream") {
		return nil, errBinary
	}
	if slices.ContainsFunc(r.Header["Content-Encoding"], func(coding string) bool { return coding != "identity" }) {
		return nil, errEncoded
	}
	if r.ContentLength > t.maxPayload {
		t.drain(r)
		return nil, engine.ErrTooLarge
	}
	if n := max(r.ContentLength+1, 512); int64(cap(buf)) < n {
		buf = make([]byte, 0, n)
	}
	buf = buf[:0]
	for {
		n, err := r.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > t.maxPayload:
			t.drain(r)
			return nil, engine.ErrTooLarge
		case err == io.EOF:
			return buf, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, errTimeout
		case err != nil:
			return nil, err
		case len(buf) == cap(buf):
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

// drain reads as much of a refused body as one may have. When the client wants the
// connection closed after the answer, as nginx does by default, net/http closes it at
// once: what is left unread would have the system reset it, and the refusal be lost.
func (t *Transport) drain(r *http.Request) {
	if r.Close {
		_, _ = io.CopyN(io.Discard, r.Body, t.maxPayload)
	}
}
