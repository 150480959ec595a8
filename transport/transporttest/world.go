// world.go: a server, its application, and sessions with both their ends.

package transporttest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// world is a server with one transport.
type world struct {
	t      *testing.T
	h      Harness
	srv    *engine.Server
	http   *httptest.Server
	opened chan *end
	refuse error // what the application says to new sessions
	room   int   // how many messages it takes before it waits for the test
}

// end is the server's end of a session.
type end struct {
	s      *engine.Session
	got    chan eio.Packet
	closed chan engine.CloseReason
}

func newWorld(t *testing.T, h Harness, c engine.Config) *world {
	w := &world{t: t, h: h, opened: make(chan *end, 100), room: 2000}
	c.MaxPayload = MaxPayload
	c.Logger = slog.New(slog.DiscardHandler)
	var err error
	w.srv, err = engine.New(c, w, h.New(MaxPayload))
	check(t, err, "new server")
	w.http = httptest.NewServer(w.srv)
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = w.srv.Shutdown(now)
		w.http.Close()
	})
	return w
}

// Open implements engine.Handler.
func (w *world) Open(s *engine.Session) (engine.Receiver, error) {
	if w.refuse != nil {
		return nil, w.refuse
	}
	s.Joined()
	e := &end{s: s, got: make(chan eio.Packet, w.room), closed: make(chan engine.CloseReason, 1)}
	w.opened <- e
	return e, nil
}

// Receive implements engine.Receiver. It waits for the test when its room is full.
func (e *end) Receive(p eio.Packet) error {
	p.Data = bytes.Clone(p.Data)
	if !p.Binary && string(p.Data) == "refuse me" {
		return errors.New("refused")
	}
	select {
	case e.got <- p:
	case <-e.s.Done():
	}
	return nil
}

// Closed implements engine.Receiver.
func (e *end) Closed(why engine.CloseReason) {
	e.closed <- why
	close(e.closed) // a second call panics
}

// dial opens a session and returns both its ends. The client's is cut off with
// the test.
func (w *world) dial() (Client, *end) {
	w.t.Helper()
	c, err := w.h.Dial(w.t, w.http.URL)
	check(w.t, err, "dial")
	w.t.Cleanup(c.Cut)
	return c, <-w.opened
}

// next returns the client's next message; pings are answered.
func next(t testing.TB, c Client) eio.Packet {
	t.Helper()
	for {
		p, err := c.Next()
		check(t, err, "next packet")
		switch p.Type {
		case eio.Ping:
			check(t, c.Send(eio.Packet{Type: eio.Pong}), "pong")
		case eio.Noop:
		default:
			return p
		}
	}
}

// receive returns what the application got next.
func (e *end) receive(t testing.TB) eio.Packet {
	t.Helper()
	select {
	case p := <-e.got:
		return p
	case why := <-e.closed:
		t.Fatalf("session ended: %s", why)
	case <-time.After(patience):
		t.Fatal("nothing was received")
	}
	return eio.Packet{}
}

// ended waits for the end of the session.
func (e *end) ended(t testing.TB, want engine.CloseReason) {
	t.Helper()
	select {
	case got := <-e.closed:
		if got != want {
			t.Fatalf("session ended with %q, want %q", got, want)
		}
	case <-time.After(patience):
		t.Fatal("session did not end")
	}
}

// atEnd demands that the client hears of the end, perhaps after other packets.
func atEnd(t testing.TB, c Client) {
	t.Helper()
	for range 1000 {
		if _, err := c.Next(); err != nil {
			return
		}
	}
	t.Fatal("the client's session goes on")
}

func same(t testing.TB, got, want eio.Packet) {
	t.Helper()
	if got.Type != want.Type || got.Binary != want.Binary || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("got %s, want %s", brief(got), brief(want))
	}
}

func brief(p eio.Packet) string {
	b := eio.Append(nil, p)
	if len(b) > 80 {
		b = append(b[:80], "…"...)
	}
	return string(b)
}
