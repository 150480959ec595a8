// bench_test.go: what fan-out, rooms and dispatch cost without a network.

package namespace_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace"
)

// nullTransport has connections that take at once what is sent to them, and write it nowhere.
type nullTransport struct{ conns []*nullConn }

type nullConn struct {
	*engine.Conn
	batch engine.Batch
	sent  chan struct{} // told of each message that was taken; nil for nobody
}

func (*nullTransport) Name() string { return "null" }

func (*nullTransport) Refuse(w http.ResponseWriter, _ *http.Request, e *engine.Error) { e.Write(w) }

func (n *nullTransport) ServeSession(_ http.ResponseWriter, r *http.Request, s *engine.Session) {
	c := &nullConn{}
	var err error
	if c.Conn, err = s.Attach(r, c.take); err != nil {
		panic(err)
	}
	n.conns = append(n.conns, c)
	c.take()
}

// take takes all there is, until the session will call it again.
func (c *nullConn) take() {
	for {
		if err := c.TryNext(&c.batch); err != nil || c.batch.Empty() || c.batch.End != 0 {
			return
		}
		if c.sent != nil {
			for range c.batch.Messages {
				c.sent <- struct{}{}
			}
		}
	}
}

// nullWorld returns a registry with n connected sockets.
func nullWorld(b *testing.B, n int) (*namespace.Registry, *nullTransport) {
	b.Helper()
	quiet := slog.New(slog.DiscardHandler)
	g, err := namespace.NewRegistry(namespace.Config{Logger: quiet})
	require.NoError(b, err)
	var null nullTransport
	srv, err := engine.New(engine.Config{Logger: quiet, MaxUnjoined: n + 1}, g, &null)
	require.NoError(b, err)
	entered := make(chan struct{})
	g.Main().OnConnect(func(*namespace.Ctx) error { entered <- struct{}{}; return nil })
	for range n {
		srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=null", nil))
		require.NoError(b, null.conns[len(null.conns)-1].Receive(eio.Text([]byte("0"))))
		<-entered
	}
	b.Cleanup(func() {
		for _, c := range null.conns {
			c.Release(engine.ErrPeerClosed)
		}
	})
	return g, &null
}

func BenchmarkBroadcast(b *testing.B) {
	type message struct {
		Room string `json:"room"`
		Text string `json:"text"`
		Seq  int    `json:"seq"`
	}
	for _, n := range []int{1_000, 10_000} {
		g, _ := nullWorld(b, n)
		sockets := g.Main().Sockets()
		for _, s := range sockets {
			require.NoError(b, s.Join("room"))
		}
		m := message{"room", "hello, everybody", 1}
		for name, target := range map[string]namespace.Target{
			"all":    g.Main().To(),
			"room":   g.Main().To("room"),
			"except": g.Main().To("room").Except(sockets[0].ID()),
			"union":  g.Main().To("room", sockets[0].ID()),
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := target.Emit("news", m); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/socket")
			})
		}
	}
}

func BenchmarkJoinLeave(b *testing.B) {
	g, _ := nullWorld(b, 1000)
	sockets := g.Main().Sockets()
	for _, s := range sockets[1:] {
		require.NoError(b, s.Join("busy"))
	}
	s := sockets[0]
	require.NoError(b, s.Join("some", "other", "rooms"))
	for _, room := range []string{"busy", "empty"} {
		b.Run(room, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = s.Join(room)
				_ = s.Leave(room)
			}
		})
	}
}

// BenchmarkDispatch is the way of one event: decoded, queued, bound, handled, answered, taken.
func BenchmarkDispatch(b *testing.B) {
	type request struct {
		Room string `json:"room"`
		Text string `json:"text"`
		Seq  int    `json:"seq"`
	}
	g, null := nullWorld(b, 1)
	g.Main().On("ask", func(c *namespace.Ctx) error {
		var in request
		if err := c.Bind(&in); err != nil {
			return err
		}
		return c.Ack(in)
	})
	conn := null.conns[0]
	conn.sent = make(chan struct{}, 1)
	packet := eio.Text([]byte(`27["ask",{"room":"r","text":"hello, everybody","seq":1}]`))
	b.ReportAllocs()
	for b.Loop() {
		if err := conn.Receive(packet); err != nil {
			b.Fatal(err)
		}
		<-conn.sent
	}
}
