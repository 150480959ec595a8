// Package golden holds what stock clients see, byte for byte: whatever the server learns beside, their streams stay as
// they are. `go test ./golden -update` writes the transcripts anew; a change of them is a change of the protocol.
package golden

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

var update = flag.Bool("update", false, "write the transcripts")

// serve starts a server with a few handlers.
func serve(t *testing.T, c everwire.Config) string {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	srv, err := everwire.New(c)
	require.NoError(t, err)
	srv.On("echo", func(c *everwire.Ctx) error {
		var v any
		if err := c.Bind(&v); err != nil {
			return err
		}
		return c.Ack(v)
	})
	srv.On("binary", func(c *everwire.Ctx) error {
		return c.Socket().Emit("binary", []byte{0, 1, 2}, map[string]any{"b": []byte{3}})
	})
	srv.On("ask", func(c *everwire.Ctx) error { return c.Socket().Emit("asked", nil, true, 1.5, "é", []int{1}) })
	srv.On("bye", func(c *everwire.Ctx) error { return c.Socket().Disconnect(false) })
	srv.On("goodbye", func(c *everwire.Ctx) error { return c.Socket().Disconnect(true) })
	srv.Of("/admin").Auth(nobody)
	ts := httptest.NewServer(srv)
	t.Cleanup(func() { ts.CloseClientConnections(); ts.Close() })
	return strings.TrimPrefix(ts.URL, "http://")
}

// scene is one transcript: what is sent, and every byte that comes back.
type scene struct {
	t    *testing.T
	addr string
	text bytes.Buffer
	sids []string
}

func play(t *testing.T, name string, c everwire.Config, script func(*scene)) {
	t.Run(name, func(t *testing.T) {
		s := &scene{t: t, addr: serve(t, c)}
		script(s)
		file := filepath.Join("testdata", name+".txt")
		got := s.normal()
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
	})
}

var (
	dates = regexp.MustCompile(`(?m)^Date: .*\r$`)
	sids  = regexp.MustCompile(`"sid":"([A-Za-z0-9_-]+)"`)
)

// normal is the transcript without what is different each time.
func (s *scene) normal() string {
	text := dates.ReplaceAllString(s.text.String(), "Date: …\r")
	for i, m := range sids.FindAllStringSubmatch(text, -1) {
		text = strings.ReplaceAll(text, m[1], fmt.Sprintf("<id %d>", i))
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, s.addr, "<host>"), "\r", "␍")
}

func (s *scene) note(format string, args ...any) { fmt.Fprintf(&s.text, "\n--- "+format+"\n", args...) }

// tee writes what is read into the transcript.
func (s *scene) dial() (net.Conn, *bufio.Reader) {
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { conn.Close() })
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn, bufio.NewReader(io.TeeReader(conn, &s.text))
}

// do makes one request on a connection of its own, and returns the answer's body.
func (s *scene) do(method, query, body string, header ...string) string {
	s.note("%s %s %q %s", method, s.hide(query), body, strings.Join(header, ", "))
	conn, r := s.dial()
	defer conn.Close()
	fmt.Fprintf(conn, "%s /socket.io/%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", method, query, s.addr, len(body))
	for _, h := range header {
		fmt.Fprintf(conn, "%s\r\n", h)
	}
	fmt.Fprintf(conn, "\r\n%s", body)
	resp, err := http.ReadResponse(r, &http.Request{Method: method})
	require.NoError(s.t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return string(b)
}

// hide puts places for IDs into what is noted.
func (s *scene) hide(text string) string {
	for i, id := range s.sids {
		text = strings.ReplaceAll(text, id, fmt.Sprintf("<sid %d>", i))
	}
	return text
}

// sid takes the session's ID from an OPEN packet.
func (s *scene) sid(open string) string {
	m := sids.FindStringSubmatch(open)
	require.NotNil(s.t, m, open)
	s.sids = append(s.sids, m[1])
	return m[1]
}

// socket is a raw WebSocket.
type socket struct {
	*scene
	conn net.Conn
	r    *bufio.Reader
}

func (s *scene) socket(query string) *socket {
	s.note("WebSocket %s", s.hide(query))
	conn, r := s.dial()
	fmt.Fprintf(conn, "GET /socket.io/%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", query, s.addr)
	resp, err := http.ReadResponse(r, nil)
	require.NoError(s.t, err)
	k := &socket{s, conn, r}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		_, err = io.ReadAll(resp.Body)
		require.NoError(s.t, err)
	}
	return k
}

// send sends a frame, whose mask is zero.
func (k *socket) send(op byte, data string) {
	k.note("frame %x %q", op, data)
	frame := []byte{0x80 | op, 0x80 | byte(len(data)), 0, 0, 0, 0}
	_, err := k.conn.Write(append(frame, data...))
	require.NoError(k.t, err)
}

// read reads n frames, and returns the last one's data.
func (k *socket) read(n int) (data string) {
	for range n {
		head := make([]byte, 2)
		_, err := io.ReadFull(k.r, head)
		require.NoError(k.t, err)
		size := int(head[1])
		if size == 126 {
			long := make([]byte, 2)
			_, err = io.ReadFull(k.r, long)
			require.NoError(k.t, err)
			size = int(long[0])<<8 | int(long[1])
		}
		b := make([]byte, size)
		_, err = io.ReadFull(k.r, b)
		require.NoError(k.t, err)
		data = string(b)
	}
	return data
}

// end reads to the end of the connection.
func (k *socket) end() {
	_, err := io.Copy(io.Discard, k.r)
	require.NoError(k.t, err)
	k.note("end")
}
