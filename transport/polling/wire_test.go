// wire_test.go: the exact form of requests and answers.

package polling_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/transporttest"
)

const maxPayload = 1000

// app is the application of the tests.
type app = transporttest.App

// fixture is a server with one session.
type fixture struct {
	*app
	*client
	s   *engine.Session
	url string
}

func setUp(t *testing.T) *fixture { return setUpWith(t, polling.New(maxPayload)) }

func setUpWith(t *testing.T, tr engine.Transport) *fixture {
	a := transporttest.NewApp()
	srv, err := engine.New(engine.Config{MaxPayload: maxPayload, Logger: slog.New(slog.DiscardHandler)}, a, tr)
	require.NoError(t, err)
	ts := httptest.NewServer(srv)
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	return &fixture{a, mustDial(t, ts.URL), <-a.Sessions, ts.URL}
}

// request makes one request of the session.
func (f *fixture) request(t *testing.T, method, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, f.base, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := f.http.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(answer)
}

func (f *fixture) say(t *testing.T, p eio.Packet) {
	t.Helper()
	require.NoError(t, f.s.Send(engine.NewMessage(p)))
}

// ended waits for the end of the session.
func (f *fixture) ended(t *testing.T, want engine.CloseReason) {
	t.Helper()
	select {
	case got := <-f.Ended:
		require.Equal(t, want, got)
	case <-time.After(10 * time.Second):
		t.Fatal("the session goes on")
	}
}

func TestHeaders(t *testing.T) {
	f := setUp(t)
	f.say(t, eio.Text([]byte("x")))
	resp, body := f.request(t, http.MethodGet, "")
	require.Equal(t, "4x", body)
	require.Equal(t, "text/plain; charset=UTF-8", resp.Header.Get("Content-Type"))
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	require.Empty(t, resp.Header.Values("X-XSS-Protection"))

	f.say(t, eio.Binary([]byte{1, 2, 3}))
	resp, body = f.request(t, http.MethodGet, "")
	require.Equal(t, "bAQID", body)
	require.Equal(t, "text/plain; charset=UTF-8", resp.Header.Get("Content-Type"))

	resp, body = f.request(t, http.MethodPost, "4x")
	require.Equal(t, "ok", body)
	require.Equal(t, "text/html", resp.Header.Get("Content-Type"))
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	require.EqualValues(t, 2, resp.ContentLength)
}

func TestLongAnswerHasItsLength(t *testing.T) {
	f := setUp(t)
	f.say(t, eio.Text(bytes.Repeat([]byte("x"), 100_000)))
	resp, _ := f.request(t, http.MethodGet, "")
	require.EqualValues(t, 100_001, resp.ContentLength)
}

func TestInternetExplorer(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (compatible; MSIE 10.0)":               "0",
		"Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11)": "0",
		"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0":     "",
	} {
		f := setUp(t)
		resp, _ := f.request(t, http.MethodPost, "4x", "User-Agent", agent)
		require.Equal(t, want, resp.Header.Get("X-XSS-Protection"), agent)
	}
}

func TestKeepAliveIsNotNeeded(t *testing.T) {
	f := setUp(t)
	for range 3 {
		_, body := f.request(t, http.MethodPost, "4x", "Connection", "close")
		require.Equal(t, "ok", body)
	}
}

// Too large a POST is refused without a word, and the session goes on.
func TestTooLarge(t *testing.T) {
	f := setUp(t)
	for name, body := range map[string]io.Reader{
		"Content-Length":   strings.NewReader(strings.Repeat("x", maxPayload+1)),
		"chunked":          io.MultiReader(strings.NewReader("4"), strings.NewReader(strings.Repeat("x", maxPayload))),
		"much, chunked":    io.MultiReader(strings.NewReader("4"), strings.NewReader(strings.Repeat("x", 100*maxPayload))),
		"packets, 413 too": strings.NewReader(strings.Repeat("\x1e", maxPayload)),
	} {
		r, err := http.NewRequest(http.MethodPost, f.base, body)
		require.NoError(t, err)
		resp, err := f.http.Do(r)
		require.NoError(t, err, name)
		answer, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		require.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode, name)
		require.Empty(t, answer, name)
	}
	largest := "4" + strings.Repeat("x", maxPayload-1)
	require.Empty(t, f.app.Got)
	_, body := f.request(t, http.MethodPost, largest)
	require.Equal(t, "ok", body)
	require.Equal(t, largest, <-f.app.Got)
}

