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
	w      http.ResponseWriter
	rc     *http.ResponseController
	hidden bool
}

// New returns the writer of an answer that may begin any time later: the WriteTimeout
// of an http.Server counts from the request on, and what is written after it would be
// lost, on HTTP/1.1 without an error.
func New(w http.ResponseWriter) Writer {
	rc := http.NewResponseController(w)
	return Writer{w, rc, errors.Is(rc.SetWriteDeadline(time.Time{}), http.ErrNotSupported)}
}

// Hidden reports whether a middleware hides the connection: there are no deadlines then
// but those of the http.Server.
func (d Writer) Hidden() bool { return d.hidden }

// Write writes b as long as the client takes something every 10 s, unless the connection
// is hidden.
func (d Writer) Write(b []byte) (err error) {
	for len(b) > 0 && err == nil {
		_ = d.rc.SetWriteDeadline(time.Now().Add(pieceWait))
		n := min(len(b), pieceSize)
		_, err = d.w.Write(b[:n])
		b = b[n:]
	}
	return err
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
