// follow.go: another master, found by Sentinel, while the one before lives on: it would
// go on to take what it loses when it becomes a replica.

package redis

import (
	"context"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// lines are the connections of a hub's clients.
type lines struct {
	mu   sync.Mutex // guards open
	open map[net.Conn]bool
}

// dialer has d's connections be among the lines.
func (l *lines) dialer(d func(ctx context.Context, network, addr string) (net.Conn, error)) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := d(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open[c] = true
		wrapped := line{c, l}
		if raw, ok := c.(syscall.Conn); ok { // by which the client looks whether it is alive
			return rawLine{wrapped, raw}, nil
		}
		return wrapped, nil
	}
}

// line is one connection.
type line struct {
	net.Conn
	lines *lines
}

type rawLine struct {
	line
	syscall.Conn
}

func (c line) Close() error {
	c.lines.mu.Lock()
	delete(c.lines.open, c.Conn)
	c.lines.mu.Unlock()
	return c.Conn.Close()
}

// cut closes all: the clients make new ones, to the master of now.
func (l *lines) cut() {
	l.mu.Lock()
	open := l.open
	l.open = make(map[net.Conn]bool)
	l.mu.Unlock()
	for c := range open {
		_ = c.Close()
	}
}

// isFailover tells whether a client finds its master by Sentinel.
func isFailover(c goredis.UniversalClient) bool {
	client, ok := c.(*goredis.Client)
	return ok && client.Options().Addr == "FailoverClient"
}

// lookEvery is how often a hub looks which server is the master.
const lookEvery = 500 * time.Millisecond

// follow goes where the client of the application goes, which listens to Sentinel. It
// ends with ctx, and blocks on Redis.
func (h *hub) follow(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	before := ""
	for {
		now := runID(ctx, h.config.Client)
		if now != "" && before != "" && now != before {
			h.lines.cut()
		}
		if now != "" {
			before = now
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// runID names the server that a client talks to; "" if it does not say.
func runID(ctx context.Context, c interface {
	Info(ctx context.Context, sections ...string) *goredis.StringCmd
}) string {
	return runOf(c.Info(ctx, "server").Val())
}

// runOf is the run ID in what a server tells of itself.
func runOf(info string) string {
	_, id, _ := strings.Cut(info, "\nrun_id:")
	id, _, _ = strings.Cut(id, "\r")
	return id
}
