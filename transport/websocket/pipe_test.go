// pipe_test.go: connections that are no sockets, in a bubble whose time is quick.

package websocket_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/transporttest"
	"github.com/everwire/everwire/transport/websocket"
)

// hijackable is an answer that gives up its connection.
type hijackable struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (h hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// pipe opens a session over a pipe.
func pipe(t *testing.T, a *app) (*engine.Session, *wire) {
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler)}, a, inMode(websocket.New(maxPayload)))
	require.NoError(t, err)
	here, there := net.Pipe()
	go srv.ServeHTTP(hijackable{httptest.NewRecorder(), there}, request("http://x", "EIO=4&transport=websocket"))
	w := &wire{t, here, bufio.NewReader(here)}
	resp, err := http.ReadResponse(w.r, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	_, data := w.frame()
	require.True(t, strings.HasPrefix(data, "0{"), data)
	t.Cleanup(func() {
		here.Close()
		time.Sleep(time.Minute) // of the bubble: until all is over
	})
	return <-a.Sessions, w
}

func newApp() *app {
	return transporttest.NewApp()
}

func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		s, w := pipe(t, a)
		w.send(masked(finText, "4x"))
		require.Equal(t, "4x", <-a.Got)
		go func() {
			for i := range 100 {
				_ = s.Send(engine.NewMessage(eio.Text(fmt.Append(nil, i))))
			}
		}()
		for i := range 100 {
			_, data := w.frame()
			require.Equal(t, fmt.Sprint("4", i), data)
		}
		go w.send(masked(finClose, "\x03\xe8"))
		w.closes(1000)
		w.over()
		require.Equal(t, engine.TransportClose, <-a.Ended)
	})
}

// A client that does not answer a close frame is waited for a few seconds.
func TestUnansweredClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		s, w := pipe(t, a)
		s.Close(engine.ForcedClose)
		w.closes(0)
		start := time.Now()
		w.over()
		require.Equal(t, 5*time.Second, time.Since(start))
		require.Equal(t, engine.ForcedClose, <-a.Ended)
	})
}

// A client that takes nothing is given up.
func TestStuckClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		s, _ := pipe(t, a)
		start := time.Now()
		require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte("x")))))
		require.Equal(t, engine.SlowClient, <-a.Ended)
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}

// One that takes a little all the time is not.
func TestTricklingClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		s, w := pipe(t, a)
		large := strings.Repeat("x", 500_000)
		require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte(large)))))
		for n := 0; n < len(large); {
			time.Sleep(9 * time.Second / 4)
			got, err := io.CopyN(io.Discard, w.Conn, 1<<16)
			n += int(got)
			if n < len(large) {
				require.NoError(t, err)
			}
			if n > len(large)-1<<16 {
				break
			}
		}
		require.Empty(t, a.Ended)
	})
}

// The heartbeat ends connections that nobody is at the other end of.
func TestDeadPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		_, w := pipe(t, a)
		start := time.Now()
		_, data := w.frame()
		require.Equal(t, "2", data)
		w.closes(0)
		require.Equal(t, engine.PingTimeout, <-a.Ended)
		require.InDelta(t, 45, time.Since(start).Seconds(), 0.5)
		w.over()
	})
}

// Pongs for a client that does not read them are not heaped up without end.
func TestPingFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		_, w := pipe(t, a)
		pings := strings.Repeat(masked(finPing, strings.Repeat("p", 125)), 500) + masked(finText, "6")
		for sent := 0; sent < 4<<20; sent += len(pings) {
			if _, err := io.WriteString(w.Conn, pings); err != nil {
				return // this is one way
			}
		}
		// The other is to answer but some of them.
		require.NoError(t, w.SetReadDeadline(time.Now().Add(time.Second)))
		n, _ := io.Copy(io.Discard, w.r)
		require.Less(t, n, int64(1<<20), "all of it waited in memory")
	})
}
