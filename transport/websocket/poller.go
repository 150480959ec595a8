// poller.go: poller mode: who reads from a connection, and when.

package websocket

import (
	"bufio"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/transport/internal/outlet"
)

// turn says whether somebody reads from a connection in poller mode.
type turn struct {
	polled bool        // the connection is in poller mode
	stay   atomic.Bool // whoever reads does so to the end

	state atomic.Uint32 // parked, reading or again
}

const (
	parked  = iota // nobody reads
	reading        // a goroutine does
	again          // it does, and there may be more than it has seen
)

// begin reports whether the caller is to read, because nobody does. Else the one who
// does will look again.
func (t *turn) begin() bool {
	for {
		if t.state.CompareAndSwap(parked, reading) {
			return true
		}
		if t.state.CompareAndSwap(reading, again) || t.state.Load() == again {
			return false
		}
	}
}

// end reports whether the one who reads may stop: there is nothing that he has not seen.
func (t *turn) end() bool {
	if t.state.CompareAndSwap(reading, parked) {
		return true
	}
	t.state.Store(reading)
	return false
}

// enroll has the poller watch the connection, before anybody else knows of it. Until it is
// parked, the caller is the one who reads.
func (r *reader) enroll(log *slog.Logger) {
	c := r.conn
	if !c.t.polls {
		return
	}
	c.turn.state.Store(reading)
	err := errNotPlain
	if c.Raw != nil || !CanPoll {
		err = c.t.poller.add(c)
	}
	if err != nil {
		c.t.hinted.Do(func() {
			log.Warn("everwire: Config.Poller: a WebSocket gets a goroutine, and others may: it cannot be polled", "error", err)
		})
		return
	}
	c.turn.polled = true
	if c.agreed.window > 0 {
		c.own = r
	}
}

var errNotPlain = errors.New("it is no plain connection, but TLS or a net.Conn of another type than package net's")

// hand leaves the connection to the poller, or to a goroutine of its own.
func (r *reader) hand() {
	if r.turn.polled && len(r.in) == 0 && r.giveUp() {
		return
	}
	// Owned by the connection; ends when the connection does, which the write
	// deadline and the heartbeat make sure of, or when it is parked; blocks on
	// reading and in the session.
	go r.read()
}

// giveUp reports whether the connection was given up. Then somebody else may have it
// already, and the reader too.
func (r *reader) giveUp() bool {
	c := r.conn
	if !c.turn.end() {
		return false
	}
	if c.own == nil {
		c.t.putReader(r)
	}
	return true
}

// look has somebody read from the connection, in poller mode.
func (c *conn) look() {
	if c.turn.begin() {
		// Owned by the connection; ends when nothing more can be read; blocks on
		// the rest of a message, and in the session.
		go c.serve()
	}
}

// rouse is look in either mode: without the poller, somebody reads anyway.
func (c *conn) rouse() {
	if c.turn.polled {
		c.look()
	}
}

// rouseForGood has somebody read from the connection until it ends.
func (c *conn) rouseForGood() {
	c.turn.stay.Store(true)
	c.rouse()
}

func (c *conn) serve() {
	r := c.own
	if r == nil {
		r = c.t.getReader(c)
	}
	r.read()
}

// getReader returns a reader for a connection without compression.
func (t *Transport) getReader(c *conn) *reader {
	r, _ := t.readers.Get().(*reader)
	if r == nil {
		r = t.newReader()
	}
	r.conn = c
	return r
}

// putReader takes a reader back that stands between two messages.
func (t *Transport) putReader(r *reader) {
	r.conn, r.meter = nil, 0
	t.readers.Put(r)
}

// newReader makes a reader out of an upgrade that goes nowhere: gorilla has no other way.
// Those of the connections' own upgrades are used before.
func (t *Transport) newReader() *reader {
	r := &reader{conn: &conn{Half: outlet.Half{Conn: nowhere{}}, t: t}}
	ws, err := t.upgrader.Upgrade(nowhereWriter{r}, anyUpgrade, nil)
	if err != nil {
		panic(err) // it is always the same one
	}
	r.start(ws)
	return r
}

// anyUpgrade is a request that gorilla takes.
var anyUpgrade = &http.Request{Method: http.MethodGet, Header: http.Header{
	"Connection":            {"upgrade"},
	"Upgrade":               {"websocket"},
	"Sec-Websocket-Version": {"13"},
	"Sec-Websocket-Key":     {"AAAAAAAAAAAAAAAAAAAAAA=="},
}}

// nowhereWriter gives up a connection to nowhere.
type nowhereWriter struct{ r *reader }

func (nowhereWriter) Header() http.Header         { return http.Header{} }
func (nowhereWriter) Write(p []byte) (int, error) { return len(p), nil }
func (nowhereWriter) WriteHeader(int)             {}

func (w nowhereWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.r, bufio.NewReadWriter(bufio.NewReaderSize(nil, 16), bufio.NewWriterSize(w.r, 16)), nil
}

// nowhere is a connection that takes the answer to an upgrade.
type nowhere struct{ net.Conn }

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) SetDeadline(time.Time) error { return nil }
