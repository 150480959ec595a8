// Package faultproxy is a TCP proxy for tests, between a client and a server under test. It makes a connection worse
// than loopback, for now by delay: each byte arrives that much later, in order, however many are under way.
//
//	p, err := faultproxy.Listen(faultproxy.Config{Target: addr, Up: faultproxy.Link{Delay: 20 * time.Millisecond}})
//	defer p.Close()
//	dial(p.Addr())
//
// What one end does, the other end sees: half-closes and resets are passed on, behind the bytes sent before them, and
// an end that does not read makes the other one's writes block.
package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Link says what happens to the bytes of one direction. The zero value passes them on. Opening a connection is no
// part of it: a dial reaches the proxy and succeeds at once.
type Link struct {
	Delay time.Duration // from arrival at the proxy to departure
}

// Config sets up a [Proxy].
type Config struct {
	Target string       // host:port of the server
	Listen string       // own address; default "127.0.0.1:0", a free port
	Up     Link         // from client to server
	Down   Link         // from server to client
	Logger *slog.Logger // of targets that cannot be dialed; default slog.Default()
}

// Counts are connections, as their clients opened them.
type Counts struct {
	Accepted int // in all
	Failed   int // of those, target not reached: the client was reset
	Open     int // now
}

// Proxy forwards the connections of its address until it is closed.
type Proxy struct {
	config   Config
	listener net.Listener
	ctx      context.Context // ends with the proxy
	cancel   context.CancelFunc
	workers  sync.WaitGroup // accept and one serve a connection

	mu     sync.Mutex // guards counts
	counts Counts
}

// Listen starts a proxy. The target need not listen yet.
func Listen(c Config) (*Proxy, error) {
	if _, _, err := net.SplitHostPort(c.Target); err != nil {
		return nil, fmt.Errorf("faultproxy: target: %w", err)
	}
	if c.Up.Delay < 0 || c.Down.Delay < 0 {
		return nil, errors.New("faultproxy: negative delay")
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
	p := &Proxy{config: c, listener: l}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	// Owned by p, ended by Close, which waits for it; waits for clients.
	p.workers.Go(p.accept)
	return p, nil
}

// Addr is the host:port that clients dial.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Counts returns the numbers of this moment.
func (p *Proxy) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

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
	for {
		c, err := p.listener.Accept()
		switch {
		case err == nil:
			p.count(Counts{Accepted: 1, Open: 1})
			// Owned by p; ends with its connection, or when p's context does.
			p.workers.Go(func() {
				defer p.count(Counts{Open: -1})
				p.serve(c.(*net.TCPConn))
			})
		case p.ctx.Err() != nil:
			return
		default:
			// Out of descriptors, mostly. The client waits in the backlog meanwhile.
			p.config.Logger.Warn("faultproxy: accept", "err", err)
			select {
			case <-time.After(10 * time.Millisecond):
			case <-p.ctx.Done():
			}
		}
	}
}

func (p *Proxy) count(d Counts) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Accepted += d.Accepted
	p.counts.Failed += d.Failed
	p.counts.Open += d.Open
}

// serve forwards one client's connection until both directions have ended.
func (p *Proxy) serve(client *net.TCPConn) {
	c, err := new(net.Dialer).DialContext(p.ctx, "tcp", p.config.Target)
	if err != nil {
		reset(client)
		if p.ctx.Err() == nil {
			p.count(Counts{Failed: 1})
			p.config.Logger.Warn("faultproxy: target", "err", err)
		}
		return
	}
	r := &relay{client: client, server: c.(*net.TCPConn), up: newLine(p.config.Up), down: newLine(p.config.Down)}
	r.run(p.ctx)
}
