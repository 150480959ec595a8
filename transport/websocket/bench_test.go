// bench_test.go: an echo over loopback.

package websocket_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/transporttest"
	"github.com/everwire/everwire/transport/websocket"
)

// echo is an application that sends back what it gets.
type echo struct{ s *engine.Session }

func (echo) Open(s *engine.Session) (engine.Receiver, error) { s.Joined(); return echo{s}, nil }
func (echo) Closed(engine.CloseReason)                       {}
func (e echo) Receive(p eio.Packet) error {
	return e.s.Send(engine.NewMessage(eio.Text(append([]byte(nil), p.Data...))))
}

func BenchmarkEcho(b *testing.B) {
	srv, err := engine.New(engine.Config{}, echo{}, inMode(websocket.New(1_000_000)))
	require.NoError(b, err)
	ts := httptest.NewServer(srv)
	defer ts.Close()
	c, err := dial(ts.URL)
	require.NoError(b, err)
	defer c.Cut()
	p := eio.Text([]byte(`2["message",{"from":"ann","text":"hello"}]`))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Send(p); err != nil {
			b.Fatal(err)
		}
		if _, err := c.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFanOut1000(b *testing.B) {
	const get = "GET /?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	transporttest.BenchFanOut(b, inMode(websocket.New(1_000_000)), get, 1000)
}
