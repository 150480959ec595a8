// bench_test.go: what an answer and a POST cost, without the network.

package polling_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/polling"
)

// sink is an answer that nobody reads.
type sink struct{ header http.Header }

func (w *sink) Header() http.Header         { return w.header }
func (w *sink) Write(p []byte) (int, error) { return len(p), nil }
func (w *sink) WriteHeader(int)             {}

type discard struct{ session *engine.Session }

func (d *discard) Open(s *engine.Session) (engine.Receiver, error) {
	s.Joined()
	d.session = s
	return d, nil
}
func (*discard) Receive(eio.Packet) error  { return nil }
func (*discard) Closed(engine.CloseReason) {}

func newBench(b *testing.B) (srv *engine.Server, s *engine.Session, query string) {
	var d discard
	srv, err := engine.New(engine.Config{}, &d, polling.New(1_000_000))
	if err != nil {
		b.Fatal(err)
	}
	srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=polling", nil))
	return srv, d.session, "/?EIO=4&transport=polling&sid=" + d.session.ID()
}

func BenchmarkAnswer(b *testing.B) {
	srv, s, query := newBench(b)
	m := engine.NewMessage(eio.Text([]byte(`2["message",{"from":"ann","text":"hello"}]`)))
	r := httptest.NewRequest(http.MethodGet, query, nil)
	w := &sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Send(m); err != nil {
			b.Fatal(err)
		}
		srv.ServeHTTP(w, r)
	}
}

func benchmarkPost(b *testing.B, packets int) {
	srv, _, query := newBench(b)
	one := `42["message",{"from":"ann","text":"hello"}]`
	body := strings.NewReader(strings.TrimSuffix(strings.Repeat(one+"\x1e", packets), "\x1e"))
	r := httptest.NewRequest(http.MethodPost, query, body)
	r.Body = io.NopCloser(body)
	w := &sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = body.Seek(0, io.SeekStart)
		srv.ServeHTTP(w, r)
	}
}

func BenchmarkPost1(b *testing.B) { benchmarkPost(b, 1) }
func BenchmarkPost8(b *testing.B) { benchmarkPost(b, 8) }
