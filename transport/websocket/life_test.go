// life_test.go: connections as a whole: what they cost, and how they end.

package websocket_test

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// A session that has a WebSocket takes no second one: some clients do not survive
// an HTTP error here, so it is told by a close frame.
func TestSecondWebSocket(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	s := <-f.Sessions
	second, resp := f.connect(t, strings.Replace(upgrade, "%s", "&sid="+s.ID(), 1))
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	second.closes(0)
	second.over()
	w.send(masked(finText, "4still here"))
	f.hears(t, "4still here")
}

// The upgrade as the stock client does it, over the wire.
func TestUpgrade(t *testing.T) {
	f := setUp(t)
	get := func(query string) string {
		resp, err := f.http.Client().Get(f.http.URL + "/?EIO=4&transport=polling" + query)
		require.NoError(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(b)
	}
	var open struct{ SID string }
	require.NoError(t, json.Unmarshal([]byte(get("")[1:]), &open))
	s := <-f.Sessions
	poll := make(chan string, 1)
	go func() { poll <- get("&sid=" + open.SID) }()

	w, resp := f.connect(t, strings.Replace(upgrade, "%s", "&sid="+open.SID, 1))
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	w.send(masked(finText, "2probe"))
	_, data := w.frame()
	require.Equal(t, "3probe", data)
	require.Equal(t, "6", <-poll)
	require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte("x")))))
	w.send(masked(finText, "5") + masked(finText, "4y"))
	_, data = w.frame()
	require.Equal(t, "4x", data)
	f.hears(t, "4y")
	require.Equal(t, engine.WebSocket, s.Transport())
}

func TestTLS(t *testing.T) {
	f := setUp(t, (*httptest.Server).StartTLS)
	pool := f.http.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	d := gorilla.Dialer{TLSClientConfig: &tls.Config{RootCAs: pool}}
	ws, _, err := d.Dial(strings.Replace(f.http.URL, "https", "wss", 1)+"/?EIO=4&transport=websocket", nil)
	require.NoError(t, err)
	defer ws.Close()
	c := &client{ws: ws}
	open, err := c.Next()
	require.NoError(t, err)
	require.Equal(t, eio.Open, open.Type)
	s := <-f.Sessions
	require.True(t, s.Request().Secure)

	large := eio.Binary(make([]byte, maxPayload))
	require.NoError(t, c.Send(eio.Text([]byte("over TLS")), large))
	f.hears(t, "4over TLS")
	require.NoError(t, s.Send(engine.NewMessage(large)))
	got, err := c.Next()
	require.NoError(t, err)
	require.Equal(t, large, got)
	require.NoError(t, c.Close())
	f.ended(t, engine.TransportClose)
}

// There is nothing to hijack on HTTP/2.
func TestHTTP2IsRefused(t *testing.T) {
	f := setUp(t, func(ts *httptest.Server) { ts.EnableHTTP2 = true; ts.StartTLS() })
	r, err := http.NewRequest(http.MethodGet, f.http.URL+"/?EIO=4&transport=websocket", nil)
	require.NoError(t, err)
	resp, err := f.http.Client().Do(r)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 2, resp.ProtoMajor)
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	require.Zero(t, f.srv.Sessions())

	// The form that no client of HTTP/2 can send, but a middleware could let through.
	rec := httptest.NewRecorder()
	r = request("http://x", "EIO=4&transport=websocket")
	r.ProtoMajor, r.Proto = 2, "HTTP/2.0"
	f.srv.ServeHTTP(rec, r)
	require.Equal(t, http.StatusBadRequest, rec.Code)
	require.Zero(t, f.srv.Sessions())

	resp, err = f.http.Client().Get(f.http.URL + "/?EIO=4&transport=polling")
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode, "polling does not mind")
}

// A client that stops reading does not hold up the others, and its session ends.
func TestClientThatStopsReading(t *testing.T) {
	f := setUp(t)
	stuck := f.shake(t, "")
	require.NoError(t, stuck.Conn.(*net.TCPConn).SetReadBuffer(4096))
	slow := <-f.Sessions
	other := mustDial(t, f.http.URL)
	s := <-f.Sessions
	m := engine.NewMessage(eio.Binary(make([]byte, 1<<20)))
	hello := engine.NewMessage(eio.Text([]byte("hello")))
	for i := 0; ; i++ {
		require.Less(t, i, 100, "it is never too slow")
		start := time.Now()
		err := slow.Send(m)
		require.NoError(t, s.Send(hello))
		got, nextErr := other.Next()
		require.NoError(t, nextErr)
		require.Equal(t, "hello", string(got.Data))
		require.Less(t, time.Since(start), 5*time.Second)
		if err != nil {
			require.ErrorIs(t, err, engine.ErrSlow)
			break
		}
	}
	f.ended(t, engine.SlowClient)
}

// An idle connection costs the goroutine of its reader, or none in poller mode.
func TestGoroutinesOfIdleConnections(t *testing.T) {
	f := setUp(t)
	mustDial(t, f.http.URL) // starts what the server needs once
	eventually(t, "rest", func() bool { return runtime.NumGoroutine() == settled(t) })
	before := settled(t)
	const n = 20
	for range n {
		c := mustDial(t, f.http.URL)
		require.NoError(t, c.Send(eio.Text([]byte("x"))))
		f.hears(t, "4x")
	}
	each := 1
	if polled() {
		each = 0
	}
	eventually(t, "no other goroutines", func() bool { return runtime.NumGoroutine() <= before+each*n })
}

// settled returns the number of goroutines once it stands still.
func settled(t *testing.T) int {
	last, since := -1, time.Now()
	eventually(t, "goroutines to settle", func() bool {
		if n := runtime.NumGoroutine(); n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > 20*time.Millisecond
	})
	return last
}

// Many messages in the queue take few system calls, and few segments.
func TestMessagesAreCoalesced(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	s := <-f.Sessions
	const n = 1000
	for i := range n {
		require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte(strconv.Itoa(i))))))
	}
	counted := &countingReader{Reader: w.Conn}
	w.r.Reset(counted) // nothing was buffered: the OPEN packet came alone
	for i := range n {
		_, data := w.frame()
		require.Equal(t, "4"+strconv.Itoa(i), data)
	}
	require.Less(t, counted.reads, n/4)
}

type countingReader struct {
	io.Reader
	reads int
}

func (r *countingReader) Read(p []byte) (int, error) {
	r.reads++
	return r.Reader.Read(p)
}
