// Package sse is the transport over server-sent events: one long HTTP answer from
// server to client, and POSTs the other way. It passes where WebSockets are blocked,
// without the round trip for each answer that long-polling costs.
//
// The format is that of PROTOCOL.md section 6. Over HTTP/1 the connection of a stream is
// taken over from net/http when its first event has gone out; then it costs one goroutine
// with a small stack, which waits for the client's end, and is written to as WebSockets
// are. Elsewhere, over HTTP/2 and behind middlewares with a writer of their own, it costs
// its handler.
package sse

import (
	"net/http"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/transport/internal/outlet"
	"github.com/everwire/everwire/transport/internal/uplink"
)

// Name is the value of ?transport=.
const Name = "sse"

const (
	silence   = 15 * time.Second // after which a comment is sent, for the proxies between
	batchSize = 64 << 10         // bytes that an event aims at
	keepBuf   = 64 << 10         // largest event whose memory is used again
)

// Transport implements [engine.Transport]. Use [New].
type Transport struct {
	maxPayload int64
	start      time.Time
	flushers   *outlet.Flushers
}

var _ engine.Transport = (*Transport)(nil)

// New returns the transport. maxPayload is the largest POST body in bytes.
func New(maxPayload int64) *Transport {
	return &Transport{maxPayload: maxPayload, start: time.Now(), flushers: outlet.NewFlushers()}
}

// now is the time since the transport was made.
func (t *Transport) now() time.Duration { return time.Since(t.start) }

// Name implements [engine.Transport].
func (t *Transport) Name() string { return Name }

// Refuse implements [engine.Transport]. A stream is refused by an event: EventSource
// shows its page neither the status nor the body of an answer.
func (t *Transport) Refuse(w http.ResponseWriter, r *http.Request, e *engine.Error) {
	if r.Method != http.MethodGet || e.Code == engine.ErrForbidden.Code || e.Status == http.StatusRequestHeaderFieldsTooLarge {
		uplink.Refuse(w, e)
		return
	}
	setHeader(w)
	w.Write(appendRefusal(nil, e))
}

// ServeSession implements [engine.Transport].
func (t *Transport) ServeSession(w http.ResponseWriter, r *http.Request, s *engine.Session) {
	if r.Method == http.MethodPost {
		uplink.Post(w, r, s, t.maxPayload)
		return
	}
	if canTake(w, r) {
		t.serveTaken(w, r, s)
		return
	}
	c, err := s.Attach(r, nil)
	if err != nil {
		t.Refuse(w, r, engine.AsError(err))
		return
	}
	c.Release(t.stream(w, r, s, c))
}

func setHeader(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform") // or haproxy compresses it, and holds it back
	h.Set("X-Accel-Buffering", "no")                 // or nginx holds it back
	h.Set("X-Content-Type-Options", "nosniff")
}
