// Package sse is the transport over server-sent events: one long HTTP answer from
// server to client, and POSTs the other way. It passes where WebSockets are blocked,
// without the round trip for each answer that long-polling costs.
//
// The format is that of PROTOCOL.md section 6. An idle connection costs one
// goroutine, its handler.
package sse

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/internal/downlink"
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
}

var _ engine.Transport = (*Transport)(nil)

// New returns the transport. maxPayload is the largest POST body in bytes.
func New(maxPayload int64) *Transport { return &Transport{maxPayload: maxPayload} }

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

// stream writes events until the connection ends. Its error is why.
func (t *Transport) stream(w http.ResponseWriter, r *http.Request, s *engine.Session, c *engine.Conn) error {
	b := batches.Get().(*batch)
	defer b.free()
	setHeader(w)
	out := &writer{Writer: downlink.New(w)}
	defer out.Close()
	l := limitOf(r, s.Resumes())
	ends := time.Now().Add(l.time)
	for sent := int64(0); ; {
		if l.bytes > 0 && sent >= l.bytes || l.time > 0 && !time.Now().Before(ends) {
			return nil
		}
		if err := t.next(r.Context(), c, b); err != nil {
			return err
		}
		if len(b.event) > 0 {
			err := out.write(b.event)
			if sent == 0 {
				out.hint(w.Header(), r, s, err)
			}
			if err != nil {
				return err
			}
			sent += int64(len(b.event))
		}
		if b.End != 0 {
			return nil
		}
	}
}

// next waits for something to send and makes it an event, or a comment after some
// silence.
func (t *Transport) next(ctx context.Context, c *engine.Conn, b *batch) error {
	wait, cancel := context.WithTimeout(ctx, silence)
	err := c.Next(wait, &b.Batch)
	cancel()
	switch {
	case err == nil:
		b.encode()
		return nil
	case ctx.Err() == nil:
		b.event = append(b.event[:0], ":\n\n"...)
		return nil
	}
	return engine.ErrPeerClosed
}

// batch is what one event holds, and the memory for it.
type batch struct {
	engine.Batch
	payload, event []byte
}

var batches = sync.Pool{New: func() any { return &batch{Batch: engine.Batch{MaxBytes: batchSize}} }}

func (b *batch) free() {
	if cap(b.payload) > keepBuf || cap(b.event) > keepBuf {
		b.payload, b.event = nil, nil
	}
	clear(b.Messages)
	batches.Put(b)
}

func (b *batch) encode() {
	b.payload = b.AppendPayload(b.payload[:0])
	b.event = b.event[:0]
	if len(b.payload) > 0 {
		b.event = appendEvent(b.event, b.Last, b.payload)
	}
}

// writer writes events, each at once.
type writer struct{ downlink.Writer }

func (o *writer) write(event []byte) error {
	if err := o.Write(event); err != nil {
		return err
	}
	return o.Flush()
}

// hint tells the operator what the middlewares in front do to the stream, after its first
// event was written: some only then show what they are.
func (o *writer) hint(answer http.Header, r *http.Request, s *engine.Session, err error) {
	encoding := answer.Get("Content-Encoding")
	switch {
	case errors.Is(err, http.ErrNotSupported):
		s.Hint("a middleware cannot flush: server-sent events are impossible; give its http.ResponseWriter a Flush or Unwrap method, " +
			"or leave the server's path out of it")
	case encoding != "":
		s.Hint("a middleware compresses server-sent events, and may hold them back; leave the server's path out of it", "encoding", encoding)
	}
	if o.Hidden() && err == nil {
		// The heartbeat ends what the deadline cannot.
		s.Hint("a middleware hides the connection from the sse transport: slow clients are noticed later; give its http.ResponseWriter " +
			"an Unwrap method")
	}
	s.HintCut(r, true, o.Hidden())
}
