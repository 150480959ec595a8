// taken_test.go: streams whose connection is taken over from net/http, and those that stay.

package sse_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/transporttest"
)

// own is a stream over a connection of the test's own.
type own struct {
	net.Conn
	r       *bufio.Reader
	session *engine.Session
	taken   *atomic.Bool // net/http has given up the connection

	accepted chan net.Conn // the server's end
}

// begin sends a request to a server in which middleware stands before ours, and reads the
// head of the answer.
func begin(t *testing.T, request string, middleware func(http.Handler) http.Handler) (*app, *own, *http.Response) {
	a, srv := newApp(t)
	o := &own{taken: new(atomic.Bool), accepted: make(chan net.Conn, 9)}
	ts := httptest.NewUnstartedServer(middleware(srv))
	ts.Config.ConnState = func(nc net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			_ = nc.(*net.TCPConn).SetWriteBuffer(4096) // it is full soon
			o.accepted <- nc
		case http.StateHijacked:
			o.taken.Store(true)
		}
	}
	ts.Start()
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	var err error
	o.Conn, err = net.Dial("tcp", ts.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { o.Conn.Close() })
	require.NoError(t, o.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(o, request)
	require.NoError(t, err)
	o.r = bufio.NewReader(o)
	resp, err := http.ReadResponse(o.r, nil)
	require.NoError(t, err)
	o.session = <-a.Sessions
	return a, o, resp
}

func nothing(h http.Handler) http.Handler { return h }

// limit is a middleware that gives requests a deadline.
func limit(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Hour)
		defer cancel()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

// sets is a middleware that sets a header.
func sets(name, value string) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(name, value)
			h.ServeHTTP(w, r)
		})
	}
}

// counting is the writer of a middleware, through which all that is written has to go.
type counting struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c counting) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return c.ResponseWriter.Write(b)
}

func count(n *atomic.Int64) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(counting{w, n}, r) })
	}
}

// oneEvent reads up to the end of an event.
func oneEvent(t *testing.T, lines *bufio.Reader) string {
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, text.String())
		if text.WriteString(line); line == "\n" {
			return text.String()
		}
	}
}

const get10 = "GET /?EIO=4&transport=sse HTTP/1.0\r\n\r\n"

// An idle stream is one goroutine.
func TestIdleStream(t *testing.T) {
	const n = 20
	a, url := setUp(t)
	before := runtime.NumGoroutine()
	for range n {
		nc, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		defer nc.Close()
		_, err = io.WriteString(nc, get)
		require.NoError(t, err)
		<-a.Sessions
	}
	late := time.After(20 * time.Second)
	for runtime.NumGoroutine() > before+n+1 { // and the engine's wheel
		select {
		case <-time.After(time.Millisecond):
		case <-late:
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines more than before\n%s", runtime.NumGoroutine()-before, buf[:runtime.Stack(buf, true)])
		}
	}
	require.Empty(t, a.Ended)
}

// A stream whose first event is all that it may carry ends with it.
func TestLargeFirstEvent(t *testing.T) {
	a, url := setUp(t)
	c, err := dial(t, url, "&resume=1")
	require.NoError(t, err)
	require.NoError(t, (<-a.Sessions).Send(engine.NewMessage(eio.Text(make([]byte, 1<<20)))))
	require.NoError(t, c.stream("&at=1&ack=0&xs=1"))
	body, err := io.ReadAll(c.lines)
	require.NoError(t, err)
	require.Greater(t, len(body), 1<<20)
	require.Empty(t, a.Ended)
}

// What clients see is the same, whoever has the connection.
func TestTaken(t *testing.T) {
	var counted atomic.Int64
	for _, row := range []struct {
		name, request string
		middleware    func(http.Handler) http.Handler
		taken         bool
		chunked       bool
	}{
		{"HTTP/1.1", get, nothing, true, true},
		{"HTTP/1.0", get10, nothing, true, false},
		{"header of a middleware", get, sets("X-Seen", "yes"), true, true},
		{"coding of a middleware", get, sets("Content-Encoding", "identity"), false, true},
		{"no chunks", get, sets("Transfer-Encoding", "identity"), false, false},
		{"writer of a middleware", get, count(&counted), false, true},
		{"deadline of a middleware", get, limit, false, true},
		{"body", strings.Replace(get, "\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx", 1), nothing, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, o, resp := begin(t, row.request, row.middleware)
			require.Equal(t, "text/event-stream; charset=utf-8", resp.Header.Get("Content-Type"))
			require.NotEmpty(t, resp.Header.Get("Date"))
			require.Equal(t, row.chunked, len(resp.TransferEncoding) > 0)
			body := bufio.NewReader(resp.Body)
			require.Contains(t, oneEvent(t, body), `data: 0{"sid"`)
			for i := range 3 {
				require.NoError(t, o.session.Send(engine.NewMessage(eio.Text(fmt.Append(nil, i)))))
			}
			o.session.Close(engine.ForcedClose)
			rest, err := io.ReadAll(body)
			require.NoError(t, err, "the stream does not end as it should")
			require.Contains(t, string(rest), "\ndata: 1\n\n")
			require.Equal(t, "012", digits(string(rest)))
			require.Equal(t, engine.ForcedClose, <-a.Ended)
			require.Equal(t, row.taken, o.taken.Load())
			require.Equal(t, row.taken || !row.chunked, resp.Close, "the connection goes on")
			if resp.Close {
				_, err = o.r.ReadByte()
				require.ErrorIs(t, err, io.EOF)
			}
		})
	}
	require.Greater(t, counted.Load(), int64(100), "the middleware has not seen all")
}

