// proxy.go: the proxy, its address and its clients.

package faultproxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Config sets up a [Proxy].
type Config struct {
	Target string // host:port of the server
	Listen string // own address; default "127.0.0.1:0", a free port

	// Plan says what happens to a connection; default is Up and Down for each. It runs on a goroutine of the
	// connection's own, so calls overlap.
	Plan func(*Conn) Faults

	Up     Link         // from client to server, unless there is a plan
	Down   Link         // from server to client, unless there is a plan
	Logger *slog.Logger // of targets that cannot be dialed; default slog.Default()
}

// Proxy forwards the connections of its address until it is closed.
type Proxy struct {
	config   Config
	listener net.Listener
	ctx      context.Context // ends with the proxy
	cancel   context.CancelFunc
	workers  sync.WaitGroup // accept, one serve a connection, and what CutEvery starts
	tally    tally
	trip     atomic.Int64

	mu   sync.Mutex // guards open
	open map[*Conn]context.CancelFunc
}

// Listen starts a proxy. The target need not listen yet.
func Listen(c Config) (*Proxy, error) {
	if _, _, err := net.SplitHostPort(c.Target); err != nil {
		return nil, fmt.Errorf("faultproxy: target: %w", err)
	}
	if err := cmp.Or(c.Up.check(), c.Down.check()); err != nil {
		return nil, err
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("faultproxy: %w", err)
	}
	p := &Proxy{config: c, listener: l, open: map[*Conn]context.CancelFunc{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	// Owned by p, ended by Close, which waits for it; waits for clients.
	p.workers.Go(p.accept)
	return p, nil
}

// Addr is the host:port that clients dial.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Counts returns the numbers of this moment.
func (p *Proxy) Counts() Counts { return p.tally.get() }

// SetRoundTrip delays what comes from now on by half of d in each direction, beside the links' own delays.
func (p *Proxy) SetRoundTrip(d time.Duration) { p.trip.Store(int64(max(d, 0))) }

// Close resets all connections at both ends and returns when the proxy has no goroutine left. More calls do nothing.
func (p *Proxy) Close() error {
	p.cancel()
	err := p.listener.Close()
	p.workers.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (p *Proxy) accept() {
	for n := 1; ; n++ {
		c, err := p.listener.Accept()
		switch {
		case err == nil:
			p.tally.add(Counts{Accepted: 1, Open: 1})
			// Owned by p; ends with its connection, or when p's context does.
			p.workers.Go(func() {
				defer p.tally.add(Counts{Open: -1})
				p.serve(&Conn{Number: n, tcp: c.(*net.TCPConn)})
			})
		case p.ctx.Err() != nil:
			return
		default:
			// Out of descriptors, mostly. The client waits in the backlog meanwhile.
			n--
			p.config.Logger.Warn("faultproxy: accept", "err", err)
			select {
			case <-time.After(10 * time.Millisecond):
			case <-p.ctx.Done():
			}
		}
	}
}

// CutAll resets all connections at both ends, and returns how many there were.
func (p *Proxy) CutAll() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cut := range p.open {
		cut()
	}
	n := len(p.open)
	clear(p.open)
	p.tally.add(Counts{CutAll: n})
	return n
}

// Abandon makes all connections half-open, and returns how many there were: their clients' ends are reset, and the
// server's stay open and silent until the server ends them, or the proxy is closed.
func (p *Proxy) Abandon() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		if c.relay != nil {
			c.relay.abandon()
			n++
		}
	}
	return n
}

// Silence has all that the connections carry from now on get lost, their ends too, and returns how many there were:
// neither side sees that the other one is gone.
func (p *Proxy) Silence() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		if c.relay != nil {
			c.relay.silence()
			n++
		}
	}
	return n
}

// CutEvery calls CutAll again and again, until stop is called or the proxy closed.
func (p *Proxy) CutEvery(d time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(p.ctx)
	// Owned by p, ended by stop or Close, which waits for it; waits for time only.
	p.workers.Go(func() {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.CutAll()
			case <-ctx.Done():
				return
			}
		}
	})
	return cancel
}
