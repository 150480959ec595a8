// Package downlink writes to HTTP clients that may be slow, but not dead.
package downlink

import (
	"errors"
	"net/http"
	"time"
)

const (
	pieceSize = 64 << 10         // of what is written under one deadline
	pieceWait = 10 * time.Second // for a client to take a piece
)

// Writer writes to one answer.
type Writer struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// New returns the writer of an answer that may begin any time later: the WriteTimeout
// of an http.Server counts from the request on, and what is written after it would be
// lost, on HTTP/1.1 without an error.
func New(w http.ResponseWriter) Writer {
	d := Writer{w, http.NewResponseController(w)}
	_ = d.rc.SetWriteDeadline(time.Time{})
	return d
}

// Write writes b as long as the client takes something every 10 s. Without access to
// the connection, behind a middleware that hides it, there is no deadline; hidden
// tells so.
func (d Writer) Write(b []byte) (hidden bool, err error) {
	for len(b) > 0 && err == nil {
		hidden = errors.Is(d.rc.SetWriteDeadline(time.Now().Add(pieceWait)), http.ErrNotSupported)
		n := min(len(b), pieceSize)
		_, err = d.w.Write(b[:n])
		b = b[n:]
	}
	return hidden, err
}

// Flush sends what was written. The silence after it has no deadline: over HTTP/2 one
// that passes ends the stream, whether something is being written or not.
func (d Writer) Flush() error {
	err := d.rc.Flush()
	_ = d.rc.SetWriteDeadline(time.Time{})
	return err
}

// Close gives the end of the answer, which net/http writes, a deadline again.
func (d Writer) Close() { _ = d.rc.SetWriteDeadline(time.Now().Add(pieceWait)) }
