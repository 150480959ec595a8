// peer.go: the client's side: what a test says and hears.

package enginetest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// Patience is how long [Peer.Next] waits before it fails the test. In a bubble it
// is time of the bubble, which costs nothing.
const Patience = time.Minute

// errLost is what a session hears of a connection that was cut.
var errLost = errors.New("enginetest: connection cut")

// Peer is the client of one session. Its methods may be called concurrently, but
// those that can fail the test, [Peer.Next] and [Peer.NextPacket], only from the
// goroutine of the test.
type Peer struct {
	t       testing.TB
	session *engine.Session
	conn    *engine.Conn
	opened  eio.Packet
	stop    context.CancelCauseFunc
	done    chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex // guards what follows
	got     []eio.Packet
	more    chan struct{} // closed when got grows
	silent  bool          // pings are kept, not answered
	stalled chan struct{} // not nil while stalled; closed by Resume
}

// Dial opens a session on srv, an [engine.Server] with [Transport] or what stands
// on one. It fails the test if the session is refused, and closes the session at
// the end of the test. The OPEN packet is taken already.
func Dial(t testing.TB, srv http.Handler) *Peer {
	t.Helper()
	p, err := DialRequest(t, srv, Request())
	if err != nil {
		t.Fatalf("enginetest: dial: %v", err)
	}
	return p
}

// Request returns the request that Dial opens a session with. A test may change
// it and call [DialRequest].
func Request() *http.Request {
	return httptest.NewRequest(http.MethodGet, "/?EIO=4&transport="+Name, nil)
}

// DialRequest is [Dial] with the test's own request. A refusal is returned as an
// *[engine.Error].
func DialRequest(t testing.TB, srv http.Handler, r *http.Request) (*Peer, error) {
	t.Helper()
	res := attach(srv, httptest.NewRecorder(), r)
	if res.refusal != nil {
		return nil, res.refusal
	}
	ctx, stop := context.WithCancelCause(context.Background())
	p := &Peer{
		t: t, session: res.session, conn: res.conn, stop: stop,
		done: make(chan struct{}), more: make(chan struct{}),
	}
	var b engine.Batch
	if err := p.conn.TryNext(&b); err != nil || len(b.Control) == 0 || b.Control[0].Type != eio.Open {
		t.Fatalf("enginetest: no OPEN packet: %+v, %v", b, err)
	}
	p.opened = b.Control[0]
	b.Control = b.Control[1:]
	// Owned by the peer; ends with the session, with Close or Cut, or with the
	// test; blocks on the session having nothing to send.
	go p.run(ctx, &b)
	t.Cleanup(p.cleanup)
	return p, nil
}

// cleanup ends the peer with its test. In a bubble it lets time go on until the
// engine has seen that there is nothing left to look after: time stands still
// once the test has returned, and leftover goroutines fail it.
func (p *Peer) cleanup() {
	p.Close()
	if inBubble := time.Now().Year() < 2020; inBubble {
		time.Sleep(time.Second)
	}
}

// run takes what the session sends. The first batch is taken already.
func (p *Peer) run(ctx context.Context, b *engine.Batch) {
	defer close(p.done)
	for {
		p.take(b)
		if b.End != 0 {
			p.conn.Release(engine.ErrPeerClosed)
			return
		}
		p.rest(ctx)
		if err := p.conn.Next(ctx, b); err != nil {
			p.conn.Release(context.Cause(ctx))
			return
		}
	}
}

// rest waits while the peer is stalled.
func (p *Peer) rest(ctx context.Context) {
	p.mu.Lock()
	stalled := p.stalled
	p.mu.Unlock()
	if stalled != nil {
		select {
		case <-stalled:
		case <-ctx.Done():
		}
	}
}

func (p *Peer) take(b *engine.Batch) {
	for _, c := range b.Control {
		if c.Type == eio.Ping && !p.isSilent() {
			_ = p.conn.Receive(eio.Packet{Type: eio.Pong, Data: c.Data})
			continue
		}
		p.keep(c)
	}
	for _, m := range b.Messages {
		p.keep(m.Packets()...)
	}
}

func (p *Peer) keep(packets ...eio.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, packets...)
	close(p.more)
	p.more = make(chan struct{})
}

func (p *Peer) isSilent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.silent
}
