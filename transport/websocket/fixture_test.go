// fixture_test.go: a server whose application passes on what it hears, and a
// client that speaks bytes.

package websocket_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/transporttest"
	"github.com/everwire/everwire/transport/websocket"
)

const maxPayload = 100_000

// app is the application of the tests.
type app = transporttest.App

// fixture is a server of both transports.
type fixture struct {
	*app
	srv  *engine.Server
	http *httptest.Server
}

func setUp(t testing.TB, start ...func(*httptest.Server)) *fixture {
	return setUpWith(t, inMode(websocket.New(maxPayload)), engine.Config{}, start...)
}

func setUpWith(t testing.TB, tr engine.Transport, c engine.Config, start ...func(*httptest.Server)) *fixture {
	a := transporttest.NewApp()
	c.MaxPayload, c.Logger = maxPayload, slog.New(slog.DiscardHandler)
	srv, err := engine.New(c, a, polling.New(maxPayload), tr)
	require.NoError(t, err)
	ts := httptest.NewUnstartedServer(srv)
	ts.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	if len(start) > 0 {
		start[0](ts)
	} else {
		ts.Start()
	}
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	return &fixture{a, srv, ts}
}

func (f *fixture) ended(t *testing.T, want engine.CloseReason) {
	t.Helper()
	select {
	case got := <-f.Ended:
		require.Equal(t, want, got)
	case <-time.After(10 * time.Second):
		t.Fatal("the session goes on")
	}
}

func (f *fixture) hears(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-f.Got:
		require.Equal(t, want, got)
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was received")
	}
}

// wire is a connection after the handshake, in bytes.
type wire struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

const upgrade = "GET /?EIO=4&transport=websocket%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// connect sends text in one segment and reads the answer's head.
func (f *fixture) connect(t testing.TB, text string) (*wire, *http.Response) {
	conn, err := net.Dial("tcp", f.http.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	w := &wire{t, conn, bufio.NewReader(conn)}
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	resp, err := http.ReadResponse(w.r, nil)
	require.NoError(t, err)
	return w, resp
}

// shake opens a session; more is sent with the handshake.
func (f *fixture) shake(t testing.TB, more string) *wire {
	w, resp := f.connect(t, fmt.Sprintf(upgrade, "")+more)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	op, data := w.frame()
	require.Equal(t, byte(1), op)
	require.True(t, strings.HasPrefix(data, "0{"), data)
	return w
}

// frame reads one frame, which must be whole, not masked and without extensions.
func (w *wire) frame() (op byte, data string) {
	w.t.Helper()
	first, data := w.anyFrame()
	require.Equal(w.t, byte(0x80), first&0xf0, "final, no extension")
	return first & 0xf, data
}

// anyFrame reads one frame, which must not be masked, and returns its first byte.
func (w *wire) anyFrame() (first byte, data string) {
	w.t.Helper()
	head := make([]byte, 2)
	_, err := io.ReadFull(w.r, head)
	require.NoError(w.t, err)
	require.Zero(w.t, head[1]&0x80, "a server does not mask")
	n := uint64(head[1])
	switch n {
	case 126:
		b := make([]byte, 2)
		_, err = io.ReadFull(w.r, b)
		n = uint64(binary.BigEndian.Uint16(b))
		require.GreaterOrEqual(w.t, n, uint64(126), "the shortest form")
	case 127:
		b := make([]byte, 8)
		_, err = io.ReadFull(w.r, b)
		n = binary.BigEndian.Uint64(b)
		require.GreaterOrEqual(w.t, n, uint64(1<<16), "the shortest form")
	}
	require.NoError(w.t, err)
	body := make([]byte, n)
	_, err = io.ReadFull(w.r, body)
	require.NoError(w.t, err)
	return head[0], string(body)
}

// masked returns a frame as a client sends it, with a mask of zeros.
func masked(first byte, data string) string {
	b := []byte{first}
	switch n := len(data); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return string(append(b, 0, 0, 0, 0)) + data
}

func (w *wire) send(bytes string) {
	w.t.Helper()
	_, err := io.WriteString(w.Conn, bytes)
	require.NoError(w.t, err)
}

// closes demands a close frame with that code, 0 for none, and the end.
func (w *wire) closes(code uint16) {
	w.t.Helper()
	op, data := w.frame()
	require.Equal(w.t, byte(8), op, "%q", data)
	if code == 0 {
		require.Empty(w.t, data)
	} else {
		require.GreaterOrEqual(w.t, len(data), 2)
		require.Equal(w.t, code, binary.BigEndian.Uint16([]byte(data)))
	}
}

// over demands that the server closes the connection.
func (w *wire) over() {
	w.t.Helper()
	_, err := w.r.ReadByte()
	require.Error(w.t, err)
	ne, ok := err.(net.Error)
	require.False(w.t, ok && ne.Timeout(), "the connection stays open")
}

// eventually waits until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick, late := time.NewTicker(time.Millisecond), time.NewTimer(20*time.Second)
	defer tick.Stop()
	defer late.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			buf := make([]byte, 1<<16)
			t.Fatalf("waited too long for %s\n%s", what, buf[:runtime.Stack(buf, true)])
		}
	}
}
