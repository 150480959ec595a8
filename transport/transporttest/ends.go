// ends.go: how sessions end, and how they do not begin.

package transporttest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// testServerCloses closes a session that has much to say: it is said first.
func testServerCloses(t *testing.T, h Harness) {
	const n = 100
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	for i := range n {
		check(t, e.s.Send(engine.NewMessage(numbered(i))), "send to the client")
	}
	e.s.Close(engine.ForcedClose)
	for i := range n {
		same(t, next(t, c), numbered(i))
	}
	atEnd(t, c)
	e.ended(t, engine.ForcedClose)
	eventually(t, "the session to be forgotten", func() bool { return w.srv.Sessions() == 0 })
}

func testClientCloses(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	check(t, c.Send(numbered(1)), "send")
	same(t, e.receive(t), numbered(1))
	check(t, c.Close(), "close")
	e.ended(t, engine.TransportClose)
	atEnd(t, c)
	if err := e.s.Send(engine.NewMessage(numbered(2))); !errors.Is(err, engine.ErrClosed) {
		t.Fatalf("send after the end: %v", err)
	}
}

func testLost(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	c.Cut()
	e.ended(t, h.Lost)
	eventually(t, "the session to be forgotten", func() bool { return w.srv.Sessions() == 0 })
}

// testProtocolError has the application refuse a message, and the engine one that
// makes no sense.
func testProtocolError(t *testing.T, h Harness) {
	for _, p := range []eio.Packet{
		eio.Text([]byte("refuse me")),
		{Type: eio.Ping, Data: []byte("wrong way")},
		{Type: 'x', Data: []byte("no such type")},
	} {
		w := newWorld(t, h, engine.Config{})
		c, e := w.dial()
		_ = c.Send(p)
		e.ended(t, engine.ParseError)
		atEnd(t, c)
	}
}

// testHeartbeat keeps a session over many intervals.
func testHeartbeat(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{PingInterval: 20 * time.Millisecond, PingTimeout: 5 * time.Second})
	c, e := w.dial()
	for range 5 {
		p, err := c.Next()
		check(t, err, "next packet")
		same(t, p, eio.Packet{Type: eio.Ping})
		check(t, c.Send(eio.Packet{Type: eio.Pong}), "pong")
	}
	check(t, c.Send(numbered(1)), "send")
	same(t, e.receive(t), numbered(1))
}

func testSilence(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{PingInterval: 50 * time.Millisecond, PingTimeout: 50 * time.Millisecond})
	c, e := w.dial()
	atEnd(t, c)
	e.ended(t, engine.PingTimeout)
}

func testShutdown(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	c, e := w.dial()
	check(t, e.s.Send(engine.NewMessage(numbered(1))), "send to the client")
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		done <- w.srv.Shutdown(ctx)
	}()
	same(t, next(t, c), numbered(1))
	atEnd(t, c)
	check(t, <-done, "shutdown")
	e.ended(t, engine.ShuttingDown)
	if _, err := h.Dial(t, w.http.URL); err == nil {
		t.Fatal("a session was opened after the shutdown")
	}
}

// testRefusals looks at the status and the words of each refusal.
func testRefusals(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	name := h.New(MaxPayload).Name()
	for query, want := range map[string]*engine.Error{
		"EIO=4&transport=nonsense":             engine.ErrUnknownTransport,
		"EIO=4&transport=" + name + "&sid=zzz": engine.ErrUnknownSession,
		"EIO=3&transport=" + name:              engine.ErrBadVersion,
		"transport=" + name:                    engine.ErrBadVersion,
		"EIO=4&EIO=4&transport=" + name:        engine.ErrBadRequest,
	} {
		status, body := do(t, h.Request(w.http.URL, query))
		wantStatus := want.Status
		if h.RefusalStatus != 0 && status == h.RefusalStatus {
			wantStatus = status
		}
		if status != wantStatus || !strings.Contains(body, want.Message) {
			t.Errorf("%s: got %d %q, want %d %q", query, status, body, want.Status, want.Message)
		}
	}
	r := h.Request(w.http.URL, "EIO=4&transport="+name)
	r.Header.Set("Origin", "http://evil.example")
	if status, _ := do(t, r); status != http.StatusForbidden {
		t.Errorf("page of another origin: got %d", status)
	}
	if w.srv.Sessions() != 0 {
		t.Errorf("%d sessions are left", w.srv.Sessions())
	}
}

func do(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	defer tr.CloseIdleConnections()
	resp, err := tr.RoundTrip(r)
	check(t, err, "request")
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	check(t, err, "answer")
	return resp.StatusCode, string(b)
}

func testRefusedByApplication(t *testing.T, h Harness) {
	w := newWorld(t, h, engine.Config{})
	w.refuse = errors.New("members only")
	if _, err := h.Dial(t, w.http.URL); err == nil {
		t.Fatal("a refused session was opened")
	}
	if w.srv.Sessions() != 0 {
		t.Errorf("%d sessions are left", w.srv.Sessions())
	}
}
