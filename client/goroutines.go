// goroutines.go: who runs on behalf of a client.

package client

import (
	"context"
	"log/slog"
)

// spawn starts f on a goroutine that c.mu's holder owns through g.
func (c *Client) spawn(g *group, f func()) {
	g.n++
	go func() {
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			g.exited()
		}()
		f()
	}()
}

// group counts goroutines, under Client.mu.
type group struct {
	n    int
	done chan struct{} // closed when n is 0
}

func (g *group) exited() {
	if g.n--; g.n == 0 && g.done != nil {
		close(g.done)
		g.done = nil
	}
}

// idle returns a channel that is closed as soon as there is no goroutine.
func (g *group) idle() <-chan struct{} {
	if g.n == 0 {
		none := make(chan struct{})
		close(none)
		return none
	}
	if g.done == nil {
		g.done = make(chan struct{})
	}
	return g.done
}

// note is a line of the log.
type note struct {
	level slog.Level
	text  string
	args  []any
}

// note has a line logged by somebody who does not hold the mutex.
func (c *Client) note(level slog.Level, text string, args ...any) {
	c.notes = append(c.notes, note{level, text, args})
	if len(c.notes) == 1 {
		c.spawn(&c.workers, c.writeNotes)
	}
}

// writeNotes is the goroutine that logs. It ends when there is nothing to log, and
// may block on the logger.
func (c *Client) writeNotes() {
	for {
		c.mu.Lock()
		if len(c.notes) == 0 {
			c.mu.Unlock()
			return
		}
		n := c.notes[0]
		c.mu.Unlock()
		c.log.Log(context.Background(), n.level, n.text, n.args...)
		c.mu.Lock()
		c.notes = c.notes[1:]
		c.mu.Unlock()
	}
}
