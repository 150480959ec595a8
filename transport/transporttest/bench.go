// bench.go: a broadcast to many, as the transports' benchmarks share it.

package transporttest

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// mark stands once in each message of the benchmark, and nowhere else.
const mark = "~"

// BenchFanOut sends one message to n sessions and waits until their clients, which begin
// with request, have it all. It reports the time of one delivery, the clients' part included.
func BenchFanOut(b *testing.B, t engine.Transport, request string, n int) {
	a := &App{make(chan *engine.Session, n), nil, make(chan engine.CloseReason, n)}
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler)}, a, t)
	check(b, err, "new server")
	ts := httptest.NewServer(srv)
	defer ts.Close()
	c := &crowd{all: int64(n), done: make(chan struct{}, 1)}
	sessions := make([]*engine.Session, n)
	for i := range sessions {
		nc, err := net.Dial("tcp", ts.Listener.Addr().String())
		check(b, err, "dial")
		defer nc.Close()
		_, err = io.WriteString(nc, request)
		check(b, err, "request")
		go c.read(nc) // ends with the connection
		sessions[i] = <-a.Sessions
	}
	b.ReportAllocs()
	for b.Loop() {
		m := engine.NewMessage(eio.Text([]byte(`2["price",{"symbol":"EVW","bid":101.25,"ask":101.5,"volume":1200000,"at":"12:00:00.000","by":"` + mark + `"}]`)))
		for _, s := range sessions {
			check(b, s.Send(m), "send")
		}
		<-c.done
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/delivery")
}

// crowd counts what arrives at many clients.
type crowd struct {
	all  int64 // of one round
	got  atomic.Int64
	done chan struct{}
}

func (c *crowd) read(from io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if k := int64(bytes.Count(buf[:n], []byte(mark))); k > 0 && c.got.Add(k)%c.all == 0 {
			c.done <- struct{}{}
		}
		if err != nil {
			return
		}
	}
}
