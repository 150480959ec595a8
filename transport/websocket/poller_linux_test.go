// poller_linux_test.go: poller mode: descriptors that are used again, and who gets a
// goroutine.

package websocket_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/transporttest"
	"github.com/everwire/everwire/transport/websocket"
)

// setUpPoller is setUp in poller mode, whatever the mode of this run.
func setUpPoller(t testing.TB, start ...func(*httptest.Server)) *fixture {
	return setUpWith(t, websocket.New(maxPayload).WithPoller(), engine.Config{}, start...)
}

// descriptors counts those of this process.
func descriptors(t *testing.T) int {
	all, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(all)
}

// strict is an application whose sessions echo, and hear of one client alone.
type strict struct{ mixed atomic.Int64 }

func (a *strict) Open(s *engine.Session) (engine.Receiver, error) {
	s.Joined()
	return &strictEnd{s: s, app: a}, nil
}

type strictEnd struct {
	s    *engine.Session
	app  *strict
	name string
	next int
}

func (e *strictEnd) Closed(engine.CloseReason) {}

// Receive takes "name number …".
func (e *strictEnd) Receive(p eio.Packet) error {
	var name string
	var number int
	_, err := fmt.Sscan(string(p.Data), &name, &number)
	if e.name == "" {
		e.name = name
	}
	if err != nil || name != e.name || number != e.next {
		e.app.mixed.Add(1)
	}
	e.next++
	return e.s.Send(engine.NewMessage(eio.Text(bytes.Clone(p.Data))))
}

// Connections come and go while others send: their descriptors are used again at once,
// and nobody gets what is another's.
func TestPollerReusesDescriptors(t *testing.T) {
	before, fds := runtime.NumGoroutine(), descriptors(t)
	a := &strict{}
	srv, err := engine.New(engine.Config{MaxPayload: maxPayload, Logger: slog.New(slog.DiscardHandler)}, a,
		websocket.New(maxPayload).WithPoller())
	require.NoError(t, err)
	ts := httptest.NewServer(srv)
	var all sync.WaitGroup
	for worker := range 12 {
		all.Go(func() {
			for round := range 60 {
				if err := visit(ts.URL, fmt.Sprintf("%d-%d", worker, round), round%4); err != nil {
					t.Errorf("worker %d, round %d: %v", worker, round, err)
					return
				}
			}
		})
	}
	all.Wait()
	require.Zero(t, a.mixed.Load(), "packets that were another's, or out of order")
	eventually(t, "the sessions to end", func() bool { return srv.Sessions() == 0 })
	ts.Close()
	eventually(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
	eventually(t, "descriptors to be closed", func() bool { return descriptors(t) <= fds })
}

// visit opens a session, has some messages come back, and ends in one of four ways.
func visit(url, name string, way int) error {
	c, err := dial(url)
	if err != nil {
		return err
	}
	defer c.Cut()
	for i := range 1 + way*2 {
		want := fmt.Sprint(name, " ", i, " ", strings.Repeat("x", i*way*200))
		if err := c.Send(eio.Text([]byte(want))); err != nil {
			return err
		}
		got, err := c.Next()
		if err != nil {
			return err
		}
		if string(got.Data) != want {
			return fmt.Errorf("got %.50q, want %.50q", got.Data, want)
		}
	}
	switch way {
	case 1: // cut in the middle of a frame
		_, err = c.ws.NetConn().Write([]byte(masked(finText, "4"+name)[:5]))
	case 2:
		err = c.Close()
	case 3: // cut with something unread
		err = c.Send(eio.Text([]byte(name + " 7 x")))
	}
	return err
}

// The epoll instance and its goroutine are there while connections are.
func TestPollerComesAndGoes(t *testing.T) {
	f := setUpPoller(t)
	for range 3 {
		eventually(t, "rest", func() bool { return f.srv.Sessions() == 0 && epolls() == 0 })
		a, b := mustDial(t, f.http.URL), mustDial(t, f.http.URL)
		require.Equal(t, 1, epolls())
		a.Cut()
		f.ended(t, engine.TransportClose)
		require.NoError(t, b.Send(eio.Text([]byte("still"))))
		f.hears(t, "4still")
		b.Cut()
		f.ended(t, engine.TransportClose)
	}
	eventually(t, "the epoll instance to be closed", func() bool { return epolls() == 0 })
}

// epolls counts the epoll instances of transports: goroutines that wait for one.
func epolls() int { return strings.Count(stacks(), "websocket.(*poller).run(") }

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// readers counts the goroutines that read from connections.
func readers() int { return strings.Count(stacks(), "websocket.(*reader).readAll(") }

// Whoever sends a part of a frame, or of a message, has a goroutine until the rest has come.
func TestPollerKeepsReaderOfParts(t *testing.T) {
	f := setUpPoller(t)
	w := f.shake(t, "")
	other := mustDial(t, f.http.URL)
	eventually(t, "rest", func() bool { return readers() == 0 })
	for _, message := range []string{
		masked(finText, "4"+strings.Repeat("part", 5000)),
		masked(text, "4one") + masked(finMore, ", two"),
		masked(finPing, "p") + masked(finText, "4after a ping"),
	} {
		for _, at := range []int{1, 3, 9, len(message) - 1} {
			w.send(message[:at])
			eventually(t, "a goroutine", func() bool { return readers() == 1 })
			require.NoError(t, other.Send(eio.Text([]byte("other"))))
			f.hears(t, "4other")
			w.send(message[at:])
			<-f.Got
			eventually(t, "rest", func() bool { return readers() == 0 })
		}
	}
}

// stubborn is an application that takes nothing for as long as its gate is closed.
type stubborn struct {
	*app
	gate chan struct{}
}

func (a stubborn) Open(s *engine.Session) (engine.Receiver, error) {
	_, err := a.app.Open(s)
	return a, err
}

func (a stubborn) Receive(p eio.Packet) error {
	if string(p.Data) != "free" {
		<-a.gate
	}
	return a.app.Receive(p)
}

// Sessions whose application is busy do not hold up the others, however many they are.
func TestPollerWithBusySessions(t *testing.T) {
	a := stubborn{newApp(), make(chan struct{})}
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.DiscardHandler)}, a, websocket.New(maxPayload).WithPoller())
	require.NoError(t, err)
	ts := httptest.NewServer(srv)
	defer ts.Close()
	const n = 50
	for range n {
		c := mustDial(t, ts.URL)
		for range 10 {
			require.NoError(t, c.Send(eio.Text([]byte("busy"))))
		}
	}
	eventually(t, "all to be busy", func() bool { return readers() == n })
	c := mustDial(t, ts.URL)
	for range 10 {
		require.NoError(t, c.Send(eio.Text([]byte("free"))))
		require.Equal(t, "4free", <-a.Got)
	}
	close(a.gate)
	for range 10 * n {
		require.Equal(t, "4busy", <-a.Got)
	}
	eventually(t, "rest", func() bool { return readers() == 0 })
}