// digits returns what the messages of a stream say, each of one digit.
func digits(stream string) string {
	var b strings.Builder
	for line := range strings.Lines(stream) {
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		for packet := range strings.SplitSeq(data, "\x1e") {
			if ok && len(packet) == 2 {
				b.WriteString(packet[1:])
			}
		}
	}
	return b.String()
}

// A client that says that it sends nothing more is gone, as net/http has it.
func TestTakenLosesItsClient(t *testing.T) {
	a, o, _ := begin(t, get, nothing)
	require.NoError(t, o.Conn.(*net.TCPConn).CloseWrite())
	require.Equal(t, engine.TransportClose, <-a.Ended)
	_, err := io.Copy(io.Discard, o.r)
	require.NoError(t, err, "the server closes too")
}

// One whose connection the application closes is gone too.
func TestTakenIsClosedByOthers(t *testing.T) {
	a, o, _ := begin(t, get, nothing)
	(<-o.accepted).Close()
	require.Equal(t, engine.TransportClose, <-a.Ended)
}

// What a client sends where nothing is expected is read, so that its end is seen behind
// it, but not for ever.
func TestAstray(t *testing.T) {
	early := strings.Repeat("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 9)
	a, o, resp := begin(t, get+early, nothing)
	_, err := io.WriteString(o, early)
	require.NoError(t, err)
	require.NoError(t, o.session.Send(engine.NewMessage(eio.Text([]byte("still here")))))
	body := bufio.NewReader(resp.Body)
	oneEvent(t, body)
	require.Contains(t, oneEvent(t, body), "still here")
	require.Empty(t, a.Ended)
	for err == nil {
		_, err = io.WriteString(o, early)
	}
	require.Equal(t, engine.TransportError, <-a.Ended)
}

// After its time a stream ends, and its session goes on.
func TestTimeOfStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, srv := newApp(t)
		listener := transporttest.NewPipes()
		server := &http.Server{Handler: srv}
		go server.Serve(listener)
		here := listener.Dial()
		_, err := io.WriteString(here, strings.Replace(get, "sse", "sse&resume=1", 1))
		require.NoError(t, err)
		start := time.Now()
		s := <-a.Sessions
		resp, err := http.ReadResponse(bufio.NewReader(here), nil)
		require.NoError(t, err)
		go func() { // ends with the session: pongs
			for range time.Tick(time.Second) {
				select {
				case <-s.Done():
					return
				default:
				}
				post := httptest.NewRequest(http.MethodPost, "/?EIO=4&transport=sse&resume=1&at=0&sid="+s.ID(), strings.NewReader("3"))
				srv.ServeHTTP(httptest.NewRecorder(), post)
			}
		}()
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err, "after %v", time.Since(start))
		require.InDelta(t, 3600, time.Since(start).Seconds(), 1)
		require.Empty(t, a.Ended)
		require.NoError(t, here.Close())
		require.NoError(t, server.Close())
		s.Close(engine.ForcedClose)
		time.Sleep(10 * time.Minute)
	})
}

// Of what waits for a client that reads late nothing is lost when the session ends.
func TestEndBehindFullSocket(t *testing.T) {
	a, o, resp := begin(t, get, nothing)
	large := strings.Repeat("x", 1<<20)
	for range 3 {
		require.NoError(t, o.session.Send(engine.NewMessage(eio.Text([]byte(large)))))
	}
	o.session.Close(engine.ForcedClose)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(body), large))
	require.True(t, strings.HasSuffix(string(body), "data: 1\n\n"))
	require.Equal(t, engine.ForcedClose, <-a.Ended)
}

// A stream over HTTP/1.0 that another one replaces has nothing to say of its end.
func TestReplacedOverHTTP10(t *testing.T) {
	a, o, resp := begin(t, strings.Replace(get10, "sse", "sse&resume=1", 1), nothing)
	c := &client{http: http.DefaultClient, base: "http://" + o.RemoteAddr().String() + "/?EIO=4&transport=sse&resume=1&sid=" + o.session.ID()}
	require.NoError(t, c.stream("&at=1&ack=0"))
	defer c.Cut()
	body := bufio.NewReader(resp.Body)
	oneEvent(t, body)
	rest, err := io.ReadAll(body)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Empty(t, a.Ended)
}

// The event that is the last of a stream may be more than the socket takes.
func TestLimitBehindFullSocket(t *testing.T) {
	a, o, resp := begin(t, strings.Replace(get, "sse", "sse&resume=1&xs=1", 1), nothing)
	large := strings.Repeat("x", 3<<20)
	require.NoError(t, o.session.Send(engine.NewMessage(eio.Text([]byte(large)))))
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(body), large))
	_, err = o.r.ReadByte()
	require.ErrorIs(t, err, io.EOF)
	require.Empty(t, a.Ended)
}

// endless is a connection whose reading cannot be given up, as in a tunnel of SSH.
type endless struct{ net.Conn }

func (endless) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (endless) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (endless) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

type tunnels struct{ net.Listener }

func (l tunnels) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	return endless{nc}, err
}

// net/http would wait for the client before it gives such a connection away.
func TestTunnelsAreNotTaken(t *testing.T) {
	a, srv := newApp(t)
	ts := httptest.NewUnstartedServer(srv)
	ts.Listener = tunnels{ts.Listener}
	ts.Start()
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	resp, err := http.Get(ts.URL + "/?EIO=4&transport=sse")
	require.NoError(t, err)
	defer resp.Body.Close()
	require.False(t, resp.Close)
	lines := bufio.NewReader(resp.Body)
	oneEvent(t, lines)
	require.NoError(t, (<-a.Sessions).Send(engine.NewMessage(eio.Text([]byte("hi")))))
	require.Contains(t, oneEvent(t, lines), "4hi")
}
