// chaos_test.go: a network on which connections break, go silent, or are refused, at
// any byte; and a checker of what arrives.

package client_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

var seeds = flag.Int("seeds", 40, "seeds of TestChaos")

// chaos is Options.Dial on a bad network.
type chaos struct {
	*network
	mu   sync.Mutex // guards what follows
	rand *rand.Rand
	good bool
}

func (c *chaos) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := c.network.dial(ctx, network, addr)
	c.mu.Lock()
	delay := time.Duration(c.rand.IntN(80)) * time.Millisecond
	f := &faulty{Conn: conn, up: c.rand.IntN(6000), down: c.rand.IntN(6000), swallow: c.rand.IntN(3) == 0, done: make(chan struct{})}
	refused := c.rand.IntN(8) == 0
	good := c.good
	c.mu.Unlock()
	if err == nil && good {
		return conn, nil
	}
	pass(delay)
	if err == nil && refused {
		conn.Close()
		err = errors.New("refused")
	}
	return f, err
}

// faulty is a connection that fails after so many bytes in one of the directions.
type faulty struct {
	net.Conn
	mu       sync.Mutex // guards what follows
	up, down int
	swallow  bool
	once     sync.Once
	done     chan struct{}
}

func (f *faulty) Write(b []byte) (int, error) {
	f.mu.Lock()
	n := min(f.up, len(b))
	f.up -= n
	broken := f.up == 0
	f.mu.Unlock()
	if n > 0 {
		if n, err := f.Conn.Write(b[:n]); err != nil {
			return n, err
		}
	}
	switch {
	case broken && f.swallow:
		return len(b), nil
	case broken:
		f.Close()
		return n, net.ErrClosed
	}
	return len(b), nil
}

func (f *faulty) Read(b []byte) (int, error) {
	f.mu.Lock()
	left := f.down
	f.mu.Unlock()
	if left > 0 {
		n, err := f.Conn.Read(b[:min(left, len(b))])
		f.mu.Lock()
		f.down -= n
		f.mu.Unlock()
		return n, err
	}
	if f.swallow {
		<-f.done
	}
	f.Close()
	return 0, net.ErrClosed
}

func (f *faulty) Close() error {
	f.once.Do(func() { close(f.done) })
	return f.Conn.Close()
}

func TestChaos(t *testing.T) {
	mixes := [][]string{transports, {client.WebSocket}, {client.SSE}, {client.Polling}, {client.Polling, client.WebSocket}}
	for seed := range *seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := new(counters)
			bubble(t, everwireConfig, s.setup, func(t *testing.T, w *world) {
				runChaos(t, w, s, uint64(seed), mixes[seed%len(mixes)])
			})
		})
	}
}

func runChaos(t *testing.T, w *world, s *counters, seed uint64, mix []string) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	net := &chaos{network: w.network, rand: rand.New(rand.NewPCG(seed, 2))}
	c := w.client(t, client.Options{Transports: mix, Dial: net.dial})
	var in []int
	ended := 0
	client.On(c, count, func(_ context.Context, n int) error { in = append(in, n); return nil })
	c.OnDisconnect(func(client.Reason) { ended++ })
	go func() { _ = c.Connect(context.Background()) }()
	for start := time.Now(); !c.Connected(); pass(10 * time.Millisecond) {
		require.Less(t, time.Since(start), 10*time.Minute, "never connected")
	}
	socket := <-s.sockets
	id := c.ID()
	const n = 400
	for i := range n {
		require.NoError(t, count.Emit(c, i))
		require.NoError(t, count.Emit(socket, i))
		pass(time.Duration(rnd.IntN(50)) * time.Millisecond)
		if rnd.IntN(40) == 0 {
			c.Move(mix[rnd.IntN(len(mix))])
		}
	}
	net.mu.Lock()
	net.good = true
	net.mu.Unlock()
	w.cut()
	require.Equal(t, id, c.ID())
	take(t, s.got, n)
	pass(time.Minute)
	synctest.Wait()
	require.Len(t, in, n)
	for i, got := range in {
		require.Equal(t, i, got)
	}
	require.Zero(t, ended)
	require.Empty(t, s.ends)
	require.Empty(t, s.sockets)
}
