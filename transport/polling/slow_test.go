// slow_test.go: bodies that take their time, on a real HTTP server in a bubble
// whose time is quick.

package polling_test

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
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/transporttest"
)

func dialPipe(t *testing.T, p transporttest.Pipes) net.Conn {
	here := p.Dial()
	t.Cleanup(func() { here.Close() })
	require.NoError(t, here.SetReadDeadline(time.Now().Add(time.Minute)))
	return here
}

// A body has some time to arrive. Then it is refused, and the session goes on.
func TestSlowBody(t *testing.T) {
	for name, head := range map[string]string{
		"Content-Length": "Content-Length: 100\r\n\r\n4half",
		"chunked":        "Transfer-Encoding: chunked\r\n\r\n5\r\n4half",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testSlowBody(t, head) })
		})
	}
}

func testSlowBody(t *testing.T, head string) {
	a := transporttest.NewApp()
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler)}, a, polling.New(maxPayload))
	require.NoError(t, err)
	listener := transporttest.NewPipes()
	server := &http.Server{Handler: srv}
	go server.Serve(listener)
	srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=polling", nil))
	s := <-a.Sessions
	const post = "POST /?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: x\r\n%s"

	conn := dialPipe(t, listener)
	start := time.Now()
	_, err = fmt.Fprintf(conn, post, s.ID(), head)
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestTimeout, resp.StatusCode)
	require.InDelta(t, 10, time.Since(start).Seconds(), 1)
	require.Empty(t, a.Got)

	// One that arrives in time is taken, and its connection can be used again.
	conn = dialPipe(t, listener)
	r := bufio.NewReader(conn)
	for range 2 {
		_, err = fmt.Fprintf(conn, post, s.ID(), "Content-Length: 6\r\n\r\n4in")
		require.NoError(t, err)
		time.Sleep(9 * time.Second)
		_, err = io.Copy(conn, strings.NewReader("5th"))
		require.NoError(t, err)
		resp, err = http.ReadResponse(r, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.Equal(t, "4in5th", <-a.Got)
	}

	s.Close(engine.ForcedClose)
	srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=polling&sid="+s.ID(), nil))
	require.NoError(t, server.Close())
	time.Sleep(time.Second) // until the engine has come to rest
}