// Protocol 4 has no binary bodies; the official server closes the session too.
func TestOctetStream(t *testing.T) {
	f := setUp(t)
	resp, _ := f.request(t, http.MethodPost, "\x04\x00", "Content-Type", "application/octet-stream")
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	f.ended(t, engine.TransportError)
	require.Empty(t, f.app.Got)
	resp, body := f.request(t, http.MethodGet, "")
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	require.Equal(t, `{"code":1,"message":"Session ID unknown"}`, body)
}

// A compressed body is not inflated.
func TestCompressedBody(t *testing.T) {
	f := setUp(t)
	resp, body := f.request(t, http.MethodPost, "\x1f\x8b\x08\x00", "Content-Encoding", "gzip")
	require.Equal(t, http.StatusUnsupportedMediaType, resp.StatusCode)
	require.Equal(t, `{"code":3,"message":"Content-Encoding is not supported"}`, body)
	require.Empty(t, f.app.Got)
	_, body = f.request(t, http.MethodPost, "4x", "Content-Encoding", "identity")
	require.Equal(t, "ok", body, "the session is not touched")
}

// Text that is not UTF-8 is against the protocol.
func TestInvalidUTF8(t *testing.T) {
	f := setUp(t)
	resp, _ := f.request(t, http.MethodPost, "4\xff\xfe")
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	f.ended(t, engine.ParseError)
	require.Empty(t, f.app.Got)
}

func TestAnyContentTypeOfText(t *testing.T) {
	f := setUp(t)
	for _, ct := range []string{"text/plain", "text/plain;charset=UTF-8", "application/json", ""} {
		_, body := f.request(t, http.MethodPost, "4€", "Content-Type", ct)
		require.Equal(t, "ok", body, ct)
		require.Equal(t, "4€", <-f.app.Got)
	}
}

// raw writes bytes on a connection of their own.
func (f *fixture) raw(t *testing.T, format string, args ...any) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, format, args...)
	require.NoError(t, err)
	return conn
}

func (f *fixture) path() string { return strings.TrimPrefix(f.base, f.url) }

func TestAbortedPoll(t *testing.T) {
	f := setUp(t)
	f.raw(t, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", f.path()).Close()
	f.ended(t, engine.TransportError)
}

func TestAbortedPost(t *testing.T) {
	f := setUp(t)
	f.raw(t, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n4half", f.path()).Close()
	f.ended(t, engine.TransportError)
	require.Empty(t, f.app.Got)
}

// The bytes of a character may come in different chunks.
func TestChunkedPost(t *testing.T) {
	f := setUp(t)
	conn := f.raw(t, "POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n4\xe2\r\n1\r\n\x82\r\n1\r\n\xac\r\n0\r\n\r\n", f.path())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "4€", <-f.app.Got)
}

// A request to upgrade to something else is answered as any other.
func TestForeignUpgrade(t *testing.T) {
	f := setUp(t)
	_, body := f.request(t, http.MethodPost, "4x", "Connection", "Upgrade", "Upgrade", "h2c")
	require.Equal(t, "ok", body)
}

func TestBinaryIsStandardBase64(t *testing.T) {
	f := setUp(t)
	data := []byte{0xfb, 0xff, 0xbf, 0}
	f.say(t, eio.Binary(data))
	_, body := f.request(t, http.MethodGet, "")
	require.Equal(t, "b"+base64.StdEncoding.EncodeToString(data), body)
}
