// hand_test.go: what a test does by hand, and a network that takes no time.

package sim

import (
	"bytes"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reading collects what comes on c.
func reading(c net.Conn) (got *bytes.Buffer, ended chan error) {
	got, ended = new(bytes.Buffer), make(chan error, 1)
	// The test's; ends with the connection.
	go func() { _, err := io.Copy(got, c); ended <- err }()
	return got, ended
}

func TestNoWeatherTakesNoTime(t *testing.T) {
	pair(t, Weather{}, func(t *testing.T, _ *Net, client, server net.Conn) {
		began := time.Now()
		got, ended := reading(server)
		send(t, client, "one")
		synctest.Wait()
		assert.Equal(t, "one", got.String())
		send(t, client, " two")
		require.NoError(t, client.Close())
		require.NoError(t, <-ended)
		assert.Equal(t, "one two", got.String())
		_, err := server.Write([]byte("x")) // brings a reset
		require.NoError(t, err)
		_, err = server.Write([]byte("x"))
		assert.ErrorIs(t, err, syscall.EPIPE)
		assert.Zero(t, time.Since(began))
	})
}

func TestHold(t *testing.T) {
	for name, w := range map[string]Weather{"steady": steady, "none": {}} {
		t.Run(name, func(t *testing.T) {
			pair(t, w, func(t *testing.T, n *Net, client, server net.Conn) {
				up, _ := reading(server)
				down, _ := reading(client)
				n.Hold("client", false)
				send(t, client, "up")
				send(t, server, "down")
				pass(time.Minute)
				assert.Equal(t, "up", up.String())
				assert.Empty(t, down.String())

				n.Hold("client", true)
				send(t, client, " again")
				pass(time.Minute)
				assert.Equal(t, "up", up.String())

				n.Release("client")
				pass(20 * ms)
				assert.Equal(t, "up again", up.String())
				assert.Equal(t, "down", down.String())
			})
		})
	}
}

func TestHeldWindow(t *testing.T) {
	pair(t, Weather{}, func(t *testing.T, n *Net, client, server net.Conn) {
		n.Hold("client", false)
		require.NoError(t, server.SetWriteDeadline(time.Now().Add(time.Second)))
		sent, err := server.Write(make([]byte, 2*window))
		require.Error(t, err)
		assert.Equal(t, window, sent)
		n.Release("client")
		got, err := io.ReadFull(client, make([]byte, window))
		require.NoError(t, err)
		assert.Equal(t, window, got)
	})
}

func TestCut(t *testing.T) {
	for _, held := range []bool{false, true} {
		pair(t, Weather{}, func(t *testing.T, n *Net, client, server net.Conn) {
			if held {
				n.Hold("client", true)
			}
			send(t, client, "lost")
			n.Cut("somebody else")
			_, err := client.Write(nil)
			require.NoError(t, err)
			n.Cut("client")
			for _, c := range []net.Conn{client, server} {
				_, err := c.Read(make([]byte, 1))
				require.ErrorIs(t, err, syscall.ECONNRESET)
				_, err = c.Write([]byte("x"))
				require.ErrorIs(t, err, syscall.EPIPE)
			}
		})
	}
}

func TestShut(t *testing.T) {
	pair(t, Weather{}, func(t *testing.T, n *Net, client, server net.Conn) {
		n.Shut("client", true)
		_, err := n.Dial(t.Context(), "client", "server")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		n.Shut("client", false)
		c, err := n.Dial(t.Context(), "client", "server")
		require.NoError(t, err)
		require.NoError(t, c.Close())
		send(t, client, "those that are open stay")
		receive(t, server, "those that are open stay")
	})
}

// Links whose ends are both closed are not kept.
func TestLinksAreForgotten(t *testing.T) {
	pair(t, Weather{}, func(t *testing.T, n *Net, client, server net.Conn) {
		require.Len(t, n.linksOf("server"), 1)
		_, err := n.Dial(t.Context(), "client", "nobody")
		require.Error(t, err)
		require.NoError(t, client.Close())
		require.Len(t, n.linksOf("server"), 1)
		require.NoError(t, server.Close())
		require.Empty(t, n.links)
	})
}
