// stream.go: a stream whose connection stays with net/http.

package sse

import (
	"context"
	"log/slog"
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
	out := &writer{downlink.New(w), t, s.Logger()}
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
			if err := out.write(b.event); err != nil {
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
type writer struct {
	downlink.Writer
	t   *Transport
	log *slog.Logger
}

func (o *writer) write(event []byte) error {
	hidden, err := o.Write(event)
	if hidden {
		// The heartbeat ends what the deadline cannot.
		o.t.hint.Do(func() {
			o.log.Info("everwire: a middleware hides the connection from the sse transport; slow clients are noticed later")
		})
	}
	if err != nil {
		return err
	}
	return o.Flush()
}
