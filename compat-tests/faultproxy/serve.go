// serve.go: one connection, from its plan to its end.

package faultproxy

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"time"
)

// maxHead bounds what a plan can see of a connection.
const maxHead = 64 << 10

// Conn is a connection of a client, as a plan sees it. It must not be used behind the plan.
type Conn struct {
	Number int // 1, 2, … in the order of arrival

	tcp   *net.TCPConn
	seen  bytes.Buffer
	relay *relay // once the target is reached; guarded by Proxy.mu
}

// RequestLine waits for the client's first line and returns it, as "GET /chat/?transport=polling HTTP/1.1". It is
// empty if the client ended the connection instead.
func (c *Conn) RequestLine() string {
	line, _, _ := strings.Cut(c.Head(), "\r\n")
	return line
}

// Head waits for the client's first HTTP head and returns it, with its empty line. It is empty if the client ended the
// connection instead, or sent 64 KiB of something else.
func (c *Conn) Head() string {
	for buf := make([]byte, 4<<10); ; {
		if head, _, ok := bytes.Cut(c.seen.Bytes(), []byte("\r\n\r\n")); ok {
			return string(head) + "\r\n\r\n"
		}
		if c.seen.Len() >= maxHead {
			return ""
		}
		n, err := c.tcp.Read(buf)
		c.seen.Write(buf[:n])
		if n == 0 && err != nil {
			return ""
		}
	}
}

// serve does to a client's connection what the plan says, until it is over.
func (p *Proxy) serve(c *Conn) {
	ctx, over := context.WithCancel(p.ctx)
	defer over()
	p.enter(c, over)
	defer p.leave(c)
	f := p.plan(ctx, c)
	switch {
	case f.Refuse:
		p.tally.add(Counts{Refused: 1})
		reset(c.tcp)
	case f.Hang:
		p.tally.add(Counts{Hung: 1})
		p.hang(ctx, c)
	case f.Answer != "":
		p.answer(ctx, c, f)
	default:
		p.forward(ctx, c, f)
	}
}

// enter has CutAll know the connection.
func (p *Proxy) enter(c *Conn, cut context.CancelFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c] = cut
}

func (p *Proxy) leave(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
}

// plan asks for the faults. A plan that waits for the client's bytes ends with ctx.
func (p *Proxy) plan(ctx context.Context, c *Conn) Faults {
	if p.config.Plan == nil {
		return Faults{Up: p.config.Up, Down: p.config.Down}
	}
	stop := context.AfterFunc(ctx, func() { reset(c.tcp) })
	defer stop()
	return p.config.Plan(c)
}

// hang reads until the client gives up.
func (p *Proxy) hang(ctx context.Context, c *Conn) {
	stop := context.AfterFunc(ctx, func() { reset(c.tcp) })
	defer stop()
	// An error is the end of the connection, which is what is waited for.
	_, _ = io.Copy(io.Discard, c.tcp)
	_ = c.tcp.Close()
}

// answer plays a server that knows one answer. The rest of the request is read, or closing would be a reset.
func (p *Proxy) answer(ctx context.Context, c *Conn, f Faults) {
	stop := context.AfterFunc(ctx, func() { reset(c.tcp) })
	defer stop()
	if c.Head() == "" {
		reset(c.tcp)
		return
	}
	select {
	case <-time.After(f.Up.Delay + f.Down.Delay + time.Duration(p.trip.Load())):
	case <-ctx.Done():
	}
	p.tally.add(Counts{Answered: 1})
	_, err := io.WriteString(c.tcp, f.Answer)
	if err == nil {
		err = c.tcp.CloseWrite()
	}
	if err == nil && c.tcp.SetReadDeadline(time.Now().Add(lingering)) == nil {
		_, _ = io.Copy(io.Discard, c.tcp)
	}
	_ = c.tcp.Close()
}

// forward dials the target and runs both directions.
func (p *Proxy) forward(ctx context.Context, c *Conn, f Faults) {
	server, err := new(net.Dialer).DialContext(ctx, "tcp", p.config.Target)
	if err != nil {
		if ctx.Err() == nil {
			p.tally.add(Counts{Failed: 1})
			p.config.Logger.Warn("faultproxy: target", "err", err)
		}
		reset(c.tcp)
		return
	}
	r := &relay{
		client: c.tcp,
		server: server.(*net.TCPConn),
		first:  io.MultiReader(&c.seen, c.tcp),
		up:     p.line(f.Up),
		down:   p.line(f.Down),
	}
	p.mu.Lock()
	c.relay = r
	p.mu.Unlock()
	r.run(ctx)
}

func (p *Proxy) line(l Link) *line {
	n := newLine(l)
	n.trip, n.tally = &p.trip, &p.tally
	return n
}