// A client that does not answer a close frame is waited for a few seconds, although nobody
// read from its connection.
func TestPollerAwaitsClose(t *testing.T) {
	t.Parallel()
	f := setUpPoller(t)
	w := f.shake(t, "")
	s := <-f.Sessions
	eventually(t, "rest", func() bool { return f.srv.Sessions() == 1 })
	require.NoError(t, w.SetReadDeadline(time.Now().Add(time.Minute)))
	start := time.Now()
	s.Close(engine.ForcedClose)
	w.closes(0)
	w.over()
	require.GreaterOrEqual(t, time.Since(start), 4*time.Second)
	f.ended(t, engine.ForcedClose)
}

// A full socket of a polled connection is written on when the client reads again.
func TestPollerWithFullSocket(t *testing.T) {
	f := setUpPoller(t)
	w := f.shake(t, "")
	s := <-f.Sessions
	large := strings.Repeat("0123456789abcdef", 1<<20) // more than the system buffers
	require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte(large)))))
	eventually(t, "a full socket", func() bool { return strings.Contains(stacks(), "flushBlocking") })
	require.NoError(t, w.SetReadDeadline(time.Now().Add(time.Minute)))
	_, data := w.frame()
	require.True(t, data == "4"+large, "what arrives is what was sent")
	w.send(masked(finText, "4got it"))
	f.hears(t, "4got it")
	eventually(t, "rest", func() bool { return !strings.Contains(stacks(), "flushBlocking") })
}

// Sockets of the file system are polled too.
func TestPollerOfUnixSockets(t *testing.T) {
	name := t.TempDir() + "/socket"
	l, err := net.Listen("unix", name)
	require.NoError(t, err)
	f := setUpPoller(t, func(ts *httptest.Server) { ts.Listener.Close(); ts.Listener = l; ts.Start() })
	d := gorilla.Dialer{NetDial: func(string, string) (net.Conn, error) { return net.Dial("unix", name) }}
	ws, resp, err := d.Dial("ws://x/?EIO=4&transport=websocket", nil)
	require.NoError(t, err)
	resp.Body.Close()
	defer ws.Close()
	for range 2 {
		eventually(t, "rest", func() bool { return readers() == 0 && epolls() == 1 })
		require.NoError(t, ws.WriteMessage(gorilla.TextMessage, []byte("4hello")))
		f.hears(t, "4hello")
	}
}

// Shutdown ends connections that nobody reads from.
func TestPollerShutdown(t *testing.T) {
	f := setUpPoller(t)
	var all sync.WaitGroup
	for range 30 {
		c := mustDial(t, f.http.URL)
		all.Go(func() {
			for _, err := c.Next(); err == nil; {
				_, err = c.Next()
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, f.srv.Shutdown(ctx))
	all.Wait()
	eventually(t, "the poller to end", func() bool { return epolls() == 0 })
}

// What cannot be polled is served all the same, and that is said once.
func TestPollerWithOtherConnections(t *testing.T) {
	var said bytes.Buffer
	a := newApp()
	srv, err := engine.New(engine.Config{Logger: slog.New(slog.NewTextHandler(&said, nil))}, a, websocket.New(maxPayload).WithPoller())
	require.NoError(t, err)
	pipes := transporttest.NewPipes()
	h := &http.Server{Handler: srv}
	served := make(chan error, 1)
	go func() { served <- h.Serve(pipes) }()
	for range 3 {
		conn := pipes.Dial()
		_, err := conn.Write(fmt.Appendf(nil, upgrade, ""))
		require.NoError(t, err)
		_, err = conn.Write([]byte(masked(finText, "4hello")))
		require.NoError(t, err)
		require.Equal(t, "4hello", <-a.Got)
		conn.Close()
		<-a.Ended
	}
	require.NoError(t, h.Close())
	require.ErrorIs(t, <-served, http.ErrServerClosed)
	require.Equal(t, 1, strings.Count(said.String(), "cannot be polled"), said.String())
}
