// stream.go: a stream whose connection stays with net/http.

package sse

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/internal/downlink"
)

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
		b.event = appendEvent(b.event[:0], &b.Batch)
		return nil
	case ctx.Err() == nil:
		b.event = append(b.event[:0], comment...)
		return nil
	}
	return engine.ErrPeerClosed
}

// batch is what one event holds, and the memory for it.
type batch struct {
	engine.Batch
	event []byte
}

var batches = sync.Pool{New: func() any { return &batch{Batch: engine.Batch{MaxBytes: batchSize}} }}

func (b *batch) free() {
	if cap(b.event) > keepBuf {
		b.event = nil
	}
	clear(b.Messages)
	batches.Put(b)
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
