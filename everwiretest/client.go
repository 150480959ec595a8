// client.go: a client, and what can befall it.

package everwiretest

import (
	"context"
	"net"
	"testing"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/internal/sim"
)

// Client is a Go client, connected to the server by a [Line] of its own.
type Client struct {
	*client.Client
	*Line
}

// end closes the client with its test.
func (c *Client) end(t testing.TB) {
	t.Helper()
	c.Resume() // to say goodbye
	ctx, cancel := context.WithTimeout(context.Background(), wait())
	defer cancel()
	if err := c.Close(ctx); err != nil {
		t.Errorf("everwiretest: %s has not come to its end within %v: a handler of its events has not returned", c.name, wait())
	}
}

func (c *Client) String() string {
	switch {
	case !c.Connected():
		return c.name + " (not connected)"
	case c.Transport() == "":
		return c.name + " (suspended)"
	}
	return c.name + " (connected over " + c.Transport() + ")"
}

// Line is what a client is connected by: all its connections, those to come
// included. A test may strike it by hand, at any time and from any goroutine.
type Line struct {
	net  *sim.Net
	name string
}

// Name returns the name that the client has in logs and failures: "client1" for
// the first one of a server.
func (l *Line) Name() string { return l.name }

func (l *Line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return l.net.Dial(ctx, l.name, node)
}

// Cut resets the connections. Both ends learn of it at once; what is under way is
// lost. The client may connect again.
func (l *Line) Cut() { l.net.Cut(l.name) }

// Offline cuts the connections, and refuses new ones until Resume.
func (l *Line) Offline() {
	l.net.Shut(l.name, true)
	l.Cut()
}

// Pause has the network swallow everything, either way, so that neither end learns
// of it but by its heartbeat. With Resume all that waits arrives.
func (l *Line) Pause() { l.net.Hold(l.name, true) }

// StopReading has the client take nothing any more: after 64 KiB of a connection
// the server's writes wait for it, until Resume. What the client sends still
// arrives.
func (l *Line) StopReading() { l.net.Hold(l.name, false) }

// Resume ends what Offline, Pause and StopReading began.
func (l *Line) Resume() {
	l.net.Shut(l.name, false)
	l.net.Release(l.name)
}
