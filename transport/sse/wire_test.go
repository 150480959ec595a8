// wire_test.go: what stands on the wire, byte for byte.

package sse_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/sse"
	"github.com/everwire/everwire/transport/transporttest"
)

// app is the application of the tests.
type app = transporttest.App

func newApp(t *testing.T) (*app, *engine.Server) {
	a := transporttest.NewApp()
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler)}, a, sse.New(100_000))
	require.NoError(t, err)
	return a, srv
}

func setUp(t *testing.T) (*app, string) {
	a, srv := newApp(t)
	ts := httptest.NewServer(srv)
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	return a, ts.URL
}

func TestStream(t *testing.T) {
	a, url := setUp(t)
	resp, err := http.Get(url + "/?EIO=4&transport=sse")
	require.NoError(t, err)
	defer resp.Body.Close()
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store, no-transform",
		"X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff", "Content-Length": "", "Content-Encoding": "",
	} {
		require.Equal(t, want, resp.Header.Get(name), name)
	}
	s := <-a.Sessions
	lines := bufio.NewReader(resp.Body)
	next := func() string {
		var text strings.Builder
		for {
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			if line == "\n" {
				return text.String()
			}
			text.WriteString(line)
		}
	}
	require.Equal(t, "id: 0\ndata: 0{\"sid\":\""+s.ID()+`","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`+"\n", next())
	require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte(`2["e"]`)), eio.Binary([]byte{1, 2}))))
	require.Equal(t, "id: 2\ndata: 42[\"e\"]\x1ebAQI=\n", next())

	// Nobody can write lines of their own into the stream.
	require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte("x\r\nid: 9\ndata: evil\r\n\r\n")))))
	require.Equal(t, "id: 3\nevent: e\ndata: \"4x\\r\\nid: 9\\ndata: evil\\r\\n\\r\\n\"\n", next())
	s.Close(engine.ForcedClose)
	require.Equal(t, "id: 3\ndata: 1\n", next())
	_, err = lines.ReadByte()
	require.ErrorIs(t, err, io.EOF)
}

func TestRefusals(t *testing.T) {
	_, url := setUp(t)
	resp, err := http.Get(url + "/?EIO=4&transport=sse&sid=nope")
	require.NoError(t, err)
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "event: x\ndata: {\"code\":1,\"message\":\"Session ID unknown\"}\n\n", string(body))

	resp, err = http.Post(url+"/?EIO=4&transport=sse&sid=nope", "text/plain", strings.NewReader("4x"))
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusBadRequest, resp.StatusCode, "who posts can read the status")
}

// A stream can be lost and attached again; the last ID says where it goes on.
func TestResume(t *testing.T) {
	a, url := setUp(t)
	c, err := dial(t, url, "&resume=1")
	require.NoError(t, err)
	s := <-a.Sessions
	for i := range 3 {
		require.NoError(t, s.Send(engine.NewMessage(eio.Text(fmt.Append(nil, i)))))
	}
	for i := range 3 {
		p, err := c.Next()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(p.Data))
	}
	require.Equal(t, "3", c.last)
	c.Cut()
	require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte("3")))))
	require.NoError(t, c.stream("&at=1&ack=2"))
	open, err := c.read()
	require.NoError(t, err)
	require.Equal(t, "4", open.id, "of the last message in the event")
	require.Contains(t, open.data, `"ack":0,"from":2}}`)
	require.True(t, strings.HasSuffix(open.data, "\x1e42\x1e43"), open.data) // messages "2" and "3"
	require.NoError(t, c.post("&at=1&n=1", eio.Text([]byte("up"))))
	require.Equal(t, "4up", <-a.Got)

	// A newer one ends it without a word that could be taken for the session's end.
	old := *c
	require.NoError(t, c.stream("&at=2&ack=4"))
	_, err = c.read()
	require.NoError(t, err)
	rest, err := io.ReadAll(old.lines)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Empty(t, a.Ended)
	require.NoError(t, c.post("&at=2", eio.Packet{Type: eio.Close}))
	require.Equal(t, engine.TransportClose, <-a.Ended)
}

// A stream that was read as far as a client may keep it ends, and goes on anew.
func TestLimitedStream(t *testing.T) {
	a, url := setUp(t)
	c, err := dial(t, url, "&resume=1&xs=1")
	require.NoError(t, err)
	s := <-a.Sessions
	for range 12 {
		require.NoError(t, s.Send(engine.NewMessage(eio.Text(make([]byte, 99_000)))))
	}
	n := 0
	for ; ; n++ {
		if _, err := c.Next(); err != nil {
			break
		}
	}
	require.Less(t, n, 12)
	require.Greater(t, n, 9)
	require.NoError(t, c.stream(fmt.Sprintf("&at=1&ack=%d", n)))
	for range 1 + 12 - n { // OPEN and the rest
		_, err := c.Next()
		require.NoError(t, err)
	}
	require.Empty(t, a.Ended)
}

// In silence a comment goes out before a proxy loses patience, whatever WriteTimeout
// the server has.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, srv := newApp(t)
		listener := transporttest.NewPipes()
		server := &http.Server{Handler: srv, WriteTimeout: 5 * time.Second}
		go server.Serve(listener)
		here := listener.Dial()
		_, err := io.WriteString(here, "GET /?EIO=4&transport=sse HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		start := time.Now()
		r := bufio.NewReader(here)
		for {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			if strings.HasPrefix(line, ":") {
				break
			}
		}
		require.InDelta(t, 15, time.Since(start).Seconds(), 0.1)
		require.NoError(t, here.Close())
		require.NoError(t, server.Close())
		time.Sleep(time.Minute) // until the engine has come to rest
	})
}

// A client that reads nothing is given up after a while.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, srv := newApp(t)
		listener := transporttest.NewPipes()
		server := &http.Server{Handler: srv}
		go server.Serve(listener)
		here := listener.Dial()
		_, err := io.WriteString(here, "GET /?EIO=4&transport=sse HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		start := time.Now()
		session := <-a.Sessions
		for range 2 { // more than the connection takes
			require.NoError(t, session.Send(engine.NewMessage(eio.Text(make([]byte, 50_000)))))
		}
		require.Equal(t, engine.TransportError, <-a.Ended)
		require.InDelta(t, 10, time.Since(start).Seconds(), 0.5)
		require.NoError(t, here.Close())
		require.NoError(t, server.Close())
		time.Sleep(time.Minute)
	})
}

// A server that has switched resumption off must not end streams that cannot be
// attached anew.
func TestUnlimitedWithoutResume(t *testing.T) {
	a := transporttest.NewApp()
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler), Resume: engine.Resume{Off: true}}, a, sse.New(100_000))
	require.NoError(t, err)
	ts := httptest.NewServer(srv)
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	c, err := dial(t, ts.URL, "&resume=1&xs=1")
	require.NoError(t, err)
	s := <-a.Sessions
	for i := range 15 {
		require.NoError(t, s.Send(engine.NewMessage(eio.Text(make([]byte, 99_000)))), i)
		_, err := c.Next()
		require.NoError(t, err, "message %d", i)
	}
	require.Empty(t, a.Ended)
}
