// presence_test.go: a client whose connection goes, and comes again.

package everwire_test

import (
	"context"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	goclient "github.com/everwire/everwire/client"
)

// cutter dials connections, and can cut all of them.
type cutter struct {
	mu    sync.Mutex // guards conns
	conns []net.Conn
}

func (c *cutter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
	}
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

const (
	tick = everwire.Event[int]("tick")
	tock = everwire.RPC[int, int]("tock")
)

// until waits for a change. Connections may come and go before: a request on one that
// was cut, or a stream that ends before its client says that it leaves.
func until(t *testing.T, changes <-chan string, want string) {
	t.Helper()
	for got := range changes {
		if got == want {
			return
		}
		require.Contains(t, []string{"suspended", "resumed"}, got)
	}
}

// Over each transport, whatever happens to connections is told as presence, and
// nothing is lost.
func TestPresence(t *testing.T) {
	for _, transport := range []string{"websocket", "sse", "polling"} {
		t.Run(transport, func(t *testing.T) {
			srv, err := everwire.New(everwire.Config{})
			require.NoError(t, err)
			changes, sockets := make(chan string, 99), make(chan *everwire.Socket, 9)
			srv.OnConnect(func(c *everwire.Ctx) error { sockets <- c.Socket(); return nil })
			srv.OnSuspend(func(*everwire.Ctx) { changes <- "suspended" })
			srv.OnResume(func(*everwire.Ctx) { changes <- "resumed" })
			srv.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) { changes <- string(why) })
			everwire.Handle(srv, tock, func(_ *everwire.Ctx, n int) (int, error) { return n + 1, nil })
			ts := httptest.NewServer(srv)
			defer ts.Close()

			var network cutter
			c, err := goclient.New(ts.URL, goclient.Options{Transports: []string{transport}, Dial: network.dial})
			require.NoError(t, err)
			got := make(chan int, 99)
			goclient.On(c, tick, func(_ context.Context, n int) error { got <- n; return nil })
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			require.NoError(t, c.Connect(ctx))
			s := <-sockets
			require.Equal(t, transport, s.Transport())
			_, err = tock.Call(ctx, c, 0) // else a race may still be undecided: it has nothing to lose
			require.NoError(t, err)
			for round := range 3 {
				network.cut()
				if transport != "polling" { // where it may fall between two polls, unseen
					until(t, changes, "suspended")
				}
				for i := range 10 {
					require.NoError(t, tick.Emit(s, 10*round+i))
				}
				answer, err := tock.Call(ctx, c, round)
				require.NoError(t, err)
				require.Equal(t, round+1, answer)
				if transport != "polling" {
					until(t, changes, "resumed")
				}
				for i := range 10 {
					require.Equal(t, 10*round+i, <-got)
				}
			}
			require.NoError(t, c.Close(ctx))
			until(t, changes, "transport close")
			require.Empty(t, changes)
			require.Empty(t, sockets, "connected once")
		})
	}
}
