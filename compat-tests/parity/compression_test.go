// compression_test.go: the rows about compression.

package parity

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"option-per-message-deflate":    noDeflate,
	"per-message-deflate-threshold": deflateThreshold,
	"per-message-deflate-context":   deflateContext,
	"option-http-compression":       noCompression,
	"http-compression-threshold":    compressionThreshold,
	"server-compress":               leavesPlain(func(c *member) everwire.Target { return c.s.srv.Compress(false) }),
	"operator-compress":             leavesPlain(func(c *member) everwire.Target { return c.s.srv.To(c.id).Compress(false) }),
	"socket-compress":               socketCompress,
})

// asksDeflate is what browsers ask for.
var asksDeflate = []string{"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"}

func noDeflate(t *testing.T) {
	_, resp := serve(t, everwire.Config{}).DialWebsocket(peer.NewWebsocket, asksDeflate...)
	require.Equal(t, 101, resp.StatusCode)
	require.Empty(t, resp.Header.Values("Sec-WebSocket-Extensions"))
}

func deflateContext(t *testing.T) {
	s := serve(t, everwire.Config{Compression: everwire.Compression{WebSocket: true}})
	_, resp := s.DialWebsocket(peer.NewWebsocket, asksDeflate...)
	require.Equal(t, "permessage-deflate; server_no_context_takeover; client_no_context_takeover", resp.Header.Get("Sec-WebSocket-Extensions"))
}

// compressing joins over a WebSocket that compresses.
func compressing(t *testing.T) *member {
	s := serve(t, everwire.Config{Compression: everwire.Compression{WebSocket: true}})
	w, resp := s.DialWebsocket(peer.NewWebsocket, asksDeflate...)
	require.Contains(t, resp.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	s.ParseOpen(w.Next())
	return s.enter(w, s.srv.Namespace, "")
}

// frame reads a frame, and tells whether it is compressed.
func (m *member) frame(want string) (compressed bool) {
	m.s.T.Helper()
	first, payload, err := m.Peer.(*peer.WS).Receive()
	require.NoError(m.s.T, err)
	if first == 0xc1 {
		payload = append(payload, 0, 0, 0xff, 0xff)
		payload, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(payload)), int64(len(want))))
		require.NoError(m.s.T, err)
	}
	require.True(m.s.T, string(payload) == want, "the frame holds something else")
	return first == 0xc1
}

// long returns an event of n bytes as a client receives it, and its argument.
func long(n int) (packet, argument string) {
	argument = strings.Repeat("x", n-len(`42["e",""]`))
	return fmt.Sprintf(`42["e",%q]`, argument), argument
}

func deflateThreshold(t *testing.T) {
	c := compressing(t)
	for n, want := range map[int]bool{1000: false, 1024: true, 100_000: true} {
		packet, argument := long(n)
		require.NoError(t, c.socket().Emit("e", argument))
		require.Equal(t, want, c.frame(packet), n)
	}
	c.quiet()
}

func leavesPlain(target func(c *member) everwire.Target) func(*testing.T) {
	return func(t *testing.T) {
		c := compressing(t)
		packet, argument := long(5000)
		require.NoError(t, target(c).Emit("e", argument))
		require.False(t, c.frame(packet))
		require.NoError(t, target(c).Compress(true).Emit("e", argument))
		require.True(t, c.frame(packet))
	}
}

func socketCompress(t *testing.T) {
	c := compressing(t)
	packet, argument := long(5000)
	require.NoError(t, c.socket().Compress(false).Emit("e", argument))
	require.False(t, c.frame(packet))
	require.NoError(t, c.socket().Emit("e", argument))
	require.True(t, c.frame(packet), "it holds for one event")

	s := serve(t, everwire.Config{Compression: everwire.Compression{Polling: true}})
	p := s.joinPolling()
	require.NoError(t, p.socket().Compress(false).Emit("e", argument))
	a := s.Request("GET", p.Peer.(*peer.Poll).Query, "", "Accept-Encoding", "gzip")
	require.Empty(t, a.Header.Get("Content-Encoding"))
	require.True(t, a.Body == packet)
}

func noCompression(t *testing.T) {
	s := serve(t, everwire.Config{})
	p := s.joinPolling()
	packet, argument := long(5000)
	require.NoError(t, p.socket().Emit("e", argument))
	a := s.Request("GET", p.Peer.(*peer.Poll).Query, "", "Accept-Encoding", "gzip, deflate, br")
	require.Empty(t, a.Header.Get("Content-Encoding"))
	require.True(t, a.Body == packet)
}

func compressionThreshold(t *testing.T) {
	s := serve(t, everwire.Config{Compression: everwire.Compression{Polling: true}})
	p := s.joinPolling()
	for _, c := range []struct {
		size         int
		accept, want string
	}{{1000, "gzip", ""}, {1024, "gzip", "gzip"}, {5000, "deflate", "deflate"}, {5000, "br", ""}, {5000, "identity", ""}} {
		packet, argument := long(c.size)
		require.NoError(t, p.socket().Emit("e", argument))
		a := s.Request("GET", p.Peer.(*peer.Poll).Query, "", "Accept-Encoding", c.accept)
		require.Equal(t, c.want, a.Header.Get("Content-Encoding"), c.size)
		require.True(t, decompress(t, c.want, a.Body) == packet)
	}
}

func decompress(t *testing.T, encoding, body string) string {
	t.Helper()
	r, err := io.Reader(strings.NewReader(body)), error(nil)
	switch encoding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}
