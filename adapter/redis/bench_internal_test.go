// bench_internal_test.go: what a broadcast in mode Classic costs a node that sends it, one
// that gets it, and the sender when Redis brings it back.

package redis

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/namespace/sio"
)

// applier is a namespace that counts what it applies.
type applier struct{ n int }

func (a *applier) Apply(context.Context, *adapter.Op, func(adapter.Answer) error) error {
	a.n++
	return nil
}

func price() *adapter.Op {
	return &adapter.Op{Rooms: []string{"prices"}, Event: sio.Emission{Event: "price", Args: []any{"EUR/USD", map[string]any{"bid": 1.0841, "ask": 1.0843, "n": 12345}}}}
}

// dialSpeechless is for goredis.Options: a connection that confirms each PUBLISH.
func dialSpeechless(context.Context, string, string) (net.Conn, error) {
	c := &fake{more: make(chan struct{}, 1)}
	return c, nil
}

type fake struct {
	mu      sync.Mutex // guards what follows
	answers bytes.Buffer
	closed  bool
	more    chan struct{} // has room for one
}

func (c *fake) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	published := bytes.Count(b, []byte("\r\npublish\r\n"))
	for range published {
		c.answers.WriteString(":1\r\n")
	}
	if published == 0 {
		for range bytes.Count(b, []byte("*")) {
			c.answers.WriteString("-ERR unknown command\r\n")
		}
	}
	c.wake()
	return len(b), nil
}

func (c *fake) wake() {
	select {
	case c.more <- struct{}{}:
	default:
	}
}

func (c *fake) Read(b []byte) (int, error) {
	for {
		c.mu.Lock()
		n, _ := c.answers.Read(b)
		closed := c.closed
		c.mu.Unlock()
		if n > 0 || closed {
			return n, map[bool]error{true: net.ErrClosed}[closed]
		}
		<-c.more
	}
}

func (c *fake) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.wake()
	return nil
}

func (*fake) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*fake) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*fake) SetDeadline(time.Time) error      { return nil }
func (*fake) SetReadDeadline(time.Time) error  { return nil }
func (*fake) SetWriteDeadline(time.Time) error { return nil }

// benchClassic returns a namespace that is not open, over a Redis that is not there.
func benchClassic(b *testing.B) (*classic, *applier) {
	client := goredis.NewClient(&goredis.Options{Dialer: dialSpeechless, Protocol: 2, DisableIdentity: true})
	c := Config{Client: client}
	require.NoError(b, c.setDefaults())
	h, err := newHub(&c, new(tally))
	require.NoError(b, err)
	b.Cleanup(func() { h.close(); _ = client.Close() })
	a := new(applier)
	n := node.New(node.Config{Namespace: "/", Local: a})
	l := newClassic(base{hub: h, node: n, channel: c.Prefix + "#/#"}, a)
	n.Link(l)
	return l, a
}

func BenchmarkReceive(b *testing.B) {
	for name, own := range map[string]bool{"foreign": false, "own": true} {
		b.Run(name, func(b *testing.B) {
			c, a := benchClassic(b)
			from := node.NewName()
			if own {
				from = c.node.Name
			}
			payload, err := classicBroadcast(&node.Message{Type: node.Broadcast, From: from, Op: *price()}, "/")
			require.NoError(b, err)
			text := string(payload)
			b.ReportAllocs()
			for b.Loop() {
				c.broadcast(c.channel, text)
			}
			require.Equal(b, own, a.n == 0)
		})
	}
}

// BenchmarkPublish has some messages wait for the one that is under way.
func BenchmarkPublish(b *testing.B) {
	c, _ := benchClassic(b)
	b.ReportAllocs()
	for b.Loop() {
		for c.node.Publish(b.Context(), price()) != nil { // the queue is full
			time.Sleep(time.Microsecond)
		}
	}
}
