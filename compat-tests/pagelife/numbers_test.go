// numbers_test.go: the server's half of numbered messages, both ways.

package pagelife

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/chrome"
)

const rate = 20 * time.Millisecond // between two messages of the server

var streams = everwire.NewKey[*stream]("stream")

// A stream sends numbers to a socket, and checks those that it sends.
type stream struct {
	cancel      context.CancelFunc
	over        chan struct{}
	sent, wrong int
	received    atomic.Int64
}

// number has the server exchange numbers with each client, until that says "stop".
func number(server *everwire.Server) {
	server.OnConnect(func(c *everwire.Ctx) error {
		streams.Set(c.Socket(), startStream(c.Socket()))
		return nil
	})
	server.On("up", func(c *everwire.Ctx) error {
		var n int64
		if err := c.Bind(&n); err != nil {
			return err
		}
		s, _ := streams.Get(c.Socket())
		if n != s.received.Load() {
			s.wrong++
		}
		s.received.Add(1)
		return nil
	})
	server.On("stop", func(c *everwire.Ctx) error {
		s, _ := streams.Get(c.Socket())
		s.cancel()
		<-s.over
		return c.Ack(s.sent, s.received.Load(), s.wrong)
	})
}

// startStream's goroutine belongs to the socket, and ends with its stop or with the socket.
func startStream(socket *everwire.Socket) *stream {
	ctx, cancel := context.WithCancel(socket.Context())
	s := &stream{cancel: cancel, over: make(chan struct{})}
	go func() {
		defer close(s.over)
		tick := time.NewTicker(rate)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if socket.Emit("down", s.sent, s.received.Load()) != nil {
				return
			}
			s.sent++
		}
	}()
	return s
}

// A report is what a page knows at its end: see testdata/life.js.
type report struct {
	Transport   string   `json:"transport"`
	Connects    int      `json:"connects"`
	Disconnects []string `json:"disconnects"`
	Resumes     int      `json:"resumes"`
	Restored    int      `json:"restored"`
	Sent        int      `json:"sent"`
	Received    int      `json:"received"`
	Wrong       int      `json:"wrong"`
	ServerSent  int      `json:"serverSent"`
	ServerGot   int      `json:"serverGot"`
	ServerWrong int      `json:"serverWrong"`
}

// progress waits until each page has got more messages, and the server more from it.
func progress(t *testing.T, limit time.Duration, open ...*chrome.Page) {
	t.Helper()
	for _, p := range open {
		p.Eval(t, "life.mark()", nil)
	}
	for _, p := range open {
		p.Wait(t, limit, "life.moved()")
	}
}

// transport is what the page uses now.
func transport(t *testing.T, p *chrome.Page) (name string) {
	t.Helper()
	p.Eval(t, "life.transport()", &name)
	return name
}

// finish has the page stop, and checks that it stayed in one session in which nothing was lost, doubled or mixed up.
func finish(t *testing.T, p *chrome.Page) report {
	t.Helper()
	var r report
	p.Eval(t, "life.stop()", &r)
	assert.Empty(t, r.Disconnects)
	assert.Equal(t, 1, r.Connects, "connects")
	assert.Zero(t, r.Wrong, "messages to the page")
	assert.Zero(t, r.ServerWrong, "messages to the server")
	assert.Equal(t, r.ServerSent, r.Received, "messages to the page")
	assert.Equal(t, r.Sent, r.ServerGot, "messages to the server")
	assert.Positive(t, r.Sent)
	return r
}
