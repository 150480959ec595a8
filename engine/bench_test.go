// bench_test.go: the way of a message through the outbox.

package engine_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/engine/enginetest"
)

// pulled is a transport that gives its one connection to the benchmark, and an
// application that says nothing.
type pulled struct {
	conn *engine.Conn
	s    *engine.Session
}

func (*pulled) Name() string                                             { return enginetest.Name }
func (*pulled) Refuse(http.ResponseWriter, *http.Request, *engine.Error) {}
func (p *pulled) ServeSession(_ http.ResponseWriter, r *http.Request, s *engine.Session) {
	p.conn, _ = s.Attach(r, func() {})
}

func (p *pulled) Open(s *engine.Session) (engine.Receiver, error) { s.Joined(); p.s = s; return p, nil }
func (*pulled) Receive(eio.Packet) error                          { return nil }
func (*pulled) Closed(engine.CloseReason)                         {}

func newPulled(b *testing.B) *pulled {
	p := &pulled{}
	srv, err := engine.New(engine.Config{}, p, p)
	if err != nil {
		b.Fatal(err)
	}
	srv.ServeHTTP(httptest.NewRecorder(), enginetest.Request())
	return p
}

func BenchmarkSendTryNext(b *testing.B) {
	p := newPulled(b)
	m := text(`2["message",{"from":"ann","text":"hello"}]`)
	var batch engine.Batch
	b.ReportAllocs()
	for b.Loop() {
		if err := p.s.Send(m); err != nil {
			b.Fatal(err)
		}
		_ = p.conn.TryNext(&batch) // takes it
		_ = p.conn.TryNext(&batch) // arms wake
	}
}

func BenchmarkReceive(b *testing.B) {
	p := newPulled(b)
	packet := eio.Text([]byte(`2["message",{"from":"ann","text":"hello"}]`))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.conn.Receive(packet); err != nil {
			b.Fatal(err)
		}
	}
}
